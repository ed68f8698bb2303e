//! Fetches the records of the next victims ahead.
//!
//! A victim's record is cold memory: what was not used for long is in no cache of the
//! processor's. Its head says how long it is, so nothing goes on before it has come. WebAssembly
//! has no instruction to prefetch; but reads that do not depend on one another wait together. So
//! every few sets that many probable victims are read, all at once, and are at hand when their
//! turn comes.

#![forbid(unsafe_code)]

use super::ledger::Ledger;
use super::records::Records;

/// After so many sets as many victims are looked for.
const AHEAD: u8 = 8;

/// When to look ahead.
#[derive(Debug, Clone, Default)]
pub(super) struct Ahead {
    /// The sets since it was last done.
    sets: u8,
}

impl Ahead {
    /// Follows a set.
    pub(super) fn step(&mut self, ledger: &Ledger, records: &Records) {
        self.sets = (self.sets + 1) % AHEAD;
        if self.sets == 0 {
            ledger.outlook(AHEAD.into(), |slot| records.fetch(slot));
        }
    }
}
