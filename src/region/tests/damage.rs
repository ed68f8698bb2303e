//! Records that are not what was stored: an error, never a panic, and a miss from then on.

use proptest::prelude::*;

use super::{Bench, Kind, payload};

const KEY: &[u8] = b"user:42";

/// Puts `record` where the record of `KEY` would be.
fn plant(bench: &mut Bench, record: &[u8]) {
    let place = bench.codec.stored_key(KEY).as_bytes().to_vec();
    let planted = bench.region.store.set(&place, &[record], 9.0, 0.0);
    assert!(planted.is_ok());
}

fn record(kind: Kind, number: usize) -> Vec<u8> {
    let mut bench = Bench::new(kind);
    assert!(matches!(
        bench.set(KEY, &payload(number), 9.0, 0.0),
        Ok(Ok(_))
    ));
    bench.memory().remove(0).1
}

#[test]
fn a_record_that_was_cut_short_is_an_error_and_then_a_miss() {
    for kind in Kind::ALL {
        let whole = record(kind, 4);
        for length in 0..whole.len() {
            let mut bench = Bench::new(kind);
            plant(&mut bench, &whole[..length]);
            assert!(bench.get(KEY, 0.0).is_err(), "{kind:?}: {length} bytes");
            assert!(bench.out.is_empty(), "nothing is left in the output");
            assert_eq!(bench.get(KEY, 0.0), Ok(None));
            bench.validate();
        }
    }
}

#[test]
fn no_bit_of_a_sealed_entry_can_be_changed() {
    for kind in [Kind::Sealed, Kind::SealedCompressed] {
        let whole = record(kind, 4);
        for bit in crate::codec::record::PREFIX_LENGTH * 8..whole.len() * 8 {
            let mut bench = Bench::new(kind);
            let mut changed = whole.clone();
            changed[bit / 8] ^= 1 << (bit % 8);
            plant(&mut bench, &changed);
            assert!(bench.get(KEY, 0.0).is_err(), "{kind:?}: bit {bit}");
            assert!(bench.out.is_empty(), "nothing is left in the output");
        }
    }
}

proptest! {
    #[test]
    fn any_bytes_are_an_answer_or_an_error(
        kind in prop::sample::select(&Kind::ALL[..]),
        bytes in prop::collection::vec(any::<u8>(), 0..200),
        flags in 0_u8..16,
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..4),
    ) {
        let mut forged = bytes;
        if let Some(first) = forged.first_mut() {
            *first = flags;
        }
        let mut changed = record(kind, 4);
        for (at, byte) in changes {
            let at = at.index(changed.len());
            changed[at] = byte;
        }
        for record in [forged, changed] {
            let mut bench = Bench::new(kind);
            plant(&mut bench, &record);
            let (entries, without) = bench.walk(0.0);
            prop_assert_eq!(entries.len() + without, 1);
            let got = bench.get(KEY, 0.0);
            prop_assert_eq!(got.is_ok(), entries.len() == 1);
            prop_assert_eq!(bench.contains(KEY, 0.0), got.is_ok());
        }
    }
}
