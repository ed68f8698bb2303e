//! Lengths that lie are refused for what they are, before anything is allocated for them.

use super::samples::{LIMIT, Sample, all, context, dictionaries, fields, ring, stored_key};
use crate::codec::body::{Body, PayloadLimits, Unpacker, check_lengths};
use crate::codec::crc32::crc32;
use crate::codec::{
    Codec, Compression, Context, Dictionaries, Dictionary, Entry, ErrorKind, Options, Serializer,
    envelope, peek,
};
use crate::codec::{deflate, lz4};

/// Makes the checksum of a plain envelope right again.
pub fn fix_checksum(envelope: &mut [u8]) {
    let body = envelope.len() - 4;
    let checksum = crc32(&envelope[..body]);
    envelope[body..].copy_from_slice(&checksum.to_be_bytes());
}

fn sample(title: &str) -> Sample {
    let mut samples = all();
    let at = samples.iter().position(|sample| sample.title == title);
    samples.swap_remove(at.expect("a sample of that title"))
}

/// Why a plain envelope is refused after `change`, with a right checksum.
fn refusal(title: &str, change: impl FnOnce(&mut Vec<u8>)) -> ErrorKind {
    let mut envelope = sample(title).envelope();
    change(&mut envelope);
    fix_checksum(&mut envelope);
    let (ring, stored) = (ring(), stored_key());
    let mut out = Vec::new();
    let refused = Codec::new().decode(&envelope, &context(&ring, &stored), &mut out);
    assert_eq!(out.capacity(), 0, "memory was taken for a lie");
    refused.expect_err("refused").kind
}

/// The samples with a compressed body, and what they are refused for where it is damaged.
const COMPRESSED: [(&str, ErrorKind); 3] = [
    ("Plain, compressed", ErrorKind::Inflate),
    ("Plain, LZ4", ErrorKind::Lz4),
    ("Plain, with a dictionary", ErrorKind::Inflate),
];

fn set_original_length(envelope: &mut [u8], length: u32) {
    envelope[42..46].copy_from_slice(&length.to_be_bytes());
}

#[test]
fn a_length_over_the_limit_is_too_large() {
    for title in ["Plain", "Plain, compressed", "Plain, LZ4"] {
        for length in [LIMIT + 1, u32::MAX] {
            let kind = refusal(title, |envelope| set_original_length(envelope, length));
            assert_eq!(kind, ErrorKind::TooLarge);
        }
    }
}

#[test]
fn a_length_that_its_compression_cannot_reach_is_a_bomb() {
    for (title, _) in COMPRESSED {
        let kind = refusal(title, |envelope| set_original_length(envelope, LIMIT));
        assert_eq!(kind, ErrorKind::Bomb);
    }
}

#[test]
fn a_wrong_length_of_an_uncompressed_payload_is_refused() {
    for length in [0, 15, 17] {
        let kind = refusal("Plain", |envelope| set_original_length(envelope, length));
        assert_eq!(kind, ErrorKind::Length);
    }
}

#[test]
fn a_side_block_longer_than_the_entry_is_refused() {
    for length in [u32::MAX, 1 << 20, 100] {
        let kind = refusal("Plain, with tags", |envelope| {
            envelope[46..50].copy_from_slice(&length.to_be_bytes());
        });
        assert_eq!(kind, ErrorKind::Length);
    }
}

#[test]
fn a_stream_must_come_out_at_exactly_the_declared_length() {
    for (title, kind) in COMPRESSED {
        for length in [0, 1, 47, 49, 100] {
            let mut envelope = sample(title).envelope();
            set_original_length(&mut envelope, length);
            fix_checksum(&mut envelope);
            let (ring, stored) = (ring(), stored_key());
            let mut out = vec![1];
            let refused = Codec::new().decode(&envelope, &context(&ring, &stored), &mut out);
            assert_eq!(
                refused.expect_err("refused").kind,
                kind,
                "{title}: {length}"
            );
            assert_eq!(out, [1]);
        }
    }
}

#[test]
fn bytes_behind_the_stream_are_refused() {
    for (title, kind) in COMPRESSED {
        let mut envelope = sample(title).envelope();
        envelope.insert(envelope.len() - 4, 0);
        fix_checksum(&mut envelope);
        let (ring, stored) = (ring(), stored_key());
        let refused = Codec::new().decode(&envelope, &context(&ring, &stored), &mut Vec::new());
        assert_eq!(refused.expect_err("refused").kind, kind, "{title}");
    }
}

/// With a right checksum, and whatever bit was flipped, a compressed body is refused or gives as
/// many bytes as it says.
#[test]
fn no_flipped_bit_of_a_compressed_body_panics() {
    for (title, _) in COMPRESSED {
        let length = sample(title).payload.len();
        let envelope = sample(title).envelope();
        for bit in 46 * 8..(envelope.len() - 4) * 8 {
            let mut flipped = envelope.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            fix_checksum(&mut flipped);
            let (ring, stored) = (ring(), stored_key());
            let mut out = Vec::new();
            match Codec::new().decode(&flipped, &context(&ring, &stored), &mut out) {
                Ok((_, parts)) => assert_eq!(parts.payload, 0..length),
                Err(_) => assert!(out.is_empty()),
            }
        }
    }
}

#[test]
fn the_best_that_a_compression_can_do_is_no_bomb() {
    let deflate = best_ratio(Compression::Deflate);
    assert!((900..=deflate::MAX_RATIO).contains(&deflate), "{deflate}");
    let lz4 = best_ratio(Compression::Lz4);
    assert!((240..=lz4::MAX_RATIO).contains(&lz4), "{lz4}");
}

/// How much 1 MB of one byte shrinks; it must open again.
fn best_ratio(compression: Compression) -> u64 {
    let payload = vec![0; LIMIT as usize];
    let fields = fields(Serializer::BYTES);
    let entry = Entry {
        fields: &fields,
        side: &[],
        payload: &payload,
    };
    let options = super::samples::options(compression, Some(1));
    let mut out = Vec::new();
    let mut codec = Codec::new();
    codec
        .encode(&entry, &options, None, &mut out)
        .expect("encoded");
    let (ring, stored) = (ring(), stored_key());
    let mut back = Vec::new();
    codec
        .decode(&out, &context(&ring, &stored), &mut back)
        .expect("decoded");
    assert_eq!(back, payload);
    u64::from(LIMIT) / out.len() as u64
}

#[test]
fn a_bomb_takes_no_memory() {
    // 1 MB that says it is 200 MB of LZ4, and 300 KB that says it is 200 MB of deflate: within
    // the limit, beyond what either can do. One byte more of them, and it is believed.
    let declared = 200_u32 << 20;
    for (compression, most, before) in [
        (Compression::Deflate, deflate::MAX_RATIO, 0),
        (Compression::Lz4, lz4::MAX_RATIO, 0),
        (Compression::Dictionary, deflate::MAX_RATIO, 4),
    ] {
        let bytes = vec![0; before + u64::from(declared).div_ceil(most) as usize];
        let body = |bytes| Body {
            bytes,
            compression,
            original_length: declared,
        };
        let limits = PayloadLimits::of(crate::codec::body::LIMIT);
        assert_eq!(check_lengths(&body(&bytes), limits), Ok(()));
        let tight = PayloadLimits {
            inflated: declared - 1,
            ..limits
        };
        let refused = check_lengths(&body(&bytes), tight).expect_err("refused");
        assert_eq!(refused.kind, ErrorKind::TooLarge);
        let mut out = Vec::new();
        let short = body(&bytes[1..]);
        let refused = Unpacker::default().unpack(&short, dictionaries(), limits, &mut out);
        assert_eq!(refused.expect_err("refused").kind, ErrorKind::Bomb);
        assert_eq!(out.capacity(), 0, "memory was taken for a lie");
    }
}

#[test]
fn a_writer_is_held_to_the_same_limits() {
    let mut codec = Codec::new();
    let mut write = |fields: &crate::codec::Fields, side: &[u8], payload: &[u8]| {
        let entry = Entry {
            fields,
            side,
            payload,
        };
        let options = Options {
            compress_above: None,
            limits: PayloadLimits::of(10),
            ..Options::default()
        };
        let mut out = b"before".to_vec();
        let kind = codec
            .encode(&entry, &options, None, &mut out)
            .map_err(|error| error.kind);
        assert!(kind.is_ok() || out == b"before");
        kind
    };
    let fields = fields(Serializer::BYTES);
    assert_eq!(write(&fields, &[], &[0; 10]), Ok(()));
    assert_eq!(write(&fields, &[], &[0; 11]), Err(ErrorKind::TooLarge));
    assert_eq!(
        write(&fields, &vec![0; (1 << 20) + 1], &[]),
        Err(ErrorKind::TooLarge)
    );
    let tombstone = super::samples::tombstone();
    assert_eq!(write(&tombstone, &[], &[]), Ok(()));
    assert_eq!(write(&tombstone, &[], &[1]), Err(ErrorKind::Length));
    assert_eq!(
        write(&tombstone, &super::samples::tags(), &[]),
        Err(ErrorKind::Flags)
    );
}

#[test]
fn a_body_that_contradicts_itself_is_not_written() {
    let fields = fields(Serializer::BYTES);
    let body = Body {
        bytes: b"four",
        compression: Compression::None,
        original_length: 5,
    };
    let mut out = Vec::new();
    let refused = envelope::write(&fields, &[], &body, None, true, &mut Vec::new(), &mut out);
    assert_eq!(refused.expect_err("refused").kind, ErrorKind::Length);
    assert!(out.is_empty());
}

#[test]
fn scratch_memory_is_used_again_and_a_large_one_returned() {
    let mut unpacker = Unpacker::default();
    let envelope = sample("Plain, compressed").envelope();
    let header = peek(&envelope).expect("a header");
    let body = Body {
        bytes: &envelope[header.length()..envelope.len() - 4],
        compression: header.compression,
        original_length: header.original_length,
    };
    let mut out = Vec::new();
    for round in 1..=3 {
        unpacker
            .unpack(&body, dictionaries(), PayloadLimits::of(LIMIT), &mut out)
            .expect("unpacked");
        assert_eq!(out.len(), round * body.original_length as usize);
    }
}

#[test]
fn an_empty_side_block_is_no_side_block() {
    let kind = refusal("Plain, with tags", |envelope| {
        let side = u32::from_be_bytes([envelope[46], envelope[47], envelope[48], envelope[49]]);
        drop(envelope.drain(50..50 + side as usize));
        envelope[46..50].fill(0);
    });
    assert_eq!(kind, ErrorKind::Side);
}

#[test]
fn a_dictionary_that_is_not_there_is_named() {
    let envelope = sample("Plain, with a dictionary").envelope();
    let id = dictionaries().current().expect("one").id();
    assert_eq!(envelope[46..50], id);
    let (ring, stored) = (ring(), stored_key());
    let mut others = Dictionaries::new();
    others.add(b"another one", true).expect("a dictionary");
    for dictionaries in [Dictionaries::NONE, &others] {
        let context = Context {
            dictionaries,
            ..context(&ring, &stored)
        };
        let mut out = Vec::new();
        let refused = Codec::new().decode(&envelope, &context, &mut out);
        let error = refused.expect_err("refused");
        assert_eq!(error.kind, ErrorKind::DictionaryMissing);
        assert_eq!(error.detail, u64::from(u32::from_be_bytes(id)));
        assert_eq!(out.capacity(), 0, "memory was taken for nothing");
    }
    // It need not be the one that writes.
    others
        .add(super::samples::DICTIONARY, false)
        .expect("a dictionary");
    assert_eq!(
        others.current().map(Dictionary::bytes),
        Some(&b"another one"[..])
    );
    let context = Context {
        dictionaries: &others,
        ..context(&ring, &stored)
    };
    assert!(
        Codec::new()
            .decode(&envelope, &context, &mut Vec::new())
            .is_ok()
    );
}

#[test]
fn a_body_with_less_than_an_id_is_truncated() {
    for length in 0..4 {
        let body = Body {
            bytes: &[7; 4][..length],
            compression: Compression::Dictionary,
            original_length: 0,
        };
        let refused = check_lengths(&body, PayloadLimits::of(LIMIT)).expect_err("refused");
        assert_eq!(refused.kind, ErrorKind::Truncated);
    }
}

#[test]
fn what_can_be_no_dictionary_is_refused() {
    for length in [0, 32_769] {
        let refused = Dictionary::new(&vec![7; length]).expect_err("refused");
        assert_eq!(refused.kind, ErrorKind::Dictionary);
    }
    assert!(Dictionary::new(&[7; 32_768]).is_ok());
}
