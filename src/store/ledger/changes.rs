//! What changes for all entries at once: limits, policy, weights, ticks.

#![forbid(unsafe_code)]

use super::super::terms::{Departure, Entries, Limits, Offer};
use super::{Ledger, REBASE_AT};
use crate::policy::{AnyPolicy, Favor, PolicyKind, Slot};

/// By how much ticks are lowered.
const REBASE_BY: u32 = 1 << 27;

impl Ledger {
    /// Sets other limits and evicts at once what is too much.
    pub(in crate::store) fn set_limits(&mut self, limits: Limits, entries: &mut impl Entries) {
        let was_weighed = self.weighed();
        self.limits = limits;
        let weighed = self.weighed();
        if weighed != was_weighed {
            self.policy.reweigh(&entries.tables(weighed));
        }
        self.trim(entries);
    }

    /// Moves all entries to another policy, in the order in which they would have left.
    /// Each counts as used once, at one of the last ticks up to `tick`.
    ///
    /// `fingerprint` gives the hash of a slot's key.
    pub(in crate::store) fn set_policy<E: Entries>(
        &mut self,
        kind: PolicyKind,
        favor: Favor,
        tick: u32,
        entries: &mut E,
        fingerprint: impl Fn(&E, Slot) -> u32,
    ) {
        let weighed = self.weighed();
        let mut policy = AnyPolicy::new(kind, favor);
        let mut rest = entries.len();
        self.policy.limit_repairs(u32::MAX);
        while let Some(slot) = self.policy.victim(&mut entries.tables(weighed), None) {
            rest = rest.saturating_sub(1);
            let (weight, deadline) = entries
                .weight(slot)
                .zip(entries.deadline(slot))
                .unwrap_or_default();
            let moved = Offer {
                fingerprint: fingerprint(entries, slot),
                weight,
                deadline,
            };
            let moved = moved.candidate(slot, weighed);
            let tables = &mut entries.tables(weighed);
            if !policy.insert(&moved, tables, tick.saturating_sub(rest)) {
                self.wheel.cancel(slot);
                entries.leave(slot, Departure::Evicted);
            }
        }
        self.policy = policy;
        self.touch = kind.touch();
        self.favor = favor;
    }

    /// Follows when many weights have changed, and evicts at once what is too much.
    pub(in crate::store) fn reweigh(&mut self, entries: &mut impl Entries) {
        let weighed = self.weighed();
        self.policy.reweigh(&entries.tables(weighed));
        self.trim(entries);
    }

    /// Lowers all ticks by 2^27 if `tick` has passed [`REBASE_AT`], in one pass over all
    /// slots; answers the tick to go on with.
    pub(in crate::store) fn rebase(&mut self, tick: u32, entries: &mut impl Entries) -> u32 {
        if tick < REBASE_AT {
            return tick;
        }
        let weighed = self.weighed();
        self.policy.rebase(&mut entries.tables(weighed), REBASE_BY);
        tick - REBASE_BY
    }
}
