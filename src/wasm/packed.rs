//! [`PackedRegion`] for JavaScript: what concerns the region as a whole.

use wasm_bindgen::prelude::*;

use super::{favor, io, limits, policy};
use crate::region::PackedRegion;
use crate::store::PackedStore;

/// A packed region. See [`PackedRegion`]. Methods that take a codec work on entries, those
/// that begin with `raw` on bytes as they are.
#[wasm_bindgen]
pub struct PackedCore {
    pub(super) region: PackedRegion,
    /// How much of the store's outbox has been told.
    pub(super) told: usize,
}

#[wasm_bindgen]
impl PackedCore {
    /// An empty region. `Infinity` is no limit; with `notify` the keys that leave are told.
    #[wasm_bindgen(constructor)]
    pub fn new(
        policy_number: u32,
        favor_bytes: bool,
        max_bytes: f64,
        max_entries: f64,
        notify: bool,
    ) -> Result<PackedCore, JsError> {
        let mut seed = [0; 8];
        io::random(&mut seed);
        let limits = limits(max_bytes, max_entries);
        let mut store = PackedStore::new(
            policy(policy_number)?,
            favor(favor_bytes),
            limits,
            u64::from_le_bytes(seed),
        );
        store.set_notify(notify);
        Ok(Self {
            region: PackedRegion::new(store),
            told: 0,
        })
    }

    /// Takes out what has expired, in so many steps at most; answers how many left.
    pub fn expire(&mut self, now: f64, steps: u32) -> usize {
        self.told = 0;
        self.region.store.expire(now, steps)
    }

    /// When there is something to expire next; `Infinity` is never.
    #[wasm_bindgen(js_name = nextExpiry)]
    pub fn next_expiry(&self) -> f64 {
        self.region.store.next_expiry()
    }

    /// Takes out the entry that the policy chooses; answers whether there was one.
    #[wasm_bindgen(js_name = evictOne)]
    pub fn evict_one(&mut self) -> bool {
        self.told = 0;
        self.region.store.evict_one()
    }

    /// Puts the next key that left in the last call into the output; answers its length, or
    /// -1. The first result is 0 where it expired, 1 where it was evicted.
    #[wasm_bindgen(js_name = takeDeparted)]
    pub fn take_departed(&mut self) -> i32 {
        io::with([0, 0], -1, |io| {
            let rest = self
                .region
                .store
                .outbox()
                .get(self.told..)
                .unwrap_or_default();
            let Some((&[why, ref length @ ..], rest)) = rest.split_first_chunk::<5>() else {
                return -1;
            };
            let length = u32::from_le_bytes(*length) as usize;
            io.out
                .extend_from_slice(rest.get(..length).unwrap_or_default());
            io.results[0] = f64::from(why);
            self.told += 5 + length;
            length as i32
        })
    }

    /// Moves all entries to another policy.
    #[wasm_bindgen(js_name = setPolicy)]
    pub fn set_policy(&mut self, policy_number: u32, favor_bytes: bool) -> Result<(), JsError> {
        let kind = policy(policy_number)?;
        self.told = 0;
        self.region.store.set_policy(kind, favor(favor_bytes));
        Ok(())
    }

    /// Sets other limits, and evicts at once what is too much.
    #[wasm_bindgen(js_name = setLimits)]
    pub fn set_limits(&mut self, max_bytes: f64, max_entries: f64) {
        self.told = 0;
        self.region.store.set_limits(limits(max_bytes, max_entries));
    }

    /// How many entries there are.
    #[expect(
        clippy::len_without_is_empty,
        reason = "JavaScript compares the number"
    )]
    pub fn len(&self) -> u32 {
        self.region.store.len()
    }

    /// The sum of the weights.
    pub fn bytes(&self) -> f64 {
        self.region.store.bytes() as f64
    }
}
