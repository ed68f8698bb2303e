//! [`LiveStore`] for JavaScript: numbers in, numbers out.

use wasm_bindgen::prelude::*;

use super::{favor, limits, policy};
use crate::store::LiveStore;

/// What one that left counts in an answer.
const LEFT: f64 = 4_294_967_296.0;

/// A live region's entries by slot. See [`LiveStore`].
#[wasm_bindgen]
pub struct LiveCore(LiveStore);

#[wasm_bindgen]
impl LiveCore {
    /// An empty store. `Infinity` is no limit.
    #[wasm_bindgen(constructor)]
    pub fn new(
        policy_number: u32,
        favor_bytes: bool,
        max_bytes: f64,
        max_entries: f64,
    ) -> Result<LiveCore, JsError> {
        let kind = policy(policy_number)?;
        let limits = limits(max_bytes, max_entries);
        Ok(Self(LiveStore::new(kind, favor(favor_bytes), limits)))
    }

    /// The new entry's slot plus one, or 0 where it was refused, and 2^32 times how many left.
    /// If one left and the entry was not refused, it has that one's slot. `fingerprint` is a
    /// hash of its key.
    pub fn insert(
        &mut self,
        fingerprint: u32,
        weight: f64,
        deadline: f64,
        now: f64,
        tick: u32,
    ) -> f64 {
        let weight = weight.ceil() as u32;
        let inserted = self.0.insert(fingerprint, weight, deadline, now, tick);
        self.with_left(inserted.map_or(0, |slot| slot + 1))
    }

    /// 1 if the entry is there with its new weight, 0 if it is gone, and 2^32 times how many
    /// others left.
    pub fn replace(&mut self, slot: u32, weight: f64, deadline: f64, now: f64, tick: u32) -> f64 {
        let weight = weight.ceil() as u32;
        let replaced = self.0.replace(slot, weight, deadline, now, tick);
        self.with_left(replaced.is_ok().into())
    }

    /// Whether the slot held an entry.
    pub fn remove(&mut self, slot: u32) -> bool {
        self.0.remove(slot)
    }

    /// Moves a deadline; answers whether the slot holds an entry.
    #[wasm_bindgen(js_name = setDeadline)]
    pub fn set_deadline(&mut self, slot: u32, deadline: f64) -> bool {
        self.0.set_deadline(slot, deadline)
    }

    /// Takes out what has expired, in so many steps at most; answers how many left.
    pub fn expire(&mut self, now: f64, steps: u32) -> usize {
        self.0.expire(now, steps)
    }

    /// When there is something to expire next; `Infinity` is never.
    #[wasm_bindgen(js_name = nextExpiry)]
    pub fn next_expiry(&self) -> f64 {
        self.0.next_expiry()
    }

    /// Takes out the entry that the policy chooses; answers its slot, or -1.
    #[wasm_bindgen(js_name = evictOne)]
    pub fn evict_one(&mut self) -> i32 {
        self.0.evict_one().map_or(-1, |slot| slot as i32)
    }

    /// How many of those that left in the last call of insert, replace, expire or setLimits had
    /// expired; they come first.
    pub fn expired(&self) -> usize {
        self.0.expired()
    }

    /// The slot of the one at `index` that left.
    #[wasm_bindgen(js_name = departedAt)]
    pub fn departed_at(&self, index: usize) -> u32 {
        self.0.outbox().get(index).copied().unwrap_or(u32::MAX)
    }

    /// Moves all entries to another policy; answers how many left, as there was no memory.
    #[wasm_bindgen(js_name = setPolicy)]
    pub fn set_policy(
        &mut self,
        policy_number: u32,
        favor_bytes: bool,
        tick: u32,
    ) -> Result<usize, JsError> {
        self.0
            .set_policy(policy(policy_number)?, favor(favor_bytes), tick);
        Ok(self.0.outbox().len())
    }

    /// Sets other limits, and evicts at once what is too much; answers how many left.
    #[wasm_bindgen(js_name = setLimits)]
    pub fn set_limits(&mut self, max_bytes: f64, max_entries: f64) -> usize {
        self.0.set_limits(limits(max_bytes, max_entries));
        self.0.outbox().len()
    }

    /// Lowers all ticks; answers the tick to go on with.
    pub fn rebase(&mut self, tick: u32) -> u32 {
        self.0.rebase(tick)
    }

    /// The sum of the weights.
    pub fn bytes(&self) -> f64 {
        self.0.bytes() as f64
    }

    /// How a hit marks its slot: 0 not at all, 1 with the tick, 2 by counting,
    /// 3 with a bit, 4 with the tick times 16 and a count below.
    #[wasm_bindgen(js_name = touchKind)]
    pub fn touch_kind(&self) -> u8 {
        self.0.policy().touch() as u8
    }

    /// How many slots the tables have.
    pub fn capacity(&self) -> usize {
        self.0.deadlines().len()
    }

    /// Where the touch words are.
    #[wasm_bindgen(js_name = touchPointer)]
    pub fn touch_pointer(&self) -> *const u32 {
        self.0.touches().as_ptr()
    }

    /// Where the deadlines are.
    #[wasm_bindgen(js_name = deadlinePointer)]
    pub fn deadline_pointer(&self) -> *const f64 {
        self.0.deadlines().as_ptr()
    }

    /// Where the weights are; only those of slots with an entry mean something.
    #[wasm_bindgen(js_name = weightPointer)]
    pub fn weight_pointer(&self) -> *const u32 {
        self.0.weights().as_ptr()
    }

    /// An answer, with the number of those that left above its 32 bits: one call tells both.
    fn with_left(&self, answer: u32) -> f64 {
        self.0.outbox().len() as f64 * LEFT + f64::from(answer)
    }
}
