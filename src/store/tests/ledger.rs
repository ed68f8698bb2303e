//! What the ledger promises where memory runs out.

#![forbid(unsafe_code)]

use super::NEVER;
use crate::policy::{Favor, PolicyKind, Slot, Tables};
use crate::store::ledger::Ledger;
use crate::store::slots::Slots;
use crate::store::terms::{Change, Departure, Entries, Moment, Offer};
use crate::store::{Limits, Refused};

/// Entries that have nothing but their slots.
struct Bare(Slots);

impl Entries for Bare {
    fn len(&self) -> u32 {
        self.0.len()
    }

    fn bytes(&self) -> u64 {
        self.0.bytes()
    }

    fn tables(&mut self, weighed: bool) -> Tables<'_> {
        self.0.tables(weighed)
    }

    fn weight(&self, slot: Slot) -> Option<u32> {
        self.0.weight(slot)
    }

    fn deadline(&self, slot: Slot) -> Option<f64> {
        self.0.deadline(slot)
    }

    fn set_deadline(&mut self, slot: Slot, deadline: f64) {
        self.0.set_deadline(slot, deadline);
    }

    fn release(&mut self, slot: Slot) {
        self.0.release(slot);
    }

    fn leave(&mut self, slot: Slot, _why: Departure) {
        self.release(slot);
    }
}

const START: Moment = Moment { now: 0.0, tick: 1 };

fn insert(ledger: &mut Ledger, entries: &mut Bare, weight: u32) -> Result<Slot, Refused> {
    let offer = Offer {
        fingerprint: weight,
        weight,
        deadline: NEVER,
    };
    ledger.insert(offer, START, entries, |entries, most| {
        entries.0.take(weight, NEVER, most)
    })
}

#[test]
fn a_value_that_cannot_be_written_takes_the_weight_along_that_the_policy_knows() {
    let limits = Limits {
        max_bytes: 1_000,
        ..Limits::default()
    };
    for &kind in PolicyKind::ALL {
        for (old, new) in [(100, 10), (10, 100), (1, 900)] {
            let mut entries = Bare(Slots::new());
            let mut ledger = Ledger::new(kind, Favor::Objects, limits);
            let slot = insert(&mut ledger, &mut entries, old).expect("there is room");
            let change = Change {
                weight: new,
                deadline: NEVER,
            };
            let answer = ledger.replace(slot, change, START, &mut entries, |_| {
                Err(Refused::OutOfMemory)
            });
            assert_eq!(answer, Err(Refused::OutOfMemory), "{kind:?}");
            assert_eq!(ledger.validate(&entries), Ok(()), "{kind:?}");
            assert_eq!((entries.len(), entries.bytes()), (0, 0), "{kind:?}");
            for weight in [300, 300, 300, 300] {
                assert!(
                    insert(&mut ledger, &mut entries, weight).is_ok(),
                    "{kind:?}"
                );
            }
            assert_eq!(entries.len(), 3, "{kind:?}");
        }
    }
}
