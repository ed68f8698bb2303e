//! The codec with the host's own randomness, and the keys.

use js_sys::{Object, Reflect};
use omnicache_core::wasm::{CodecCore, KeysCore, error_name, out_pointer};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::host::{
    BYTES, LIMIT, cipher, encode, get, keys, packed, plain, read, result, result_bytes, sealed,
    write_key, write_value,
};

#[wasm_bindgen_test]
fn sealing_twice_gives_two_ciphertexts_that_both_open() {
    let codec = sealed();
    let (first, second) = (encode(&codec, "a", b"one"), encode(&codec, "a", b"one"));
    assert_eq!(first.len(), second.len());
    assert_ne!(first[46..], second[46..]);
    for envelope in [first, second] {
        let (key, value) = (write_key("a"), write_value(&envelope));
        assert_eq!(codec.decode(key, value, false), BYTES as i32);
        assert_eq!(result_bytes(3), b"one");
    }
}

#[wasm_bindgen_test]
fn a_stored_key_is_the_key_or_its_keyed_hash() {
    let stored = |codec: &CodecCore, key: &str| {
        let length = codec.stored_key(write_key(key));
        read(out_pointer(), length)
    };
    assert_eq!(stored(&plain(), "user:42"), b"user:42");
    let hash = stored(&sealed(), "user:42");
    assert_eq!(hash.len(), 32);
    assert_eq!(stored(&sealed(), "user:42"), hash, "the secret is the same");
    assert_ne!(stored(&sealed(), "user:43"), hash);
    let other = CodecCore::sealed("sessions".into(), 0, -1.0, LIMIT, &keys());
    assert_ne!(stored(&other, "user:42"), hash);
}

#[wasm_bindgen_test]
fn a_payload_is_compressed_from_the_threshold_on() {
    let text = b"abc".repeat(1_000);
    for (above, smaller) in [
        (0.0, true),
        (3_000.0, true),
        (3_001.0, false),
        (-1.0, false),
        (f64::NAN, false),
        (f64::INFINITY, false),
    ] {
        for compression in [1, 2] {
            let codec = CodecCore::plain("metrics".into(), compression, above, LIMIT);
            let envelope = encode(&codec, "a", &text);
            assert_eq!(envelope.len() < text.len(), smaller, "{above}");
            let (key, value) = (write_key("a"), write_value(&envelope));
            assert_eq!(codec.decode(key, value, false), BYTES as i32);
            assert_eq!(result_bytes(3), text);
        }
    }
}

#[wasm_bindgen_test]
fn a_tombstone_opens_as_no_value() {
    for codec in [plain(), sealed()] {
        let length = codec.encode_tombstone(write_key("a"), 1_000.0, 5_000.0);
        let envelope = read(out_pointer(), length as usize);
        let (key, value) = (write_key("a"), write_value(&envelope));
        assert_eq!(codec.decode(key, value, false), 0);
        assert_eq!(
            [result(0), result(1), result(2)],
            [1_000.0, 1_000.0, 5_000.0]
        );
        assert_eq!(result(4), 0.0);
    }
}

fn refusal(current: &str, ids: &[&str], keys: usize, secret: usize) -> String {
    let ids = ids.iter().map(|id| (*id).to_owned()).collect();
    let made = KeysCore::new(current, ids, vec![1; keys], vec![2; secret], cipher());
    let error = JsValue::from(made.err().expect("refused"));
    let message = Reflect::get(&Object::from(error), &"message".into());
    message
        .ok()
        .and_then(|it| it.as_string())
        .expect("a message")
}

#[wasm_bindgen_test]
fn malformed_keys_are_refused_by_name() {
    assert_eq!(refusal("k", &[], 0, 32), "key-current");
    assert_eq!(refusal("k", &["j"], 32, 32), "key-current");
    assert_eq!(refusal("k", &["k", "k"], 64, 32), "key-duplicate");
    assert_eq!(refusal("k k", &["k k"], 32, 32), "key-id");
    assert_eq!(refusal("k", &["k"], 32, 31), "key-length");
    for keys in [0, 31, 33, 64] {
        assert_eq!(refusal("k", &["k"], keys, 32), "key-length", "{keys}");
    }
}

#[wasm_bindgen_test]
fn the_copies_of_the_secrets_are_wiped() {
    let (keys, secret) = (vec![0xA7; 64], vec![0xB9; 32]);
    let addresses = [keys.as_ptr() as usize, secret.as_ptr() as usize];
    let ids = vec!["k1".to_owned(), "k2".to_owned()];
    let made = KeysCore::new("k1", ids, keys, secret, cipher());
    assert!(made.is_ok());
    for (address, byte) in addresses.into_iter().zip([0xA7, 0xB9]) {
        assert!(!read(address, 32).contains(&byte));
    }
}

/// A side block of one tag.
fn side(name: &[u8]) -> Vec<u8> {
    let length = (name.len() as u16).to_be_bytes();
    [&[0, 1], &length[..], name, &[7; 16]].concat()
}

#[wasm_bindgen_test]
fn a_side_block_goes_in_behind_the_value_and_comes_out_again() {
    for codec in [plain(), sealed()] {
        let side = side(b"user:1");
        let key = write_key("a");
        write_value(&[b"one", &side[..]].concat());
        let length = codec.encode(key, 3, side.len(), BYTES, 1.0, 2.0, 3.0, false);
        let envelope = read(out_pointer(), length as usize);
        let (key, value) = (write_key("a"), write_value(&envelope));
        assert_eq!(codec.decode(key, value, false), BYTES as i32);
        assert_eq!(
            (result_bytes(3), result_bytes(5)),
            (b"one".to_vec(), side.clone())
        );
        let mut region = packed();
        let key = write_key("a");
        write_value(&[b"two", &side[..]].concat());
        let stored = region.set(
            &codec,
            key,
            3,
            side.len(),
            BYTES,
            1.0,
            2.0,
            3.0,
            9.0,
            9.0,
            9.0,
            0.0,
            false,
        );
        assert_eq!(stored, 1);
        assert_eq!(get(&mut region, &codec, "a").as_deref(), Some(&b"two"[..]));
        assert_eq!(result_bytes(7), side);
    }
}

#[wasm_bindgen_test]
fn a_malformed_side_block_is_refused() {
    for codec in [plain(), sealed()] {
        let side = side(b"user:1");
        for wrong in [
            &side[1..],
            &side[..side.len() - 1],
            &[0, 0][..],
            &[&side[..], &[0]].concat(),
        ] {
            let key = write_key("a");
            write_value(wrong);
            let encoded = codec.encode(key, 0, wrong.len(), BYTES, 1.0, 2.0, 3.0, false);
            assert_eq!(error_name(encoded), "side");
        }
        let key = write_key("a");
        let encoded = codec.encode(key, usize::MAX, 9, BYTES, 1.0, 2.0, 3.0, false);
        assert_eq!(error_name(encoded), "length");
    }
}

#[wasm_bindgen_test]
fn a_stored_tag_is_the_tag_or_a_keyed_hash_that_no_key_has() {
    let stored = |codec: &CodecCore, tag: &str| {
        let length = codec.stored_tag(write_key(tag));
        read(out_pointer(), length)
    };
    assert_eq!(stored(&plain(), "user:42"), b"user:42");
    let hash = stored(&sealed(), "user:42");
    assert_eq!(hash.len(), 32);
    let codec = sealed();
    let length = codec.stored_key(write_key("user:42"));
    assert_ne!(hash, read(out_pointer(), length));
}
