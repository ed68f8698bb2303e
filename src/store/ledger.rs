//! The budget, and who leaves and when.
//!
//! Both stores rest on it. Each keeps its entries in its own way, and the ledger asks for
//! what it must know of them ([`Entries`]): weights and deadlines, neither keys nor values.

#![forbid(unsafe_code)]

mod changes;

use super::terms::{Change, Departure, Entries, Limits, Moment, Offer, Refused, Told};
use super::wheel::Wheel;
use crate::policy::{AnyPolicy, Favor, PolicyKind, Slot, TouchKind, mark, raise, stamp};

/// The tick from which on ticks are lowered, so that 28 bits hold them.
pub const REBASE_AT: u32 = 0x0F00_0000;

/// How much of what has expired is taken out before one entry comes in.
const EXPIRE_FOR_ROOM: u32 = 128;

/// The ledger of one store.
#[derive(Debug, Clone)]
pub(super) struct Ledger {
    policy: AnyPolicy,
    /// What the policy has readers leave.
    touch: TouchKind,
    favor: Favor,
    wheel: Wheel,
    limits: Limits,
}

impl Ledger {
    /// An empty ledger.
    pub(super) fn new(kind: PolicyKind, favor: Favor, limits: Limits) -> Self {
        Self {
            policy: AnyPolicy::new(kind, favor),
            touch: kind.touch(),
            favor,
            wheel: Wheel::new(),
            limits,
        }
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
    pub(super) fn touch(&self, touches: &mut [u32], slot: Slot, tick: u32) {
        match self.touch {
            TouchKind::None => {}
            TouchKind::Tick => mark(touches, slot, tick),
            TouchKind::Count => raise(touches, slot),
            TouchKind::Bit => mark(touches, slot, 1),
            TouchKind::TickCount => stamp(touches, slot, tick),
        }
    }

    /// Takes an entry in, which `take` puts into a slot once there is room.
    ///
    /// # Errors
    /// [`Refused`], all but `NoSuchSlot` and `BadKey`.
    pub(super) fn insert<E: Entries>(
        &mut self,
        offer: Offer,
        moment: Moment,
        entries: &mut E,
        take: impl FnOnce(&mut E, u32) -> Result<Slot, Refused>,
    ) -> Result<Slot, Refused> {
        let weighed = self.weighed();
        self.policy
            .advance(&mut entries.tables(weighed), moment.tick);
        self.check(offer.weight, offer.deadline, moment.now)?;
        self.make_room(offer.weight, None, moment.now, entries);
        let slot = take(entries, self.limits.max_entries)?;
        let reserved = self.wheel.reserve(slot, offer.deadline);
        reserved.inspect_err(|_| entries.release(slot))?;
        self.wheel.schedule(slot, offer.deadline);
        let newcomer = offer.candidate(slot, weighed);
        let tables = &mut entries.tables(weighed);
        if !self.policy.insert(&newcomer, tables, moment.tick) {
            self.wheel.cancel(slot);
            entries.release(slot);
            return Err(Refused::OutOfMemory);
        }
        Ok(slot)
    }

    /// Gives an entry another weight and deadline, which `write` makes true once there is
    /// room. Counts as a use. Who has to go for it is never this one.
    ///
    /// # Errors
    /// [`Refused`]: `NoSuchSlot` if the slot holds nothing. With all others the old entry is
    /// gone, and its slot free.
    pub(super) fn replace<E: Entries>(
        &mut self,
        slot: Slot,
        change: Change,
        moment: Moment,
        entries: &mut E,
        write: impl FnOnce(&mut E) -> Result<(), Refused>,
    ) -> Result<(), Refused> {
        let old = entries.weight(slot).ok_or(Refused::NoSuchSlot)?;
        let weighed = self.weighed();
        self.policy
            .advance(&mut entries.tables(weighed), moment.tick);
        let reserved = self
            .check(change.weight, change.deadline, moment.now)
            .and_then(|()| Ok(self.wheel.reserve(slot, change.deadline)?));
        if let Err(refused) = reserved {
            self.remove(slot, entries);
            return Err(refused);
        }
        entries.set_deadline(slot, change.deadline);
        // Not in the wheel while room is made: if the time went backwards, it would expire.
        self.wheel.cancel(slot);
        if change.weight > old {
            self.make_room(change.weight - old, Some(slot), moment.now, entries);
        }
        self.wheel.schedule(slot, change.deadline);
        self.policy.update(
            slot,
            if weighed { change.weight } else { 1 },
            change.deadline,
            &mut entries.tables(weighed),
            moment.tick,
        );
        write(entries).inspect_err(|_| {
            let told = Told(if weighed { change.weight } else { 1 });
            self.policy.remove(slot, &mut told.tables(entries));
            self.wheel.cancel(slot);
            entries.release(slot);
        })
    }

    /// Moves an entry's deadline, which is no use of it; answers whether the slot holds one.
    /// One that lies in the past, or is not a number, makes it a miss from now on. Where the wheel
    /// has no memory for it, it is a miss after it but leaves only when the policy chooses it.
    pub(super) fn set_deadline(
        &mut self,
        slot: Slot,
        deadline: f64,
        entries: &mut impl Entries,
    ) -> bool {
        if entries.deadline(slot).is_none() {
            return false;
        }
        entries.set_deadline(slot, deadline);
        let deadline = entries.deadline(slot).unwrap_or(deadline);
        if self.wheel.reserve(slot, deadline).is_ok() {
            self.wheel.schedule(slot, deadline);
        } else {
            self.wheel.cancel(slot);
        }
        self.policy.rerank(slot, deadline);
        true
    }

    /// Takes an entry out; answers whether the slot held one.
    pub(super) fn remove(&mut self, slot: Slot, entries: &mut impl Entries) -> bool {
        if entries.deadline(slot).is_none() {
            return false;
        }
        self.forget(slot, entries);
        entries.release(slot);
        true
    }

    /// Takes out what has expired, in `work` steps at most.
    pub(super) fn expire(&mut self, now: f64, mut work: u32, entries: &mut impl Entries) {
        while let Some(slot) = self
            .wheel
            .expire(now, |slot| entries.deadline(slot), &mut work)
        {
            self.forget(slot, entries);
            entries.leave(slot, Departure::Expired);
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
    pub(super) fn evict(&mut self, entries: &mut impl Entries) -> Option<Slot> {
        self.evict_but(None, entries)
    }

    /// A key may come; see [`Policy::expect`](crate::policy::Policy::expect).
    pub(super) fn expect(&self, fingerprint: u32) {
        self.policy.expect(fingerprint);
    }

    /// Who may be evicted next; see [`Policy::outlook`](crate::policy::Policy::outlook).
    pub(super) fn outlook(&self, count: usize, look: impl FnMut(usize, Slot)) {
        self.policy.outlook(count, look);
    }

    /// Forgets all entries and gives the memory back.
    pub(super) fn clear(&mut self) {
        self.policy = AnyPolicy::new(self.kind(), self.favor);
        self.wheel.clear();
    }

    /// Checks the policy and the wheel against the entries. For tests.
    ///
    /// # Errors
    /// Says what is wrong.
    pub(super) fn validate(&self, entries: &impl Entries) -> Result<(), String> {
        self.policy.validate()?;
        self.wheel.validate(|slot| entries.deadline(slot))?;
        if self.policy.len() != entries.len() {
            return Err(format!(
                "ledger: {} entries, {} in the policy",
                entries.len(),
                self.policy.len()
            ));
        }
        if !self.fits(0, 0, entries) {
            return Err(format!(
                "ledger: {} entries with {} bytes, over {:?}",
                entries.len(),
                entries.bytes(),
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

    fn fits(&self, weight: u32, more: u32, entries: &impl Entries) -> bool {
        entries.bytes().saturating_add(weight.into()) <= self.limits.max_bytes
            && entries.len().saturating_add(more) <= self.limits.max_entries
    }

    /// Makes room for so much more weight, in `replaced` or in an entry to come.
    fn make_room(
        &mut self,
        weight: u32,
        replaced: Option<Slot>,
        now: f64,
        entries: &mut impl Entries,
    ) {
        let more = u32::from(replaced.is_none());
        if self.fits(weight, more, entries) {
            return;
        }
        let full = entries.len();
        self.expire(now, EXPIRE_FOR_ROOM, entries);
        if entries.len() < full && self.fits(weight, more, entries) {
            return;
        }
        while self.evict_but(replaced, entries).is_some() && !self.fits(weight, more, entries) {}
    }

    /// Takes out what is beyond the limits.
    fn trim(&mut self, entries: &mut impl Entries) {
        while !self.fits(0, 0, entries) && self.evict_but(None, entries).is_some() {}
    }

    fn evict_but(&mut self, protect: Option<Slot>, entries: &mut impl Entries) -> Option<Slot> {
        let weighed = self.weighed();
        let slot = self.policy.victim(&mut entries.tables(weighed), protect)?;
        self.wheel.cancel(slot);
        entries.leave(slot, Departure::Evicted);
        Some(slot)
    }

    /// Drops a slot from the policy and the wheel, for another reason than being the victim.
    fn forget(&mut self, slot: Slot, entries: &mut impl Entries) {
        let weighed = self.weighed();
        self.policy.remove(slot, &mut entries.tables(weighed));
        self.wheel.cancel(slot);
    }

    /// Whether the budget is in bytes; if not, each entry counts as one.
    const fn weighed(&self) -> bool {
        self.limits.max_bytes != u64::MAX
    }
}
