//! What an encrypted region keeps, and what it refuses.

use super::{Bench, Kind, codec, holds, local, payload};
use crate::codec::ErrorKind;

const KEY: &[u8] = b"user:42:diary";
const OTHER: &[u8] = b"user:43:diary";

fn sealed() -> impl Iterator<Item = Kind> {
    Kind::ALL.into_iter().filter(|kind| kind.is_sealed())
}

#[test]
fn memory_holds_neither_key_nor_payload() {
    for kind in Kind::ALL {
        let mut bench = Bench::new(kind);
        let secret = payload(4);
        let mut envelope = Vec::new();
        let stored = bench.set_and_encode(KEY, &secret, 100.0, 0.0, Some(&mut envelope));
        assert!(matches!(stored, Ok(Ok(_))));
        let (stored_key, record) = &bench.memory().remove(0);
        // In a plain region the same search finds the key, and the payload unless deflated.
        assert_eq!(holds(stored_key, KEY), !kind.is_sealed(), "{kind:?}");
        assert_eq!(holds(record, &secret), kind == Kind::Plain, "{kind:?}");
        for part in [&secret[..8], &KEY[..8]] {
            assert!(!kind.is_sealed() || !holds(record, part), "{kind:?}");
            assert!(!kind.is_sealed() || !holds(&envelope, part), "{kind:?}");
        }
        assert!(!kind.is_sealed() || stored_key.len() == 32);
    }
}

#[test]
fn a_plain_envelope_is_refused() {
    let mut envelope = Vec::new();
    let stored = Bench::new(Kind::Plain).set_and_encode(KEY, b"1", 9.0, 0.0, Some(&mut envelope));
    assert!(matches!(stored, Ok(Ok(_))));
    for kind in sealed() {
        let mut bench = Bench::new(kind);
        let filled = bench.fill(KEY, &envelope, local(9.0), 0.0);
        assert_eq!(filled.map_err(|error| error.kind), Err(ErrorKind::Unsealed));
        assert_eq!(bench.region.store.len(), 0);
    }
}

#[test]
fn an_envelope_opens_under_its_key_and_in_its_region_alone() {
    for kind in sealed() {
        let mut envelope = Vec::new();
        let stored = Bench::new(kind).set_and_encode(KEY, b"1", 9.0, 0.0, Some(&mut envelope));
        assert!(matches!(stored, Ok(Ok(_))));
        let mut bench = Bench::new(kind);
        let moved = bench.fill(OTHER, &envelope, local(9.0), 0.0);
        assert_eq!(
            moved.map_err(|error| error.kind),
            Err(ErrorKind::DoesNotOpen)
        );
        bench.codec = codec(kind, "sessions");
        let moved = bench.fill(KEY, &envelope, local(9.0), 0.0);
        assert_eq!(
            moved.map_err(|error| error.kind),
            Err(ErrorKind::DoesNotOpen)
        );
        bench.codec = codec(kind, super::REGION);
        assert!(matches!(
            bench.fill(KEY, &envelope, local(9.0), 0.0),
            Ok(Ok(_))
        ));
    }
}

#[test]
fn a_record_that_was_moved_does_not_open_and_is_gone_then() {
    for kind in sealed() {
        let mut bench = Bench::new(kind);
        assert!(matches!(bench.set(KEY, b"1", 9.0, 0.0), Ok(Ok(_))));
        let (_, record) = bench.memory().remove(0);
        let place = bench.codec.stored_key(OTHER).as_bytes().to_vec();
        let moved = bench.region.store.set(&place, &[&record], 9.0, 0.0);
        assert!(moved.is_ok());
        assert_eq!(bench.walk(0.0).1, 1, "a step without an entry");
        let got = bench.get(OTHER, 0.0).map_err(|error| error.kind);
        assert_eq!(got, Err(ErrorKind::DoesNotOpen));
        assert_eq!(bench.get(OTHER, 0.0), Ok(None));
        assert_eq!(bench.payload(KEY, 0.0).as_deref(), Some(&b"1"[..]));
        bench.validate();
    }
}

#[test]
fn one_value_is_sealed_differently_each_time() {
    for kind in sealed() {
        let mut bench = Bench::new(kind);
        let (mut first, mut second) = (Vec::new(), Vec::new());
        for envelope in [&mut first, &mut second] {
            let stored = bench.set_and_encode(KEY, b"1", 9.0, 0.0, Some(envelope));
            assert!(matches!(stored, Ok(Ok(_))));
        }
        let nonce = crate::codec::header::HEADER_LENGTH + "k1".len();
        assert_eq!(first[..nonce], second[..nonce]);
        assert_ne!(first[nonce..], second[nonce..]);
    }
}

#[test]
fn a_plain_record_is_refused_wherever_it_is_met() {
    let mut plain = Bench::new(Kind::Plain);
    assert!(matches!(plain.set(KEY, b"forged", 9.0, 0.0), Ok(Ok(_))));
    let (_, record) = plain.memory().remove(0);
    for kind in sealed() {
        let mut bench = Bench::new(kind);
        let place = bench.codec.stored_key(KEY).as_bytes().to_vec();
        let planted = bench.region.store.set(&place, &[&record], 9.0, 0.0);
        assert!(planted.is_ok());
        assert_eq!(bench.walk(0.0), (vec![], 1), "a step without an entry");
        let got = bench.get(KEY, 0.0).map_err(|error| error.kind);
        assert_eq!(got, Err(ErrorKind::Unsealed));
        assert_eq!(bench.get(KEY, 0.0), Ok(None));
    }
}
