//! A store of byte strings that lies wholly in this memory.
//!
//! The *weight* of an entry is the bytes that it truly costs: key + value +
//! [`entry_overhead`].

#![forbid(unsafe_code)]

mod changes;

use super::ahead::Ahead;
use super::cost::entry_overhead;
use super::ledger::{Ledger, REBASE_AT};
use super::records::{MAX_KEY, Parts, Record, Records, kept};
use super::terms::{Change, Entries, Limits, Moment, Offer, Refused};
use crate::policy::{Favor, PolicyKind, Slot};

/// How often entries are evicted where memory for one more cannot be had: what they leave
/// behind may be in pieces.
const TRIES_WITHOUT_MEMORY: usize = 8;
/// How many are evicted at the most each time.
const MOST_GIVEN_WAY: usize = 256;

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
    ahead: Ahead,
}

impl PackedStore {
    /// An empty store. `seed` is a random number that nobody outside knows, so that nobody
    /// can choose keys that meet in the index.
    #[must_use]
    pub fn new(kind: PolicyKind, favor: Favor, limits: Limits, seed: u64) -> Self {
        Self {
            ledger: Ledger::new(kind, favor, limits),
            records: Records::new(seed, entry_overhead(kind)),
            tick: 0,
            ahead: Ahead::default(),
        }
    }

    /// The value of a key and its slot, if it is there and `now` is before its deadline.
    /// Counts as a use.
    pub fn get(&mut self, key: &[u8], now: f64) -> Option<(&[u8], Slot)> {
        self.touched(key, now)
            .map(|(slot, record)| (record.value, slot))
    }

    /// The same, with its deadline.
    pub fn get_timed(&mut self, key: &[u8], now: f64) -> Option<(&[u8], Slot, f64)> {
        self.touched(key, now)
            .map(|(slot, record)| (record.value, slot, record.deadline))
    }

    fn touched(&mut self, key: &[u8], now: f64) -> Option<(Slot, Record<'_>)> {
        self.rebase_if_due();
        let hash = self.records.hash(key);
        let (slot, record, touches) = self.records.find_to_touch(hash, key)?;
        if record.deadline > now {
            self.tick += 1;
            self.ledger.touch(touches, slot, self.tick);
            Some((slot, record))
        } else {
            None
        }
    }

    /// How often something has changed in a slot: [`use_again`](Self::use_again) asks for it.
    #[must_use]
    pub fn changes(&self, slot: Slot) -> u32 {
        self.records.changes(slot)
    }

    /// Marks what was found in a slot as used once more, if nothing has changed there since there
    /// were so many changes; answers whether that is so. Then the value lies where it was, with
    /// the deadline that it had, which is not looked at.
    pub fn use_again(&mut self, slot: Slot, changes: u32) -> bool {
        let unchanged = self.records.is_unchanged(slot, changes);
        if unchanged {
            let tick = self.next_tick();
            self.ledger.touch(&mut self.records.touches, slot, tick);
        }
        unchanged
    }

    /// The same, without counting as a use.
    #[must_use]
    pub fn peek(&self, key: &[u8], now: f64) -> Option<(&[u8], Slot)> {
        self.live(key, now)
            .map(|(slot, record)| (record.value, slot))
    }

    /// Whether a key is there and `now` is before its deadline.
    #[must_use]
    pub fn contains(&self, key: &[u8], now: f64) -> bool {
        self.live(key, now).is_some()
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
        let parts = Parts {
            deadline: kept(deadline),
            key,
            value,
        };
        let hash = self.records.hash(key);
        self.ledger.expect(fingerprint(hash));
        let old = self.records.find(hash, key);
        let was_live = old.is_some_and(|(_, record)| record.deadline > now);
        let mut stored = match old {
            Some((slot, _)) => self.replace(slot, parts, now).map(|()| slot),
            None => self.insert(hash, parts, now),
        };
        for _ in 0..TRIES_WITHOUT_MEMORY {
            if stored != Err(Refused::OutOfMemory) || !self.give_way(parts.payload()) {
                break;
            }
            stored = self.insert(hash, parts, now);
        }
        self.ahead.step(&self.ledger, &self.records);
        let slot = stored?;
        Ok(if was_live {
            SetOutcome::Replaced(slot)
        } else {
            SetOutcome::Inserted(slot)
        })
    }

    /// Takes a key out; answers whether it was there, expired or not.
    pub fn remove(&mut self, key: &[u8]) -> bool {
        let found = self.records.find(self.records.hash(key), key);
        let slot = found.map(|(slot, _)| slot);
        slot.is_some_and(|slot| self.ledger.remove(slot, &mut self.records))
    }

    /// When a key expires, if it is there and `now` is before that.
    #[must_use]
    pub fn deadline(&self, key: &[u8], now: f64) -> Option<f64> {
        self.live(key, now).map(|(_, record)| record.deadline)
    }

    /// Moves the deadline of a key, which is no use of it; answers whether it is there and
    /// `now` is before its old deadline.
    pub fn set_deadline(&mut self, key: &[u8], deadline: f64, now: f64) -> bool {
        let slot = self.live(key, now).map(|(slot, _)| slot);
        slot.is_some_and(|slot| self.ledger.set_deadline(slot, deadline, &mut self.records))
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

    /// Whether the keys of what expires or is evicted shall be in the [`outbox`](Self::outbox).
    pub const fn set_notify(&mut self, notify: bool) {
        self.records.notify = notify;
    }

    /// The keys that left during the last call of `set`, `expire`, `evict_one`, `set_policy` or
    /// `set_limits`: for each the [`Departure`](super::Departure) in one byte, the length in four, little
    /// endian, and the key.
    #[must_use]
    pub fn outbox(&self) -> &[u8] {
        &self.records.outbox
    }

    /// How many entries there are, expired ones that are still to be taken out included.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.records.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The sum of the weights.
    #[must_use]
    pub fn bytes(&self) -> u64 {
        self.records.bytes()
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
        let (slot, record) = (cursor..self.records.end())
            .find_map(|slot| self.records.record(slot).map(|record| (slot, record)))?;
        Some((slot + 1, record.key, record.value, record.deadline))
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
        self.records.validate()?;
        self.ledger.validate(&self.records)
    }

    fn live(&self, key: &[u8], now: f64) -> Option<(Slot, Record<'_>)> {
        let found = self.records.find(self.records.hash(key), key);
        found.filter(|(_, record)| record.deadline > now)
    }

    /// Stores a key that is not there.
    fn insert(&mut self, hash: u64, parts: Parts<'_>, now: f64) -> Result<Slot, Refused> {
        let offer = Offer {
            fingerprint: fingerprint(hash),
            weight: self.weigh(&parts),
            deadline: parts.deadline,
        };
        let moment = self.next_moment(now);
        let add = |records: &mut Records, most| records.add(hash, parts, most);
        self.ledger.insert(offer, moment, &mut self.records, add)
    }

    /// Gives the key of a slot another value.
    fn replace(&mut self, slot: Slot, parts: Parts<'_>, now: f64) -> Result<(), Refused> {
        let change = Change {
            weight: self.weigh(&parts),
            deadline: parts.deadline,
        };
        let moment = self.next_moment(now);
        let rewrite = |records: &mut Records| records.rewrite(slot, parts);
        self.ledger
            .replace(slot, change, moment, &mut self.records, rewrite)
    }

    fn weigh(&self, parts: &Parts<'_>) -> u32 {
        u32::try_from(parts.payload())
            .unwrap_or(u32::MAX)
            .saturating_add(self.overhead())
    }

    /// Evicts so much that there may be memory for a record, which could not be had; answers
    /// whether anything was evicted.
    fn give_way(&mut self, payload: usize) -> bool {
        let before = self.records.bytes();
        let enough = 2 * payload as u64;
        let mut evicted = 0;
        while evicted < MOST_GIVEN_WAY
            && before - self.records.bytes() <= enough
            && self.ledger.evict(&mut self.records).is_some()
        {
            evicted += 1;
        }
        evicted > 0
    }

    fn next_moment(&mut self, now: f64) -> Moment {
        Moment {
            now,
            tick: self.next_tick(),
        }
    }

    fn next_tick(&mut self) -> u32 {
        self.rebase_if_due();
        self.tick += 1;
        self.tick
    }

    fn rebase_if_due(&mut self) {
        if self.tick >= REBASE_AT {
            self.tick = self.ledger.rebase(self.tick, &mut self.records);
        }
    }
}

/// What policies know a key by.
const fn fingerprint(hash: u64) -> u32 {
    (hash >> 32) as u32
}
