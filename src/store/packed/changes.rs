//! What changes for all entries of a packed store at once.

#![forbid(unsafe_code)]

use super::super::cost::entry_overhead;
use super::super::terms::Limits;
use super::{PackedStore, fingerprint};
use crate::policy::{Favor, PolicyKind};

impl PackedStore {
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
            ..
        } = self;
        records.outbox.clear();
        ledger.set_policy(kind, favor, *tick, records, |records, slot| {
            let key = records.record(slot).map_or(&[][..], |it| it.key);
            fingerprint(records.hash(key))
        });
        records.set_overhead(entry_overhead(kind));
        ledger.reweigh(records);
    }

    /// Sets other limits and evicts at once what is too much.
    pub fn set_limits(&mut self, limits: Limits) {
        self.records.outbox.clear();
        self.ledger.set_limits(limits, &mut self.records);
    }
}
