//! What every kind of region does alike.

use super::{Bench, Kind, Times, fields, local, payload};
use crate::codec::{ErrorKind, Serializer};
use crate::store::{Limits, Refused};

const KEY: &[u8] = b"user:42";

#[test]
fn what_was_set_is_found_until_it_expires() {
    for kind in Kind::ALL {
        let mut bench = Bench::new(kind);
        for number in 0..40 {
            let key = format!("user:{number}");
            let stored = bench.set(key.as_bytes(), &payload(number), 100.0, 0.0);
            assert!(matches!(stored, Ok(Ok(1..))), "{kind:?}: {stored:?}");
        }
        for number in 0..40 {
            let key = format!("user:{number}");
            let found = bench
                .get(key.as_bytes(), 99.0)
                .expect("opens")
                .expect("there");
            assert_eq!(found.payload, payload(number), "{kind:?}");
            assert_eq!(found.serializer, Serializer::JSON);
            assert_eq!(found.local, local(100.0));
            assert!(bench.contains(key.as_bytes(), 99.0));
            assert_eq!(bench.payload(key.as_bytes(), 100.0), None, "{kind:?}");
            assert!(!bench.contains(key.as_bytes(), 100.0));
        }
        assert_eq!(bench.payload(b"user:40", 0.0), None);
        assert_eq!(bench.region.store.expire(1_000.0, u32::MAX), 40);
        assert_eq!(bench.region.store.bytes(), 0);
        bench.validate();
    }
}

#[test]
fn a_second_set_replaces_the_first() {
    for kind in Kind::ALL {
        let mut bench = Bench::new(kind);
        for number in [4, 0, 4, 1] {
            assert!(matches!(
                bench.set(KEY, &payload(number), 100.0, 0.0),
                Ok(Ok(_))
            ));
            assert_eq!(bench.payload(KEY, 0.0), Some(payload(number)));
        }
        assert_eq!(bench.region.store.len(), 1);
        bench.validate();
    }
}

#[test]
fn a_set_answers_the_length_of_its_record() {
    for kind in Kind::ALL {
        let mut bench = Bench::new(kind);
        let stored = bench.set(KEY, &payload(4), 100.0, 0.0).expect("encoded");
        assert_eq!(stored, Ok(bench.memory()[0].1.len()), "{kind:?}");
    }
}

#[test]
fn removal_tells_whether_a_live_entry_was_there() {
    for kind in Kind::ALL {
        let mut bench = Bench::new(kind);
        assert!(!bench.remove(KEY, 0.0));
        assert!(matches!(bench.set(KEY, b"1", 100.0, 0.0), Ok(Ok(_))));
        assert!(bench.remove(KEY, 99.0));
        assert!(!bench.remove(KEY, 99.0));
        assert!(matches!(bench.set(KEY, b"1", 100.0, 0.0), Ok(Ok(_))));
        assert!(!bench.remove(KEY, 100.0), "an expired one was not there");
        assert_eq!(bench.region.store.len(), 0, "and is gone all the same");
    }
}

#[test]
fn a_fill_from_the_envelope_equals_the_set_that_made_it() {
    for kind in Kind::ALL {
        let (mut writer, mut reader) = (Bench::new(kind), Bench::new(kind));
        let mut envelope = Vec::new();
        let stored = writer.set_and_encode(KEY, &payload(4), 100.0, 0.0, Some(&mut envelope));
        let filled = reader.fill(KEY, &envelope, local(100.0), 0.0);
        assert_eq!(filled, stored, "{kind:?}");
        assert_eq!(reader.memory(), writer.memory(), "{kind:?}");
        assert_eq!(reader.get(KEY, 0.0), writer.get(KEY, 0.0));
        assert_eq!(reader.region.store.bytes(), writer.region.store.bytes());
    }
}

#[test]
fn the_envelope_of_a_set_opens_with_the_same_times() {
    for kind in Kind::ALL {
        let mut bench = Bench::new(kind);
        let mut envelope = b"before".to_vec();
        let stored = bench.set_and_encode(KEY, &payload(4), 100.0, 0.0, Some(&mut envelope));
        assert!(matches!(stored, Ok(Ok(_))));
        let mut out = Vec::new();
        let decoded = bench
            .codec
            .decode(&mut bench.scratch, KEY, &envelope[6..], false, &mut out);
        let (opened, parts) = decoded.expect("opens");
        assert_eq!(opened.header.fields, fields(), "{kind:?}");
        assert_eq!(out[parts.payload], payload(4));
        assert_eq!(&envelope[..6], b"before", "it is appended");
    }
}

#[test]
fn encoding_alone_makes_an_envelope_that_fills() {
    for kind in Kind::ALL {
        let mut bench = Bench::new(kind);
        let (fields, payload) = (fields(), payload(3));
        let entry = crate::codec::Entry {
            fields: &fields,
            side: &[],
            payload: &payload,
        };
        let mut envelope = Vec::new();
        let Bench {
            codec,
            scratch,
            random,
            ..
        } = &mut bench;
        let encoded = codec.encode(scratch, KEY, &entry, random, true, &mut envelope);
        assert_eq!(encoded, Ok(()));
        assert!(matches!(
            bench.fill(KEY, &envelope, local(9.0), 0.0),
            Ok(Ok(_))
        ));
        assert_eq!(bench.payload(KEY, 8.0), Some(payload));
    }
}

#[test]
fn an_entry_is_kept_beyond_its_fresh_until_up_to_its_deadline() {
    for kind in Kind::ALL {
        let mut bench = Bench::new(kind);
        let local = local(10.0);
        let times = Times {
            local,
            deadline: 30.0,
            now: 0.0,
        };
        let stored = bench.set_timed(KEY, &payload(2), times, None);
        assert!(matches!(stored, Ok(Ok(_))), "{kind:?}");
        let found = bench.get(KEY, 20.0).expect("opens").expect("there");
        assert_eq!((found.local, found.deadline), (local, 30.0), "{kind:?}");
        assert!(bench.get(KEY, 30.0).expect("no error").is_none());
        bench.validate();
    }
}

#[test]
fn a_walk_tells_keys_and_values_and_steps_over_the_expired() {
    for kind in Kind::ALL {
        let mut bench = Bench::new(kind);
        for number in 0..9 {
            let key = format!("user:{number}");
            let until = if number % 3 == 0 { 10.0 } else { 100.0 };
            assert!(matches!(
                bench.set(key.as_bytes(), &payload(number), until, 0.0),
                Ok(Ok(_))
            ));
        }
        let (mut entries, without) = bench.walk(10.0);
        entries.sort_by(|a, b| a.key.cmp(&b.key));
        let expected = [1, 2, 4, 5, 7, 8];
        assert_eq!((entries.len(), without), (expected.len(), 3), "{kind:?}");
        for (found, number) in entries.iter().zip(expected) {
            assert_eq!(found.key, format!("user:{number}").into_bytes(), "{kind:?}");
            assert_eq!(found.payload, payload(number));
        }
    }
}

#[test]
fn what_the_codec_refuses_changes_nothing() {
    for kind in Kind::ALL {
        let mut bench = Bench::new(kind);
        assert!(matches!(bench.set(KEY, b"old", 100.0, 0.0), Ok(Ok(_))));
        let refused = bench.set(KEY, &vec![b'x'; (1 << 16) + 1], 100.0, 0.0);
        assert_eq!(
            refused.map_err(|error| error.kind),
            Err(ErrorKind::TooLarge)
        );
        let refused = bench.fill(KEY, b"no envelope", local(100.0), 0.0);
        assert_eq!(
            refused.map_err(|error| error.kind),
            Err(ErrorKind::Truncated)
        );
        assert_eq!(bench.payload(KEY, 0.0).as_deref(), Some(&b"old"[..]));
    }
}

#[test]
fn what_the_store_refuses_takes_the_old_value_with_it() {
    let limits = Limits {
        max_bytes: 4_000,
        ..Limits::default()
    };
    for kind in Kind::ALL {
        let mut bench = Bench::with_limits(kind, limits);
        let large = noise(5_000);
        assert!(matches!(bench.set(KEY, b"old", 100.0, 0.0), Ok(Ok(_))));
        assert_eq!(
            bench.set(KEY, &large, 100.0, 0.0),
            Ok(Err(Refused::TooHeavy))
        );
        assert_eq!(bench.payload(KEY, 0.0), None, "{kind:?}");
        assert!(matches!(bench.set(KEY, b"old", 100.0, 0.0), Ok(Ok(_))));
        assert_eq!(bench.set(KEY, b"new", 1.0, 1.0), Ok(Err(Refused::Expired)));
        assert_eq!(bench.payload(KEY, 0.0), None, "{kind:?}");
        bench.validate();
    }
}

/// Bytes that do not compress.
fn noise(length: usize) -> Vec<u8> {
    let step = |state: &u64| Some(state.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(1));
    let states = std::iter::successors(Some(1), step);
    states
        .map(|state| (state >> 56) as u8)
        .take(length)
        .collect()
}
