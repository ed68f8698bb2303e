//! The buffers: where they are, what is left in them, and what becomes of them as memory grows.

use omnicache_core::codec::ErrorKind;
use omnicache_core::wasm::{
    error_name, key_capacity, key_pointer, out_pointer, panic_message, result_pointer,
    stamp_pointer, value_pointer, wipe,
};
use wasm_bindgen_test::wasm_bindgen_test;

use crate::host::{
    buffer, encode, get, packed, plain, read, result, result_bytes, sealed, set, write, write_key,
    write_value,
};

const SECRET: &[u8] = b"the diary of user 42";

#[wasm_bindgen_test]
fn addresses_stay_the_same_as_memory_grows() {
    let before = [key_pointer(), stamp_pointer(), result_pointer()];
    let size = buffer().byte_length();
    let (mut region, codec) = (packed(), plain());
    assert_eq!(set(&mut region, &codec, "a", b"1"), 1);
    let old = buffer();
    while buffer().byte_length() == size {
        let key = format!("key {}", region.len());
        assert_eq!(set(&mut region, &codec, &key, &vec![1; 100_000]), 1);
    }
    assert_eq!(
        old.byte_length(),
        0,
        "views are detached, as `Buffers` expects"
    );
    assert_eq!([key_pointer(), stamp_pointer(), result_pointer()], before);
    assert_eq!(get(&mut region, &codec, "a").as_deref(), Some(&b"1"[..]));
    assert_eq!(result(0), 100.0);
}

#[wasm_bindgen_test]
fn addresses_do_not_overlap_and_the_results_are_aligned() {
    let value = value_pointer(1_000) as usize;
    let mut parts = [
        (key_pointer(), key_capacity()),
        (stamp_pointer(), 16),
        (result_pointer(), 64),
        (value, 1_000),
    ];
    parts.sort_unstable();
    assert!(parts.windows(2).all(|two| two[0].0 + two[0].1 <= two[1].0));
    assert_eq!(result_pointer() % 8, 0);
    assert!(key_capacity() >= 65_536 * 3);
}

#[wasm_bindgen_test]
fn the_value_buffer_is_where_it_was_unless_it_must_grow() {
    let small = value_pointer(1_000) as usize;
    write(small, SECRET);
    assert_eq!(value_pointer(10) as usize, small);
    assert_eq!(read(small, SECRET.len()), SECRET);
    let large = value_pointer(3 << 20) as usize;
    write(large + (3 << 20) - 1, &[9]);
    assert_ne!(value_pointer(1_000), core::ptr::null());
}

#[wasm_bindgen_test]
fn without_memory_for_a_value_the_address_is_0_and_the_next_one_is_there() {
    assert_eq!(value_pointer(usize::MAX), core::ptr::null());
    assert_eq!(value_pointer(1 << 31), core::ptr::null());
    let (mut region, codec) = (packed(), plain());
    assert_eq!(set(&mut region, &codec, "a", SECRET), 1);
    assert_eq!(get(&mut region, &codec, "a").as_deref(), Some(SECRET));
}

#[wasm_bindgen_test]
fn wiping_zeroes_key_value_and_output() {
    let (mut region, codec) = (packed(), plain());
    let key = "user:42";
    assert_eq!(set(&mut region, &codec, key, SECRET), 1);
    let value = value_pointer(0) as usize;
    assert_eq!(get(&mut region, &codec, key).as_deref(), Some(SECRET));
    let out = out_pointer();
    assert_eq!(read(key_pointer(), key.len()), key.as_bytes());
    assert_eq!(read(value, SECRET.len()), SECRET);
    assert_eq!(read(out, SECRET.len()), SECRET);
    wipe();
    assert_eq!(read(key_pointer(), key.len()), vec![0; key.len()]);
    assert_eq!(read(value, SECRET.len()), vec![0; SECRET.len()]);
    assert_eq!(read(out, SECRET.len()), vec![0; SECRET.len()]);
    assert_eq!(out_pointer(), out, "the buffer itself is kept");
}

#[wasm_bindgen_test]
fn wiping_reaches_output_of_calls_before_the_last_one() {
    let (mut region, codec) = (packed(), plain());
    assert_eq!(set(&mut region, &codec, "long", SECRET), 1);
    assert_eq!(set(&mut region, &codec, "short", b"1"), 1);
    assert!(get(&mut region, &codec, "long").is_some());
    let out = out_pointer();
    assert!(get(&mut region, &codec, "short").is_some());
    assert!(region.has(&codec, write_key("short"), 0.0));
    assert_eq!(
        read(out + 1, SECRET.len() - 1),
        &SECRET[1..],
        "it is still there"
    );
    wipe();
    assert_eq!(read(out, SECRET.len()), vec![0; SECRET.len()]);
}

#[wasm_bindgen_test]
fn a_value_leaves_no_copy_behind_when_its_buffer_grows() {
    let before = value_pointer(5_000) as usize;
    write(before, &SECRET.repeat(100));
    let after = value_pointer(6_000_000) as usize;
    assert_ne!(before, after);
    // The allocator writes its lists into the ends of what it gets back.
    let middle = read(before + 64, 1_900);
    assert!(!middle.windows(8).any(|part| part == &SECRET[..8]));
    assert_eq!(read(after, 2_000), vec![0; 2_000]);
}

#[wasm_bindgen_test]
fn a_call_of_an_encrypted_region_leaves_neither_key_nor_value() {
    let (mut region, codec) = (packed(), sealed());
    let key = "user:42:diary";
    let clean = |what: &str| {
        let value = value_pointer(0) as usize;
        assert_eq!(read(key_pointer(), key.len()), vec![0; key.len()], "{what}");
        assert_eq!(read(value, SECRET.len()), vec![0; SECRET.len()], "{what}");
    };
    assert_eq!(set(&mut region, &codec, key, SECRET), 1);
    clean("set");
    let envelope = encode(&codec, key, SECRET);
    clean("encode");
    let (length, value) = (write_key(key), write_value(&envelope));
    assert_eq!(
        region.fill(&codec, length, value, 100.0, 50.0, 100.0, 0.0, false),
        1
    );
    clean("fill");
    let out = read(out_pointer(), envelope.len());
    assert!(!out.windows(8).any(|part| part == &SECRET[..8]), "fill");
    assert!(region.has(&codec, write_key(key), 0.0));
    clean("has");
    assert_eq!(codec.stored_key(write_key(key)), 32);
    clean("storedKey");
    assert!(codec.encode_tombstone(write_key(key), 1.0, 2.0) > 0);
    clean("encodeTombstone");
    assert_eq!(region.get(&codec, write_key(key), 0.0, u32::MAX), 2);
    assert_eq!(result_bytes(2), SECRET);
    clean("get");
    let payload = result(2) as usize;
    wipe();
    assert_eq!(read(payload, SECRET.len()), vec![0; SECRET.len()]);
    assert!(region.remove(&codec, write_key(key), 0.0));
    clean("remove");
}

#[wasm_bindgen_test]
fn a_large_value_leaves_no_scratch_memory_in_its_region() {
    let (codec, large) = (plain(), vec![1; 8 << 20]);
    let mut regions: Vec<_> = (0..6).map(|_| packed()).collect();
    let mut sizes = regions.iter_mut().map(|region| {
        assert_eq!(set(region, &codec, "a", &large), 1);
        assert!(region.remove(&codec, write_key("a"), 0.0));
        buffer().byte_length()
    });
    let first = sizes.next();
    assert_eq!(
        sizes.last(),
        first,
        "each has the room that the one before gave back"
    );
}

#[wasm_bindgen_test]
fn each_error_has_a_negative_number_and_a_name() {
    for (index, kind) in ErrorKind::ALL.iter().enumerate() {
        assert_eq!(error_name(-(index as i32) - 1), kind.name());
    }
    let past = -(ErrorKind::ALL.len() as i32) - 1;
    for code in [0, 1, i32::MAX, past, i32::MIN] {
        assert_eq!(error_name(code), "unknown");
    }
}

#[wasm_bindgen_test]
fn without_a_panic_there_is_no_message() {
    assert_eq!(panic_message(), "");
}
