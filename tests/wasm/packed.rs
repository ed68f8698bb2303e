//! A packed region: what its methods answer and leave in the results.

use omnicache_core::wasm::{PackedCore, error_name, out_pointer};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::host::{
    BYTES, LRU, NEVER, encode, get, packed, plain, read, result, result_bytes, sealed, set,
    write_key, write_stamp, write_value,
};

#[wasm_bindgen_test]
fn a_value_comes_out_with_its_times() {
    for codec in [plain(), sealed()] {
        let mut region = packed();
        assert_eq!(set(&mut region, &codec, "a", b"one"), 1);
        assert_eq!(
            region.get(&codec, write_key("a"), 0.0, u32::MAX),
            BYTES as i32
        );
        assert_eq!((result(0), result(1)), (100.0, 50.0));
        assert_eq!(result_bytes(2), b"one");
        assert_eq!(
            region.get(&codec, write_key("a"), 100.0, u32::MAX),
            0,
            "it is over"
        );
        assert_eq!(
            region.get(&codec, write_key("b"), 0.0, u32::MAX),
            0,
            "there is none"
        );
        assert!(region.has(&codec, write_key("a"), 99.0));
        assert!(region.remove(&codec, write_key("a"), 0.0));
        assert!(!region.has(&codec, write_key("a"), 0.0));
        assert_eq!((region.len(), region.bytes()), (0, 0.0));
    }
}

#[wasm_bindgen_test]
fn an_envelope_of_one_region_fills_another() {
    for codec in [plain(), sealed()] {
        let (mut writer, mut reader) = (packed(), packed());
        write_stamp([5; 16]);
        let (key, value) = (write_key("a"), write_value(b"one"));
        let stored = writer.set(
            &codec, key, value, 0, BYTES, 1_000.0, 2_000.0, NEVER, 100.0, 50.0, 100.0, 0.0, true,
        );
        assert_eq!(stored, 1);
        let (length, record) = (result(0) as usize, result(1));
        let envelope = read(out_pointer(), length);
        assert_eq!(envelope[8..24], [5; 16], "the stamp is at its place");
        let (key, value) = (write_key("a"), write_value(&envelope));
        assert_eq!(
            reader.fill(&codec, key, value, 100.0, 50.0, 100.0, 0.0, false),
            1
        );
        assert_eq!(result(1), record);
        assert_eq!(get(&mut reader, &codec, "a").as_deref(), Some(&b"one"[..]));
        let (key, value) = (write_key("a"), write_value(&envelope));
        assert_eq!(codec.decode(key, value, false), BYTES as i32);
        assert_eq!([result(0), result(1), result(2)], [1_000.0, 2_000.0, NEVER]);
        assert_eq!(result_bytes(3), b"one");
    }
}

#[wasm_bindgen_test]
fn a_walk_meets_every_entry_once() {
    for codec in [plain(), sealed()] {
        let mut region = packed();
        for key in ["a", "b", "c"] {
            assert_eq!(set(&mut region, &codec, key, key.as_bytes()), 1);
        }
        assert!(region.remove(&codec, write_key("b"), 0.0));
        let (mut seen, mut cursor) = (Vec::new(), 0.0);
        while {
            cursor = region.next(&codec, cursor as u32, 0.0);
            cursor >= 0.0
        } {
            assert_eq!(result(6), f64::from(BYTES));
            seen.push((result_bytes(4), result_bytes(2)));
        }
        seen.sort();
        let both = |key: &str| (key.as_bytes().to_vec(), key.as_bytes().to_vec());
        assert_eq!(seen, [both("a"), both("c")]);
        assert!(region.next(&codec, 0, 100.0) > 0.0);
        assert_eq!(result(6), 0.0, "an expired one is a step without an entry");
    }
}

#[wasm_bindgen_test]
fn bytes_go_in_and_out_behind_their_tag() {
    let mut region = packed();
    let (key, value) = (write_key("a"), write_value(b"one"));
    assert_eq!(region.raw_set(key, value, 7, 100.0, 0.0), 1);
    for found in [region.raw_get(key, 0.0), region.raw_peek(key, 0.0)] {
        assert_eq!((found, result_bytes(0)), (7, b"one".to_vec()));
    }
    assert_eq!(region.raw_get(key, 0.0), 7);
    assert_eq!(
        (result(2), result(4)),
        (0.0, 100.0),
        "its slot and deadline"
    );
    let changes = result(3) as u32;
    assert!(region.raw_use(0, changes));
    assert!(region.raw_set_deadline(key, 100.0, 0.0));
    assert!(!region.raw_use(0, changes), "something has changed");
    assert_eq!(region.raw_deadline(key, 0.0), 100.0);
    assert_eq!(region.raw_deadline(key, 100.0), -1.0);
    assert_eq!(region.raw_next(0), 1.0);
    assert_eq!((result(5), result_bytes(0)), (7.0, b"one".to_vec()));
    assert_eq!((result_bytes(2), result(4)), (b"a".to_vec(), 100.0));
    assert_eq!(region.raw_next(1), -1.0);
    assert!(region.raw_remove(key, 0.0));
    assert!(!region.raw_remove(key, 0.0));
    assert_eq!(
        (region.raw_get(key, 0.0), region.raw_peek(key, 0.0)),
        (0, 0)
    );
}

/// The keys that left in the last call, and whether each was evicted.
fn departed(region: &mut PackedCore) -> Vec<(String, bool)> {
    let mut keys = Vec::new();
    loop {
        let Ok(length) = usize::try_from(region.take_departed()) else {
            return keys;
        };
        let key = String::from_utf8(read(out_pointer(), length)).expect("text");
        keys.push((key, result(0) == 1.0));
    }
}

#[wasm_bindgen_test]
fn who_left_is_told_once() {
    let codec = plain();
    let mut region = PackedCore::new(LRU, false, NEVER, 2.0, true).expect("a region");
    for key in ["a", "b", "c"] {
        assert_eq!(set(&mut region, &codec, key, b"1"), 1);
    }
    assert_eq!(departed(&mut region), [("a".to_owned(), true)]);
    assert_eq!(departed(&mut region), []);
    assert_eq!(region.expire(1_000.0, u32::MAX), 2);
    let mut expired = departed(&mut region);
    expired.sort();
    assert_eq!(expired, [("b".to_owned(), false), ("c".to_owned(), false)]);
    assert_eq!(region.next_expiry(), NEVER);
    assert!(!region.evict_one());
}

#[wasm_bindgen_test]
fn a_refused_call_tells_nobody_a_second_time() {
    let codec = plain();
    let mut region = PackedCore::new(LRU, false, NEVER, 1.0, true).expect("a region");
    for key in ["a", "b"] {
        assert_eq!(set(&mut region, &codec, key, b"1"), 1);
    }
    let (key, value) = (write_key("c"), write_value(b"no envelope"));
    assert!(region.fill(&codec, key, value, 100.0, 50.0, 100.0, 0.0, false) < 0);
    assert_eq!(departed(&mut region), [], "the refused call moved nobody");
    for key in ["d", "e"] {
        assert_eq!(set(&mut region, &codec, key, b"1"), 1);
    }
    assert!(region.set_policy(99, false).is_err());
    assert_eq!(departed(&mut region), [("d".to_owned(), true)]);
}

#[wasm_bindgen_test]
fn a_policy_and_limits_can_be_changed_while_there_are_entries() {
    let codec = plain();
    let mut region = packed();
    for key in ["a", "b", "c"] {
        assert_eq!(set(&mut region, &codec, key, b"1"), 1);
    }
    for policy in [1, 2, 3, 0] {
        assert!(region.set_policy(policy, false).is_ok());
        assert_eq!(region.len(), 3);
    }
    region.set_limits(NEVER, 1.0);
    assert_eq!(
        departed(&mut region),
        [("a".to_owned(), true), ("b".to_owned(), true)]
    );
    region.set_limits(0.0, NEVER);
    assert_eq!(set(&mut region, &codec, "d", b"1"), 0, "too heavy");
    assert_eq!(region.len(), 0);
}

#[wasm_bindgen_test]
fn a_forged_envelope_is_refused_by_name() {
    let codec = sealed();
    let mut region = packed();
    let cases = [
        (encode(&plain(), "a", b"1"), "unsealed"),
        (encode(&codec, "b", b"1"), "does-not-open"),
        (b"xx".to_vec(), "truncated"),
        (vec![0; 100], "magic"),
    ];
    for (envelope, name) in cases {
        let (key, value) = (write_key("a"), write_value(&envelope));
        let filled = region.fill(&codec, key, value, 100.0, 50.0, 100.0, 0.0, false);
        assert_eq!(error_name(filled), name);
        let (key, value) = (write_key("a"), write_value(&envelope));
        assert_eq!(error_name(codec.decode(key, value, false)), name);
    }
    assert_eq!(region.len(), 0);
}
