//! A store of byte strings that lies wholly in this memory.
//!
//! The *weight* of an entry is the bytes that it truly costs: key + value +
//! [`entry_overhead`].

#![forbid(unsafe_code)]

use super::cost::entry_overhead;
use super::ledger::{Ledger, REBASE_AT};
use super::records::{MAX_KEY, PREFIX_BYTES, Records};
use super::terms::{Change, Entries, Limits, Moment, Offer, Refused};
use crate::policy::{Favor, PolicyKind, Slot};

/// What a [`set`](PackedStore::set) has done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SetOutcome {
    /// The key was not there, or was over.
    Inserted(Slot),
    /// It has another value, in the slot it had.
    Replaced(Slot),
}

/// The store of a packed region.
#[derive(Debug, Clone)]
pub struct PackedStore {
    ledger: Ledger,
    records: Records,
    tick: u32,
}

impl PackedStore {
    /// An empty store. `seed` is a random number that nobody outside knows, so that nobody
    /// can choose keys that meet in the index.
    #[must_use]
    pub fn new(kind: PolicyKind, favor: Favor, limits: Limits, seed: u64) -> Self {
        Self {
            ledger: Ledger::new(kind, favor, limits),
            records: Records::new(seed),
            tick: 0,
        }
    }

    /// The value of a key and its slot, if it is there and `now` is before its deadline.
    /// Counts as a use.
    pub fn get(&mut self, key: &[u8], now: f64) -> Option<(&[u8], Slot)> {
        let slot = self.live(key, now)?;
        let tick = self.next_tick();
        self.ledger
            .touch(&mut self.records.slots.touches, slot, tick);
        Some((self.records.value(slot), slot))
    }

    /// The same, without counting as a use.
    #[must_use]
    pub fn peek(&self, key: &[u8], now: f64) -> Option<(&[u8], Slot)> {
        let slot = self.live(key, now)?;
        Some((self.records.value(slot), slot))
    }

    /// Whether a key is there and `now` is before its deadline.
    #[must_use]
    pub fn contains(&self, key: &[u8], now: f64) -> bool {
        self.live(key, now).is_some()
    }

    /// The value in a slot, to be changed in place; `None` if the slot holds nothing.
    pub fn value_mut(&mut self, slot: Slot) -> Option<&mut [u8]> {
        self.records
            .slots
            .is_taken(slot)
            .then(|| self.records.value_mut(slot))
    }

    /// Stores a value, which is `value`'s parts one behind the other, until `deadline` in ms
    /// (`Infinity`: for ever). Room is made first.
    ///
    /// # Errors
    /// [`Refused`], all but `NoSuchSlot`; then the key is not there, nor its old value.
    pub fn set(
        &mut self,
        key: &[u8],
        value: &[&[u8]],
        deadline: f64,
        now: f64,
    ) -> Result<SetOutcome, Refused> {
        self.records.outbox.clear();
        if key.is_empty() || key.len() > MAX_KEY {
            return Err(Refused::BadKey);
        }
        let payload = value
            .iter()
            .fold(key.len(), |sum, part| sum.saturating_add(part.len()));
        let weight = u32::try_from(payload)
            .unwrap_or(u32::MAX)
            .saturating_add(self.overhead());
        let moment = Moment {
            now,
            tick: self.next_tick(),
        };
        let hash = self.records.hash(key);
        let Self {
            ledger, records, ..
        } = self;
        if let Some(slot) = records.find(hash, key) {
            let was_live = records.slots.is_live(slot, now);
            let change = Change { weight, deadline };
            ledger.replace(slot, change, moment, records, |records| {
                records.slots.set_weight(slot, weight);
                records.write(slot, key, value)
            })?;
            return Ok(if was_live {
                SetOutcome::Replaced(slot)
            } else {
                SetOutcome::Inserted(slot)
            });
        }
        let offer = Offer {
            fingerprint: fingerprint(hash),
            weight,
            deadline,
        };
        let slot = ledger.insert(offer, moment, records, |records, most| {
            let slot = records.slots.take(weight, deadline, most)?;
            let written = records.write(slot, key, value);
            written
                .and_then(|()| records.add(hash, slot))
                .inspect_err(|_| records.release(slot))?;
            Ok(slot)
        })?;
        Ok(SetOutcome::Inserted(slot))
    }

    /// Takes a key out; answers whether it was there, expired or not.
    pub fn remove(&mut self, key: &[u8]) -> bool {
        let hash = self.records.hash(key);
        let Some(slot) = self.records.find(hash, key) else {
            return false;
        };
        self.ledger.remove(slot, &mut self.records)
    }

    /// When a key expires, if it is there and `now` is before that.
    #[must_use]
    pub fn deadline(&self, key: &[u8], now: f64) -> Option<f64> {
        self.records.deadline(self.live(key, now)?)
    }

    /// Moves the deadline of a key, which is no use of it; answers whether it is there and
    /// `now` is before its old deadline.
    pub fn set_deadline(&mut self, key: &[u8], deadline: f64, now: f64) -> bool {
        self.live(key, now)
            .is_some_and(|slot| self.ledger.set_deadline(slot, deadline, &mut self.records))
    }

    /// Takes out what has expired, in `limit` steps at most; answers how many left. If there
    /// was more to do, [`next_expiry`](Self::next_expiry) is not after `now`.
    pub fn expire(&mut self, now: f64, limit: u32) -> usize {
        self.records.outbox.clear();
        let before = self.len();
        self.ledger.expire(now, limit, &mut self.records);
        (before - self.len()) as usize
    }

    /// When [`expire`](Self::expire) has something to do next, in ms; `Infinity` if never.
    #[must_use]
    pub fn next_expiry(&self) -> f64 {
        self.ledger.next_expiry()
    }

    /// How many entries have a deadline that is not `Infinity`.
    #[must_use]
    pub const fn expiring(&self) -> u32 {
        self.ledger.expiring()
    }

    /// Takes out the entry that the policy chooses; answers whether there was one.
    pub fn evict_one(&mut self) -> bool {
        self.records.outbox.clear();
        self.ledger.evict(&mut self.records).is_some()
    }

    /// Takes everything out and gives the memory back. Nobody is told of the keys.
    pub fn clear(&mut self) {
        self.ledger.clear();
        self.records.clear();
    }

    /// Moves all entries to another policy, in the order in which they would have left. If
    /// that policy needs more bytes an entry, some may be evicted.
    pub fn set_policy(&mut self, kind: PolicyKind, favor: Favor) {
        let Self {
            ledger,
            records,
            tick,
        } = self;
        records.outbox.clear();
        let more = entry_overhead(kind).wrapping_sub(entry_overhead(ledger.kind())) as i32;
        ledger.set_policy(kind, favor, *tick, records, |records, slot| {
            fingerprint(records.hash(records.key(slot)))
        });
        for slot in 0..records.slots.end() {
            if let Some(weight) = records.slots.weight(slot) {
                records
                    .slots
                    .set_weight(slot, weight.saturating_add_signed(more));
            }
        }
        ledger.reweigh(records);
    }

    /// Sets other limits and evicts at once what is too much.
    pub fn set_limits(&mut self, limits: Limits) {
        self.records.outbox.clear();
        self.ledger.set_limits(limits, &mut self.records);
    }

    /// Whether the keys of what expires or is evicted shall be in the [`outbox`](Self::outbox).
    pub const fn set_notify(&mut self, notify: bool) {
        self.records.notify = notify;
    }

    /// The keys that left during the last call of `set`, `expire`, `evict_one`, `set_policy` or
    /// `set_limits`: for each the [`Departure`] in one byte, the length in four, little
    /// endian, and the key.
    #[must_use]
    pub fn outbox(&self) -> &[u8] {
        &self.records.outbox
    }

    /// How many entries there are, expired ones that are still to be taken out included.
    #[must_use]
    pub const fn len(&self) -> u32 {
        self.records.slots.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The sum of the weights.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.records.slots.bytes()
    }

    /// The bytes that an entry costs beyond its key and value.
    #[must_use]
    pub const fn overhead(&self) -> u32 {
        entry_overhead(self.ledger.kind())
    }

    /// What it may hold.
    #[must_use]
    pub const fn limits(&self) -> Limits {
        self.ledger.limits()
    }

    /// Its policy.
    #[must_use]
    pub const fn policy(&self) -> PolicyKind {
        self.ledger.kind()
    }

    /// The next entry at or after `cursor`, expired or not, and the cursor to go on with:
    /// begin with 0. What is stored or removed meanwhile is seen or not; what stays is seen
    /// once.
    #[must_use]
    pub fn next(&self, cursor: Slot) -> Option<(Slot, &[u8], &[u8], f64)> {
        let slots = &self.records.slots;
        let (slot, deadline) = (cursor..slots.end())
            .find_map(|slot| slots.deadline(slot).map(|deadline| (slot, deadline)))?;
        Some((
            slot + 1,
            self.records.key(slot),
            self.records.value(slot),
            deadline,
        ))
    }

    /// Goes on with the accesses from `tick`.
    #[cfg(test)]
    pub(super) fn start_at(&mut self, tick: u32) {
        self.tick = tick;
    }

    /// Checks the structure. For tests.
    ///
    /// # Errors
    /// Says what is wrong.
    pub fn validate(&self) -> Result<(), String> {
        self.ledger.validate(&self.records)?;
        self.records.validate()?;
        if self.records.keys() != self.len() as usize {
            return Err(format!(
                "packed: {} keys, {} entries",
                self.records.keys(),
                self.len()
            ));
        }
        let overhead = u64::from(self.overhead()) - PREFIX_BYTES as u64;
        let bytes = self.records.payload() + overhead * u64::from(self.len());
        if bytes == self.bytes() {
            Ok(())
        } else {
            Err(format!("packed: {bytes} bytes, {} counted", self.bytes()))
        }
    }

    fn live(&self, key: &[u8], now: f64) -> Option<Slot> {
        let slot = self.records.find(self.records.hash(key), key)?;
        self.records.slots.is_live(slot, now).then_some(slot)
    }

    fn next_tick(&mut self) -> u32 {
        if self.tick >= REBASE_AT {
            self.tick = self.ledger.rebase(self.tick, &mut self.records);
        }
        self.tick += 1;
        self.tick
    }
}

/// What policies know a key by.
const fn fingerprint(hash: u64) -> u32 {
    (hash >> 32) as u32
}
