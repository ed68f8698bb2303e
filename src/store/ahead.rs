//! Fetches the records of the next victims ahead.
//!
//! A victim's record is cold memory: what was not used for long is in no cache of the
//! processor's. Its head says how long it is, so nothing goes on before it has come. WebAssembly
//! has no instruction to prefetch; but reads that do not depend on one another wait together. So
//! every few sets that many probable victims are read, all at once, and are at hand when their
//! turn comes. Their keys tell where they are in the index, which of many entries is cold as well:
//! there that is fetched too, as soon as the records have come.

#![forbid(unsafe_code)]

use super::ledger::Ledger;
use super::records::Records;
use super::terms::Entries;

/// After so many sets as many victims are looked for.
const AHEAD: usize = 8;
/// The probable victims of so many sets: the first ones of two lists.
const VICTIMS: usize = 2 * AHEAD;
/// The index of fewer entries, some 6 bytes for each, is at hand anyway.
const MANY: u32 = 1 << 18;

/// When to look ahead.
#[derive(Debug, Clone, Default)]
pub(super) struct Ahead {
    /// The sets since it was last done.
    sets: usize,
}

impl Ahead {
    /// Follows a set; answers at once but for every eighth.
    pub(super) fn step(&mut self, ledger: &Ledger, records: &Records) {
        self.sets = (self.sets + 1) % AHEAD;
        if self.sets > 0 {
            return;
        }
        if records.len() < MANY {
            ledger.outlook(AHEAD, |_, slot| records.fetch(slot));
            return;
        }
        let mut hashes = [0; VICTIMS];
        let mut soon = 0;
        ledger.outlook(2 * AHEAD, |others, slot| {
            if others >= AHEAD {
                records.fetch(slot);
            } else if let Some(hash) = hashes.get_mut(soon) {
                // Fetched eight sets ago.
                *hash = records.hash_at(slot);
                soon += 1;
            }
        });
        records.fetch_places(&hashes[..soon]);
    }
}
