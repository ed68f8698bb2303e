//! A store whose keys and values are elsewhere, by slot.
//!
//! JavaScript has a `Map` from keys to slots and an array of values by slot. A hit never
//! comes here: it reads the deadline of the slot and writes its touch word, both through
//! typed arrays on the tables that [`deadlines`](LiveStore::deadlines) and
//! [`touches`](LiveStore::touches) give. An entry comes, changes or goes by one call, which
//! answers with numbers; who had to leave for it is in the [`outbox`](LiveStore::outbox).
//!
//! The tables move when [`insert`](LiveStore::insert) makes them grow, and then the slot it
//! answers is past the end of the old ones; and [`clear`](LiveStore::clear) drops them.
//! Whoever has a view of them makes it anew then.
//!
//! 32 bytes a slot: touch word 4, deadline 8, weight 4, wheel 8 (from the first deadline
//! on), and the policy's, which are 8 under the simple ones; see [`policy`](crate::policy).

#![forbid(unsafe_code)]

use super::ledger::Ledger;
use super::slots::Slots;
use super::terms::{Change, Departure, Entries, Limits, Moment, Offer, Refused};
use crate::policy::{Favor, PolicyKind, Slot, Tables};

/// The store of a live region.
#[derive(Debug, Clone)]
pub struct LiveStore {
    ledger: Ledger,
    entries: Seats,
}

/// The tables by slot, and who left.
#[derive(Debug, Clone)]
struct Seats {
    slots: Slots,
    outbox: Outbox,
}

/// Who left during a call: first those that expired, then those that were evicted.
#[derive(Debug, Clone, Default)]
struct Outbox {
    slots: Vec<Slot>,
    expired: usize,
}

impl Outbox {
    fn clear(&mut self) {
        self.slots.clear();
        self.expired = 0;
    }
}

impl Entries for Seats {
    fn len(&self) -> u32 {
        self.slots.len()
    }

    fn bytes(&self) -> u64 {
        self.slots.bytes()
    }

    fn tables(&mut self, weighed: bool) -> Tables<'_> {
        self.slots.tables(weighed)
    }

    fn weight(&self, slot: Slot) -> Option<u32> {
        self.slots.weight(slot)
    }

    fn deadline(&self, slot: Slot) -> Option<f64> {
        self.slots.deadline(slot)
    }

    fn set_deadline(&mut self, slot: Slot, deadline: f64) {
        self.slots.set_deadline(slot, deadline);
    }

    fn release(&mut self, slot: Slot) {
        self.slots.release(slot);
    }

    fn leave(&mut self, slot: Slot, why: Departure) {
        self.outbox.slots.push(slot);
        self.outbox.expired += usize::from(why == Departure::Expired);
        self.slots.vacate(slot);
    }
}

impl LiveStore {
    /// An empty store.
    #[must_use]
    pub fn new(kind: PolicyKind, favor: Favor, limits: Limits) -> Self {
        Self {
            ledger: Ledger::new(kind, favor, limits),
            entries: Seats {
                slots: Slots::new(),
                outbox: Outbox::default(),
            },
        }
    }

    /// Takes in an entry whose key is not there. `fingerprint` is any hash of the key,
    /// `deadline` in ms (`Infinity`: never), `tick` the running number of this access.
    ///
    /// # Errors
    /// [`Refused`]; then the entry is not there, though others may have left for it.
    pub fn insert(
        &mut self,
        fingerprint: u32,
        weight: u32,
        deadline: f64,
        now: f64,
        tick: u32,
    ) -> Result<Slot, Refused> {
        self.entries.outbox.clear();
        let offer = Offer {
            fingerprint,
            weight,
            deadline,
        };
        let take = |entries: &mut Seats, most| entries.slots.take(weight, deadline, most);
        let moment = Moment { now, tick };
        let inserted = self.ledger.insert(offer, moment, &mut self.entries, take);
        self.entries.slots.settle();
        inserted
    }

    /// Tells that an entry has another value. Counts as a use of it; it keeps its slot.
    ///
    /// # Errors
    /// [`Refused`]: `NoSuchSlot` if the slot holds nothing, and else the old entry is gone
    /// and its slot free, without being in the outbox.
    pub fn replace(
        &mut self,
        slot: Slot,
        weight: u32,
        deadline: f64,
        now: f64,
        tick: u32,
    ) -> Result<(), Refused> {
        self.entries.outbox.clear();
        let change = Change { weight, deadline };
        let moment = Moment { now, tick };
        let write = |entries: &mut Seats| {
            entries.slots.set_weight(slot, weight);
            Ok(())
        };
        let replaced = self
            .ledger
            .replace(slot, change, moment, &mut self.entries, write);
        self.entries.slots.settle();
        replaced
    }

    /// Moves a deadline, which is no use of the entry; answers whether the slot holds one.
    pub fn set_deadline(&mut self, slot: Slot, deadline: f64) -> bool {
        self.ledger.set_deadline(slot, deadline, &mut self.entries)
    }

    /// Takes an entry out; answers whether the slot held one.
    pub fn remove(&mut self, slot: Slot) -> bool {
        self.ledger.remove(slot, &mut self.entries)
    }

    /// Takes out what has expired, into the outbox, in `limit` steps at most; answers how
    /// many left. If there was more to do, [`next_expiry`](Self::next_expiry) is not after
    /// `now`.
    pub fn expire(&mut self, now: f64, limit: u32) -> usize {
        self.entries.outbox.clear();
        self.ledger.expire(now, limit, &mut self.entries);
        self.entries.slots.settle();
        self.entries.outbox.slots.len()
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

    /// Takes out the entry that the policy chooses, into the outbox, and answers which.
    pub fn evict_one(&mut self) -> Option<Slot> {
        self.entries.outbox.clear();
        let evicted = self.ledger.evict(&mut self.entries);
        self.entries.slots.settle();
        evicted
    }

    /// Takes everything out and gives the memory back. Nobody is in the outbox.
    pub fn clear(&mut self) {
        self.entries = Seats {
            slots: Slots::new(),
            outbox: Outbox::default(),
        };
        self.ledger.clear();
    }

    /// Moves all entries to another policy, in the order in which they would have left.
    /// Each counts as used once, at one of the last ticks up to `tick`.
    ///
    /// A policy that remembers keys knows the moved ones by their slots only. An entry for which
    /// there is no memory is evicted, into the outbox.
    pub fn set_policy(&mut self, kind: PolicyKind, favor: Favor, tick: u32) {
        self.entries.outbox.clear();
        self.ledger
            .set_policy(kind, favor, tick, &mut self.entries, |_, slot| {
                stand_in(slot)
            });
        self.entries.slots.settle();
    }

    /// Sets other limits and evicts at once what is too much, into the outbox.
    pub fn set_limits(&mut self, limits: Limits) {
        self.entries.outbox.clear();
        self.ledger.set_limits(limits, &mut self.entries);
        self.entries.slots.settle();
    }

    /// Lowers all ticks if `tick` has come near the end of its range; answers the tick to go
    /// on with. Cheap if there is nothing to do.
    pub fn rebase(&mut self, tick: u32) -> u32 {
        self.ledger.rebase(tick, &mut self.entries)
    }

    /// How many entries there are, expired ones that are still to be taken out included.
    #[must_use]
    pub const fn len(&self) -> u32 {
        self.entries.slots.len()
    }

    /// Whether there are none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The sum of the weights.
    #[must_use]
    pub const fn bytes(&self) -> u64 {
        self.entries.slots.bytes()
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

    /// The weight of an entry; `None` if the slot holds nothing.
    #[must_use]
    pub fn weight(&self, slot: Slot) -> Option<u32> {
        self.entries.slots.weight(slot)
    }

    /// One touch word a slot, to be written by readers as the policy's
    /// [`TouchKind`](crate::policy::TouchKind) says, for slots that hold an entry.
    #[must_use]
    pub fn touches(&self) -> &[u32] {
        &self.entries.slots.touches
    }

    /// Notes a hit, for readers without access to the table. A word of a slot that holds nothing
    /// has no meaning: it is set anew when the slot is taken.
    pub fn touch(&mut self, slot: Slot, tick: u32) {
        self.ledger
            .touch(&mut self.entries.slots.touches, slot, tick);
    }

    /// One deadline a slot, in ms; `-Infinity` for one that holds nothing.
    #[must_use]
    pub fn deadlines(&self) -> &[f64] {
        self.entries.slots.deadlines()
    }

    /// One weight a slot; without meaning for one that holds nothing.
    #[must_use]
    pub fn weights(&self) -> &[u32] {
        self.entries.slots.weights()
    }

    /// Who left during the last call of `insert`, `replace`, `expire`, `evict_one` or
    /// `set_limits`: first the expired, then the evicted.
    #[must_use]
    pub fn outbox(&self) -> &[Slot] {
        &self.entries.outbox.slots
    }

    /// How many of the [`outbox`](Self::outbox) had expired; they are the first ones.
    #[must_use]
    pub const fn expired(&self) -> usize {
        self.entries.outbox.expired
    }

    /// Checks the structure. For tests.
    ///
    /// # Errors
    /// Says what is wrong.
    pub fn validate(&self) -> Result<(), String> {
        self.entries.slots.validate()?;
        self.ledger.validate(&self.entries)
    }
}

/// Stands in for a fingerprint where the key is not known.
const fn stand_in(slot: Slot) -> u32 {
    slot.wrapping_mul(0x9E37_79B9)
}
