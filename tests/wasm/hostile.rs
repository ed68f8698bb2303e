//! Arguments that no caller should pass: an answer each, and everything as it was.

use omnicache_core::wasm::{
    CodecCore, LiveCore, MetricsCore, PackedCore, error_name, key_capacity, value_pointer,
};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::host::{
    BYTES, LRU, NEVER, encode, get, packed, plain, sealed, set, set_raw, write_key, write_value,
};

const ODD: [f64; 8] = [
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    -1.0,
    -0.0,
    1e300,
    f64::MIN_POSITIVE,
    9_007_199_254_740_993.0,
];

#[wasm_bindgen_test]
fn lengths_beyond_the_buffers_are_refused() {
    for codec in [plain(), sealed()] {
        let mut region = packed();
        assert_eq!(set(&mut region, &codec, "a", b"one"), 1);
        let (key, _) = (write_key("a"), write_value(b"two"));
        for beyond in [usize::MAX, 1 << 31, 1 << 30] {
            assert_eq!(
                error_name(set_raw(&mut region, &codec, key, beyond)),
                "length"
            );
            assert_eq!(
                error_name(set_raw(&mut region, &codec, beyond, 3)),
                "length"
            );
            assert_eq!(
                error_name(region.fill(&codec, key, beyond, 9.0, 9.0, 9.0, 0.0, false)),
                "length"
            );
            assert_eq!(
                error_name(region.get(&codec, beyond, 0.0, u32::MAX)),
                "length"
            );
            assert_eq!(
                error_name(codec.encode(key, beyond, 0, BYTES, 1.0, 2.0, 3.0, false)),
                "length"
            );
            assert_eq!(error_name(codec.decode(key, beyond, false)), "length");
            assert_eq!(
                error_name(codec.encode_tombstone(beyond, 1.0, 2.0)),
                "length"
            );
            assert_eq!(codec.stored_key(beyond), 0);
            assert!(!region.has(&codec, beyond, 0.0));
            assert!(!region.remove(&codec, beyond, 0.0));
            assert_eq!(
                region.raw_get(beyond, 0.0) + region.raw_peek(beyond, 0.0),
                0
            );
            assert_eq!(region.raw_set(key, beyond, 1, 9.0, 0.0), 0);
            assert_eq!(region.raw_set(beyond, 3, 1, 9.0, 0.0), 0);
            assert!(!region.raw_remove(beyond, 0.0));
            assert!(!region.raw_use(beyond as u32, 0) && !region.raw_use(u32::MAX, 0));
            assert_eq!(region.raw_deadline(beyond, 0.0), -1.0);
        }
        assert_eq!(region.get(&codec, key_capacity(), 0.0, u32::MAX), 0);
        assert_eq!(get(&mut region, &codec, "a").as_deref(), Some(&b"one"[..]));
        assert_eq!(region.len(), 1);
    }
}

#[wasm_bindgen_test]
fn a_value_that_got_no_memory_is_not_stored_as_an_empty_one() {
    let (mut region, codec) = (packed(), plain());
    assert_eq!(value_pointer(1 << 31), core::ptr::null());
    let key = write_key("a");
    assert_eq!(
        error_name(set_raw(&mut region, &codec, key, 1 << 31)),
        "length"
    );
    assert_eq!(region.len(), 0);
}

#[wasm_bindgen_test]
fn odd_numbers_do_not_break_a_live_region() {
    for policy in 0..4 {
        let mut store = LiveCore::new(policy, false, NEVER, NEVER).expect("a store");
        for (tick, odd) in (1..).zip(ODD) {
            let answer = store.insert(0, odd, NEVER, 0.0, tick);
            assert!(answer >= 1.0, "a weight is never refused without a limit");
            let slot = answer as u32 - 1;
            store.insert(0, 1.0, odd, 0.0, tick);
            store.insert(0, 1.0, NEVER, odd, tick);
            store.replace(slot, odd, NEVER, 0.0, tick);
            store.set_deadline(slot, odd);
            assert_eq!(store.replace(u32::MAX, 1.0, NEVER, 0.0, tick), 0.0);
            assert!(!store.set_deadline(u32::MAX, odd));
            store.set_limits(odd, NEVER);
            store.set_limits(NEVER, odd);
            store.set_limits(NEVER, NEVER);
            store.expire(odd, u32::MAX);
        }
        while store.evict_one() >= 0 {}
        assert_eq!(store.bytes(), 0.0);
    }
}

#[wasm_bindgen_test]
fn odd_numbers_do_not_break_a_packed_region() {
    for codec in [plain(), sealed()] {
        for policy in 0..4 {
            let mut region = PackedCore::new(policy, false, NEVER, NEVER, true).expect("a region");
            for odd in ODD {
                let (key, value) = (write_key("a"), write_value(b"one"));
                region.set(
                    &codec, key, value, 0, BYTES, odd, odd, odd, odd, odd, odd, odd, true,
                );
                region.raw_set(key, value, 255, odd, odd);
                region.get(&codec, write_key("a"), odd, u32::MAX);
                region.next(&codec, u32::MAX, odd);
                region.raw_deadline(write_key("a"), odd);
                region.set_limits(odd, odd);
                region.set_limits(NEVER, NEVER);
                region.expire(odd, u32::MAX);
                region.take_departed();
            }
            while region.evict_one() {}
            assert_eq!((region.len(), region.bytes()), (0, 0.0));
            for cursor in [0, 1, u32::MAX - 1, u32::MAX] {
                assert_eq!(region.next(&codec, cursor, 0.0), -1.0);
                assert_eq!(region.raw_next(cursor), -1.0);
            }
        }
    }
}

#[wasm_bindgen_test]
fn numbers_beyond_a_byte_are_not_cut_down_to_one() {
    assert!(PackedCore::new(256 + LRU, false, NEVER, NEVER, true).is_err());
    let codec = plain();
    for serializer in [5, 127, 256, 256 + BYTES, u32::MAX] {
        let (key, value) = (write_key("a"), write_value(b"one"));
        let encoded = codec.encode(key, value, 0, serializer, 1.0, 2.0, 3.0, false);
        assert_eq!(error_name(encoded), "serializer", "{serializer}");
        let mut region = packed();
        let stored = region.set(
            &codec, key, value, 0, serializer, 1.0, 2.0, 3.0, 9.0, 9.0, 9.0, 0.0, false,
        );
        assert_eq!(error_name(stored), "serializer", "{serializer}");
    }
}

#[wasm_bindgen_test]
fn a_limit_is_the_callers() {
    let deflating = |inflated| CodecCore::plain("metrics".into(), 1, 0.0, inflated);
    let envelope = encode(&deflating(100), "a", &[7; 100]);
    let (key, value) = (write_key("a"), write_value(&envelope));
    let opened = deflating(99).decode(key, value, false);
    assert_eq!(error_name(opened), "too-large");
    let stored = encode(&deflating(99), "a", &[7; 100]);
    assert!(stored.len() > 100, "a writer keeps to it");
}

#[wasm_bindgen_test]
fn odd_numbers_do_not_break_the_metrics() {
    let mut metrics = MetricsCore::new();
    let region = metrics.declare_region("a");
    for odd in ODD {
        metrics.update_region(region, &[odd; 99], &[odd; 99]);
        metrics.update_region(usize::MAX, &[odd], &[]);
        metrics.update_tier(7, &[odd]);
        for operation in [0, 3, 4, 255] {
            metrics.record_region(region, operation, odd, u32::MAX);
            metrics.record_region(usize::MAX, operation, odd, 1);
            metrics.record_tier(usize::MAX, operation, odd);
        }
        metrics.set_ceiling(odd);
        assert!(metrics.snapshot().is_ok());
        assert!(metrics.text().contains("omnicache_"));
    }
}
