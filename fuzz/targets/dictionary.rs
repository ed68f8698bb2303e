//! Streams of deflate behind the id of a dictionary: any bytes with any declared length, beside miniz_oxide; and payloads
//! there and back.

#![no_main]

use libfuzzer_sys::fuzz_target;
use omnicache_core::codec::Compression;
use omnicache_fuzz::{dictionary, open_body, oracle, there_and_back};

fuzz_target!(|input: (&[u8], u32, bool)| {
    let (bytes, declared, back) = input;
    if back {
        return there_and_back(bytes, Compression::Dictionary);
    }
    let _ = open_body(bytes, Compression::Dictionary, declared);
    let mut body = dictionary().id().to_vec();
    body.extend_from_slice(bytes);
    let length = declared % (1 << 16);
    let opened = open_body(&body, Compression::Dictionary, length);
    if u64::from(length) <= 1_032 * bytes.len() as u64 {
        assert_eq!(
            opened,
            oracle(&body, Compression::Dictionary, length as usize)
        );
    }
});
