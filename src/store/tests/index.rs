//! The index finds what was put into it, however the hashes fall.

#![forbid(unsafe_code)]

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use proptest::prelude::*;

use crate::policy::Slot;
use crate::store::Refused;
use crate::store::hash::hash;
use crate::store::index::{FULL, Index, KEY_BYTES};

#[test]
fn a_hundred_thousand_keys_are_found_and_removed() {
    let hash_of = |slot: Slot| hash(&slot.to_le_bytes(), 3);
    let mut index = Index::new();
    for slot in 0..100_000 {
        assert_eq!(index.insert(hash_of(slot), slot, hash_of), Ok(()));
    }
    assert_eq!(index.validate(hash_of), Ok(()));
    assert!(
        (0..100_000).all(|slot| index.find(hash_of(slot), |other| other == slot) == Some(slot))
    );
    assert!(
        (0..100_000)
            .step_by(2)
            .all(|slot| index.remove(hash_of(slot), slot))
    );
    assert_eq!(index.validate(hash_of), Ok(()));
    assert!(!index.remove(hash_of(0), 0));
    assert_eq!(index.find(hash_of(0), |_| true), None);
}

#[test]
fn hashes_that_are_all_the_same_are_refused_in_the_end() {
    let mut index = Index::new();
    let fit = (0..1_000)
        .take_while(|&slot| index.insert(42, slot, |_| 42).is_ok())
        .count();
    assert_eq!(fit, FULL);
    assert_eq!(index.insert(42, 999, |_| 42), Err(Refused::Full));
    assert_eq!(index.find(42, |slot| slot == 7), Some(7));
    assert!(index.remove(42, 7));
    assert_eq!(index.insert(42, 7, |_| 42), Ok(()));
}

#[test]
fn a_key_costs_six_bytes_on_average() {
    let hash_of = |slot: Slot| hash(&slot.to_le_bytes(), 5);
    let mut index = Index::new();
    let (mut sum, mut count) = (0.0, 0.0);
    for slot in 0..400_000 {
        assert_eq!(index.insert(hash_of(slot), slot, hash_of), Ok(()));
        // From one doubling to the next but one, at steps of equal ratio.
        if slot >= 100_000 && slot % (slot / 64) == 0 {
            let bytes = index.bytes() as f64 / index.len() as f64;
            assert!(bytes < KEY_BYTES as f64 + 0.5, "{bytes} at {slot}");
            sum += bytes;
            count += 1.0;
        }
    }
    assert!(sum / count <= KEY_BYTES as f64, "{}", sum / count);
}

proptest! {
    /// The hashes have few bits, so that homes are shared, tables overflow and wrap.
    #[test]
    fn it_holds_what_a_hash_map_holds(ops in proptest::collection::vec((any::<bool>(), 0..600u32), 1..2_000), bits in 1..64u32) {
        let hash_of = |slot: Slot| hash(&slot.to_le_bytes(), 9) & (u64::MAX >> bits | u64::MAX << 50);
        let mut index = Index::new();
        let mut model: HashMap<u32, Slot> = HashMap::new();
        for (insert, slot) in ops {
            let hash = hash_of(slot);
            prop_assert_eq!(index.find(hash, |other| other == slot), model.get(&slot).copied());
            if !insert {
                prop_assert_eq!(index.remove(hash, slot), model.remove(&slot).is_some());
            } else if let Entry::Vacant(free) = model.entry(slot) {
                prop_assert_eq!(index.insert(hash, slot, hash_of), Ok(()));
                free.insert(slot);
            }
        }
        prop_assert_eq!(index.len(), model.len());
        prop_assert_eq!(index.validate(hash_of), Ok(()));
    }
}
