//! Streams of deflate: any bytes with any declared length, beside miniz_oxide; and payloads
//! there and back.

#![no_main]

use libfuzzer_sys::fuzz_target;
use omnicache_core::codec::Compression;
use omnicache_fuzz::{open_body, oracle, there_and_back};

fuzz_target!(|input: (&[u8], u32, bool)| {
    let (bytes, declared, back) = input;
    if back {
        return there_and_back(bytes, Compression::Deflate);
    }
    let _ = open_body(bytes, Compression::Deflate, declared);
    let length = declared % (1 << 16);
    let opened = open_body(bytes, Compression::Deflate, length);
    if u64::from(length) <= 1_032 * bytes.len() as u64 {
        assert_eq!(opened, oracle(bytes, Compression::Deflate, length as usize));
    }
});
