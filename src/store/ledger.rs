//! What is there and what it costs: the slots, the budget, who leaves and when.
//!
//! Both stores rest on it. It knows weights and deadlines, and neither keys nor values.
//!
//! 32 bytes a slot: 16 for the tables, 8 for the wheel once something expires, and 8 for the
//! policy where that is `lru` or `fifo`.

#![forbid(unsafe_code)]

use super::slots::Slots;
use super::terms::{Change, Departure, Departures, Limits, Moment, Offer, Refused};
use super::wheel::Wheel;
use crate::policy::{AnyPolicy, Candidate, Favor, PolicyKind, Slot, TouchKind, mark, raise, stamp};

/// The tick from which on ticks are lowered,
/// so that 28 bits hold them.
pub const REBASE_AT: u32 = 0x0F00_0000;
/// By how much ticks are lowered.
const REBASE_BY: u32 = 1 << 27;

/// How much of what has expired is taken out before one entry comes in.
const EXPIRE_FOR_ROOM: u32 = 128;

/// The ledger of one store.
#[derive(Debug, Clone)]
pub(super) struct Ledger {
    slots: Slots,
    policy: AnyPolicy,
    favor: Favor,
    wheel: Wheel,
    limits: Limits,
}

impl Ledger {
    /// An empty ledger.
    pub(super) fn new(kind: PolicyKind, favor: Favor, limits: Limits) -> Self {
        Self {
            slots: Slots::new(),
            policy: AnyPolicy::new(kind, favor),
            favor,
            wheel: Wheel::new(),
            limits,
        }
    }

    /// The slots, their weights and deadlines.
    pub(super) const fn slots(&self) -> &Slots {
        &self.slots
    }

    /// What it may hold.
    pub(super) const fn limits(&self) -> Limits {
        self.limits
    }

    /// The policy's kind.
    pub(super) const fn kind(&self) -> PolicyKind {
        self.policy.kind()
    }

    /// Notes a use of `slot` at `tick`, as a reader of the table would.
    pub(super) fn touch(&mut self, slot: Slot, tick: u32) {
        match self.policy.kind().touch() {
            TouchKind::None => {}
            TouchKind::Tick => mark(&mut self.slots.touches, slot, tick),
            TouchKind::Count => raise(&mut self.slots.touches, slot),
            TouchKind::Bit => mark(&mut self.slots.touches, slot, 1),
            TouchKind::TickCount => stamp(&mut self.slots.touches, slot, tick),
        }
    }

    /// Takes an entry in; `departures` is told of each that had to go.
    ///
    /// # Errors
    /// [`Refused`], all but `NoSuchSlot` and `BadKey`.
    pub(super) fn insert(
        &mut self,
        offer: Offer,
        moment: Moment,
        departures: &mut impl Departures,
    ) -> Result<Slot, Refused> {
        let weighed = self.weighed();
        self.policy
            .advance(&mut self.slots.tables(weighed), moment.tick);
        self.check(offer.weight, offer.deadline, moment.now)?;
        self.make_room(offer.weight, None, moment.now, departures);
        let slot = self
            .slots
            .take(offer.weight, offer.deadline, self.limits.max_entries)?;
        self.wheel.schedule(slot, offer.deadline);
        let newcomer = candidate(slot, offer, weighed);
        self.policy
            .insert(&newcomer, &mut self.slots.tables(weighed), moment.tick);
        Ok(slot)
    }

    /// Gives an entry another weight and deadline; `departures` is told of each that had to go,
    /// which is never this one. Counts as a use.
    ///
    /// # Errors
    /// [`Refused`]: `NoSuchSlot` if the slot holds nothing. With `TooHeavy` and `Expired`
    /// the old entry is gone, and its slot free.
    pub(super) fn replace(
        &mut self,
        slot: Slot,
        change: Change,
        moment: Moment,
        departures: &mut impl Departures,
    ) -> Result<(), Refused> {
        let old = self.slots.weight(slot).ok_or(Refused::NoSuchSlot)?;
        let weighed = self.weighed();
        self.policy
            .advance(&mut self.slots.tables(weighed), moment.tick);
        if let Err(refused) = self.check(change.weight, change.deadline, moment.now) {
            self.remove(slot);
            return Err(refused);
        }
        self.slots.set_deadline(slot, change.deadline);
        // Not in the wheel while room is made: if the time went backwards, it would expire.
        self.wheel.cancel(slot);
        if change.weight > old {
            self.make_room(change.weight - old, Some(slot), moment.now, departures);
        }
        self.wheel.schedule(slot, change.deadline);
        self.policy.update(
            slot,
            if weighed { change.weight } else { 1 },
            change.deadline,
            &mut self.slots.tables(weighed),
            moment.tick,
        );
        self.slots.set_weight(slot, change.weight);
        Ok(())
    }

    /// Moves an entry's deadline, which is no use of it; answers whether the slot holds one.
    /// One that lies in the past, or is not a number, makes it a miss from now on.
    pub(super) fn set_deadline(&mut self, slot: Slot, deadline: f64) -> bool {
        if !self.slots.is_taken(slot) {
            return false;
        }
        self.slots.set_deadline(slot, deadline);
        let deadline = self.slots.deadlines()[slot as usize];
        self.wheel.schedule(slot, deadline);
        self.policy.rerank(slot, deadline);
        true
    }

    /// Takes an entry out; answers whether the slot held one.
    pub(super) fn remove(&mut self, slot: Slot) -> bool {
        if !self.slots.is_taken(slot) {
            return false;
        }
        self.forget(slot);
        true
    }

    /// Takes out what has expired, in `work` steps at most; `departures` is told of each.
    pub(super) fn expire(&mut self, now: f64, mut work: u32, departures: &mut impl Departures) {
        while let Some(slot) = self.wheel.expire(now, self.slots.deadlines(), &mut work) {
            self.forget(slot);
            departures.left(slot, Departure::Expired);
        }
    }

    /// When [`expire`](Self::expire) has something to do next, in ms.
    pub(super) fn next_expiry(&self) -> f64 {
        self.wheel.next_time()
    }

    /// How many entries have a deadline that is not `Infinity`.
    pub(super) const fn expiring(&self) -> u32 {
        self.wheel.len()
    }

    /// Takes out the entry that the policy chooses.
    pub(super) fn evict(&mut self) -> Option<Slot> {
        self.evict_but(None)
    }

    /// Takes everything out and gives the memory back.
    pub(super) fn clear(&mut self) {
        self.slots = Slots::new();
        self.policy = AnyPolicy::new(self.kind(), self.favor);
        self.wheel.clear();
    }

    /// Sets other limits and evicts at once what is too much; `departures` is told of each.
    pub(super) fn set_limits(&mut self, limits: Limits, departures: &mut impl Departures) {
        let was_weighed = self.weighed();
        self.limits = limits;
        let weighed = self.weighed();
        if weighed != was_weighed {
            self.policy.reweigh(&self.slots.tables(weighed));
        }
        self.evict_until_fits(0, 0, None, departures);
    }

    /// Moves all entries to another policy, in the order in which they would have left.
    /// Each counts as used once, at one of the last ticks up to `tick`.
    ///
    /// `fingerprint` gives the hash of a slot's key.
    pub(super) fn set_policy(
        &mut self,
        kind: PolicyKind,
        favor: Favor,
        tick: u32,
        fingerprint: impl Fn(Slot) -> u32,
    ) {
        let weighed = self.weighed();
        let mut policy = AnyPolicy::new(kind, favor);
        let mut rest = self.slots.len();
        self.policy.limit_repairs(u32::MAX);
        while let Some(slot) = self.policy.victim(&mut self.slots.tables(weighed), None) {
            rest = rest.saturating_sub(1);
            let (weight, deadline) = self
                .slots
                .weight(slot)
                .zip(self.slots.deadline(slot))
                .unwrap_or_default();
            let moved = Offer {
                fingerprint: fingerprint(slot),
                weight,
                deadline,
            };
            policy.insert(
                &candidate(slot, moved, weighed),
                &mut self.slots.tables(weighed),
                tick.saturating_sub(rest),
            );
        }
        self.policy = policy;
        self.favor = favor;
    }

    /// Adds `more` to the weight of every entry, or takes it away, and evicts at once what is
    /// too much; `departures` is told of each.
    pub(super) fn reweigh(&mut self, more: i32, departures: &mut impl Departures) {
        for slot in 0..self.slots.end() {
            if let Some(weight) = self.slots.weight(slot) {
                self.slots
                    .set_weight(slot, weight.saturating_add_signed(more));
            }
        }
        let weighed = self.weighed();
        self.policy.reweigh(&self.slots.tables(weighed));
        self.evict_until_fits(0, 0, None, departures);
    }

    /// Lowers all ticks by 2^27 if `tick` has passed [`REBASE_AT`], in one pass over all
    /// slots; answers the tick to go on with.
    pub(super) fn rebase(&mut self, tick: u32) -> u32 {
        if tick < REBASE_AT {
            return tick;
        }
        let weighed = self.weighed();
        self.policy
            .rebase(&mut self.slots.tables(weighed), REBASE_BY);
        tick - REBASE_BY
    }

    /// Checks every table against every other. For tests.
    ///
    /// # Errors
    /// Says what is wrong.
    pub(super) fn validate(&self) -> Result<(), String> {
        self.slots.validate()?;
        self.policy.validate()?;
        self.wheel.validate(self.slots.deadlines())?;
        if self.policy.len() != self.slots.len() {
            return Err(format!(
                "ledger: {} entries, {} in the policy",
                self.slots.len(),
                self.policy.len()
            ));
        }
        if !self.fits(0, 0) {
            return Err(format!(
                "ledger: {} entries with {} bytes, over {:?}",
                self.slots.len(),
                self.slots.bytes(),
                self.limits
            ));
        }
        Ok(())
    }

    fn check(&self, weight: u32, deadline: f64, now: f64) -> Result<(), Refused> {
        if u64::from(weight) > self.limits.max_bytes || self.limits.max_entries == 0 {
            return Err(Refused::TooHeavy);
        }
        // Written so that no number fails it.
        if deadline > now {
            Ok(())
        } else {
            Err(Refused::Expired)
        }
    }

    fn fits(&self, weight: u32, entries: u32) -> bool {
        self.slots.bytes().saturating_add(weight.into()) <= self.limits.max_bytes
            && self.slots.len().saturating_add(entries) <= self.limits.max_entries
    }

    /// Makes room for so much more weight, in `replaced` or in an entry to come.
    fn make_room(
        &mut self,
        weight: u32,
        replaced: Option<Slot>,
        now: f64,
        departures: &mut impl Departures,
    ) {
        let entries = u32::from(replaced.is_none());
        if !self.fits(weight, entries) {
            self.expire(now, EXPIRE_FOR_ROOM, departures);
            self.evict_until_fits(weight, entries, replaced, departures);
        }
    }

    fn evict_until_fits(
        &mut self,
        weight: u32,
        entries: u32,
        protect: Option<Slot>,
        departures: &mut impl Departures,
    ) {
        while !self.fits(weight, entries) {
            let Some(slot) = self.evict_but(protect) else {
                break;
            };
            departures.left(slot, Departure::Evicted);
        }
    }

    fn evict_but(&mut self, protect: Option<Slot>) -> Option<Slot> {
        let weighed = self.weighed();
        let slot = self
            .policy
            .victim(&mut self.slots.tables(weighed), protect)?;
        self.release(slot);
        Some(slot)
    }

    /// Takes an entry out for another reason than being the victim.
    fn forget(&mut self, slot: Slot) {
        let weighed = self.weighed();
        self.policy.remove(slot, &mut self.slots.tables(weighed));
        self.release(slot);
    }

    /// Whether the budget is in bytes; if not, each entry counts as one.
    const fn weighed(&self) -> bool {
        self.limits.max_bytes != u64::MAX
    }

    /// Frees a slot that the policy has forgotten.
    fn release(&mut self, slot: Slot) {
        self.wheel.cancel(slot);
        self.slots.release(slot);
    }
}

const fn candidate(slot: Slot, offer: Offer, weighed: bool) -> Candidate {
    Candidate {
        slot,
        fingerprint: offer.fingerprint,
        weight: if weighed { offer.weight } else { 1 },
        deadline: offer.deadline,
    }
}
