//! The model of a store: a list of entries, and the oracle of the policies for who leaves.
//!
//! The model does not foresee *when* the wheel notices an expiry, which is the wheel's own
//! affair within its resolution: it is told who left, and checks that each had a reason.

#![forbid(unsafe_code)]

use crate::policy::tests::naive::Naive;
use crate::policy::{Candidate, PolicyKind, Slot};
use crate::store::{Departure, Limits, RESOLUTION, Refused};

/// What is about to come in, beside what is there.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Room {
    pub(super) bytes: u32,
    pub(super) entries: u32,
}

/// The budget and the policies' order, by slot. Keys and values are each test's own.
pub(super) struct Model {
    oracle: Naive,
    /// Whether the oracle knows who leaves.
    foresees: bool,
    entries: Vec<(Slot, u32, f64)>,
    pub(super) limits: Limits,
    pub(super) tick: u32,
}

impl Model {
    pub(super) fn new(kind: PolicyKind, limits: Limits) -> Self {
        Self {
            oracle: Naive::new(kind),
            foresees: Naive::foresees(kind),
            entries: Vec::new(),
            limits,
            tick: 0,
        }
    }

    pub(super) fn bytes(&self) -> u64 {
        self.entries
            .iter()
            .map(|&(_, weight, _)| u64::from(weight))
            .sum()
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn slots(&self) -> Vec<Slot> {
        self.entries.iter().map(|&(slot, ..)| slot).collect()
    }

    pub(super) fn weight(&self, slot: Slot) -> Option<u32> {
        self.entries
            .iter()
            .find(|entry| entry.0 == slot)
            .map(|entry| entry.1)
    }

    pub(super) fn deadline(&self, slot: Slot) -> Option<f64> {
        self.entries
            .iter()
            .find(|entry| entry.0 == slot)
            .map(|entry| entry.2)
    }

    pub(super) fn is_live(&self, slot: Slot, now: f64) -> bool {
        self.deadline(slot).is_some_and(|deadline| deadline > now)
    }

    /// Whether an entry of this weight and deadline is to be refused, and why.
    pub(super) fn refusal(&self, weight: u32, deadline: f64, now: f64) -> Option<Refused> {
        if u64::from(weight) > self.limits.max_bytes || self.limits.max_entries == 0 {
            Some(Refused::TooHeavy)
        } else {
            (deadline <= now).then_some(Refused::Expired)
        }
    }

    /// An access, before which policies may age.
    pub(super) fn access(&mut self) -> u32 {
        self.tick += 1;
        self.oracle.advance(self.tick);
        self.tick
    }

    pub(super) fn hit(&mut self, slot: Slot) -> u32 {
        self.tick += 1;
        self.oracle.touch(slot, self.tick);
        self.tick
    }

    /// Follows one who left, and checks that it had to: it had expired, or it was the
    /// oracle's choice at a time when room was missing.
    pub(super) fn leaves(
        &mut self,
        slot: Slot,
        why: Departure,
        now: f64,
        room: Room,
        protect: Option<Slot>,
    ) {
        match why {
            Departure::Expired => {
                let deadline = self.deadline(slot);
                assert!(
                    deadline.is_some_and(|deadline| deadline <= now),
                    "{slot} left early: {deadline:?}"
                );
                self.oracle.remove(slot);
            }
            Departure::Evicted => {
                assert!(!self.fits(room), "{slot} left though there was room");
                assert!(
                    Some(slot) != protect && self.oracle.has(slot),
                    "{slot} was to stay"
                );
                self.follow(slot, protect);
            }
        }
        self.entries.retain(|entry| entry.0 != slot);
    }

    /// Checks that enough have left.
    pub(super) fn assert_fits(&self, room: Room) {
        assert!(self.fits(room), "too few have left");
    }

    pub(super) fn insert(&mut self, slot: Slot, weight: u32, deadline: f64) {
        assert!(!self.oracle.has(slot), "the slot is taken");
        let candidate = Candidate {
            slot,
            fingerprint: 0,
            weight,
            deadline,
        };
        self.oracle.insert(&candidate, self.tick);
        self.entries.push((slot, weight, deadline));
    }

    pub(super) fn replace(&mut self, slot: Slot, weight: u32, deadline: f64) {
        self.oracle.touch(slot, self.tick);
        self.set_deadline(slot, deadline);
        self.entries
            .iter_mut()
            .filter(|entry| entry.0 == slot)
            .for_each(|entry| entry.1 = weight);
    }

    pub(super) fn set_deadline(&mut self, slot: Slot, deadline: f64) {
        self.oracle.rerank(slot, deadline);
        self.entries
            .iter_mut()
            .filter(|entry| entry.0 == slot)
            .for_each(|entry| entry.2 = deadline);
    }

    pub(super) fn remove(&mut self, slot: Slot) {
        self.oracle.remove(slot);
        self.entries.retain(|entry| entry.0 != slot);
    }

    /// Follows the store's own choice of a victim.
    pub(super) fn evicted(&mut self, victim: Option<Slot>) {
        assert_eq!(victim.is_some(), self.len() > 0);
        if let Some(slot) = victim {
            self.follow(slot, None);
            self.remove(slot);
        }
    }

    /// Checks that the oracle chooses the same victim, where it can.
    fn follow(&mut self, slot: Slot, protect: Option<Slot>) {
        if self.foresees {
            assert_eq!(
                self.oracle.victim(protect),
                Some(slot),
                "another was to leave"
            );
        } else {
            self.oracle.remove(slot);
        }
    }

    pub(super) fn set_policy(&mut self, kind: PolicyKind) {
        let oracle = std::mem::replace(&mut self.oracle, Naive::new(kind));
        self.oracle = oracle.moved_to(kind, self.tick);
        // The order of the move is that of the policy before.
        self.foresees &= Naive::foresees(kind);
    }

    /// Adds to every weight.
    pub(super) fn reweigh(&mut self, more: i64) {
        self.entries
            .iter_mut()
            .for_each(|entry| entry.1 = (i64::from(entry.1) + more) as u32);
    }

    pub(super) fn clear(&mut self, kind: PolicyKind) {
        *self = Self {
            tick: self.tick,
            ..Self::new(kind, self.limits)
        };
    }

    /// After an expiry without a limit: nothing is left that was over a tick ago.
    pub(super) fn assert_swept(&self, now: f64) {
        let late = self
            .entries
            .iter()
            .find(|entry| entry.2 <= now - RESOLUTION);
        assert!(late.is_none(), "{late:?} should have expired by {now}");
    }

    fn fits(&self, room: Room) -> bool {
        self.bytes() + u64::from(room.bytes) <= self.limits.max_bytes
            && self.len() + room.entries as usize <= self.limits.max_entries as usize
    }
}
