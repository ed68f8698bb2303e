//! Compressed bodies of any bytes and any declared length, and payloads there and back.

#![no_main]

use libfuzzer_sys::fuzz_target;
use omnicache_core::codec::Compression;
use omnicache_fuzz::{open_body, there_and_back};

fuzz_target!(|input: (&[u8], u32, bool)| {
    let (bytes, declared, back) = input;
    if back {
        there_and_back(bytes, Compression::Lz4);
    } else {
        let _ = open_body(bytes, Compression::Lz4, declared % (1 << 21));
        let _ = open_body(bytes, Compression::Lz4, declared);
    }
});
