//! What goes in comes out, over every option and through both forms.

use proptest::collection::vec;
use proptest::prelude::*;

use super::samples::{Counting, LIMIT, Noise, REGION, context, ring, stored_key};
use crate::codec::body::{Packer, PayloadLimits, check_lengths};
use crate::codec::record::{self, Content};
use crate::codec::side::{self, Tag};
use crate::codec::{
    Codec, Compression, Entry, Fields, KeyRing, Local, Options, Parts, Seal, Serializer, Stamp,
    envelope, peek, probe,
};

/// Payloads of both kinds: some shrink, some do not.
fn payloads() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        vec(any::<u8>(), 0..3000),
        (any::<u8>(), 0..5000_usize).prop_map(|(byte, length)| vec![byte; length]),
        vec(0..4_u8, 0..5000),
    ]
}

fn all_fields() -> impl Strategy<Value = Fields> {
    let serializer = prop_oneof![1..=4_u8, 128..=255_u8];
    let length = prop_oneof![
        (0..1_u64 << 40).prop_map(|ms| ms as f64),
        Just(f64::INFINITY)
    ];
    (
        any::<[u8; 16]>(),
        0..1_u64 << 46,
        length.clone(),
        length,
        serializer,
    )
        .prop_map(|(stamp, created, ttl, grace, serializer)| Fields {
            stamp: Stamp(stamp),
            created: created as f64,
            fresh_until: created as f64 + ttl,
            stale_until: created as f64 + ttl + grace,
            serializer: Serializer::from_id(serializer).expect("a known id"),
        })
}

fn side_blocks() -> impl Strategy<Value = Vec<u8>> {
    vec(
        (vec(any::<u8>(), 1..30), any::<[u8; side::TOKEN_LENGTH]>()),
        0..4,
    )
    .prop_map(|tags| {
        let tags: Vec<_> = tags
            .iter()
            .map(|(name, token)| Tag {
                name,
                token: *token,
            })
            .collect();
        let mut out = Vec::new();
        side::write(&tags, &mut out).expect("a side block");
        out
    })
}

fn seal<'a>(
    ring: &'a KeyRing,
    stored: &'a [u8],
    key: &'a [u8],
    random: &'a mut Counting,
) -> Seal<'a> {
    Seal {
        ring,
        region: REGION,
        stored_key: stored,
        key,
        random,
    }
}

fn parts<'a>(out: &'a [u8], parts: &Parts) -> (&'a [u8], &'a [u8], &'a [u8]) {
    (
        &out[parts.payload.clone()],
        &out[parts.side.clone()],
        &out[parts.key.clone()],
    )
}

fn compressions() -> impl Strategy<Value = Compression> {
    prop_oneof![
        Just(Compression::None),
        Just(Compression::Deflate),
        Just(Compression::Lz4),
        Just(Compression::Dictionary)
    ]
}

proptest! {
    #[test]
    fn an_entry_comes_back_as_it_was(
        fields in all_fields(),
        side in side_blocks(),
        payload in payloads(),
        compression in compressions(),
        above in prop_oneof![Just(None), (0..4000_u32).prop_map(Some)],
        key in proptest::option::of(vec(any::<u8>(), 0..100)),
        before in vec(any::<u8>(), 0..5),
    ) {
        let (ring, stored) = (ring(), stored_key());
        let context = context(&ring, &stored);
        let mut codec = Codec::new();
        let mut random = Counting(1);
        let options = super::samples::options(compression, above);
        let entry = Entry { fields: &fields, side: &side, payload: &payload };
        let seal = key.as_deref().map(|key| seal(&ring, &stored, key, &mut random));
        let local = Local { fresh_until: 12.5, checked_until: f64::INFINITY };

        let (mut made_record, mut envelope) = (before.clone(), before.clone());
        codec
            .encode_record(&entry, local, &options, seal, &mut made_record, Some(&mut envelope))
            .expect("encoded");
        let envelope = &envelope[before.len()..];
        let made_record = &made_record[before.len()..];

        prop_assert_eq!(peek(envelope).expect("a header").fields, fields);
        let mut out = before.clone();
        let (opened, found) = codec.decode(envelope, &context, &mut out).expect("decoded");
        let expected = (&payload[..], &side[..], key.as_deref().unwrap_or_default());
        prop_assert_eq!(parts(&out, &found), expected);
        prop_assert_eq!(opened.header.original_length as usize, payload.len());
        prop_assert_eq!(&out[..before.len()], &before[..]);

        let read = record::read(made_record).expect("a record");
        prop_assert_eq!(read.serializer, fields.serializer);
        prop_assert_eq!(read.local, local);
        if let Some(in_place) = read.payload_in_place() {
            prop_assert_eq!(in_place, &payload[..]);
        }
        let mut out = before.clone();
        let found = codec.decode_record(made_record, &context, &mut out).expect("decoded");
        prop_assert_eq!(parts(&out, &found), expected);
        prop_assert_eq!(&out[..before.len()], &before[..]);
    }

    #[test]
    fn a_record_from_an_envelope_is_the_record_made_with_it(
        fields in all_fields(),
        side in side_blocks(),
        payload in payloads(),
        compression in compressions(),
        sealed in any::<bool>(),
    ) {
        let (ring, stored) = (ring(), stored_key());
        let mut codec = Codec::new();
        let mut random = Counting(1);
        let entry = Entry { fields: &fields, side: &side, payload: &payload };
        let options = super::samples::options(compression, Some(1024));
        let local = Local { fresh_until: f64::INFINITY, checked_until: 0.0 };
        let seal = sealed.then(|| seal(&ring, &stored, b"key", &mut random));
        let (mut made, mut envelope) = (Vec::new(), Vec::new());
        codec
            .encode_record(&entry, local, &options, seal, &mut made, Some(&mut envelope))
            .expect("encoded");

        let (opened, _) = codec
            .decode(&envelope, &context(&ring, &stored), &mut Vec::new())
            .expect("decoded");
        let mut copied = Vec::new();
        record::write_from_envelope(local, &opened, &envelope, &mut copied).expect("a record");
        prop_assert_eq!(&copied, &made);

        // And back again: a plain record's parts make the same envelope without inflating.
        let mut again = Vec::new();
        match record::read(&copied).expect("a record").content {
            Content::Sealed(bytes) => again.extend_from_slice(bytes),
            Content::Plain(side, body) => {
                envelope::write(&fields, side, &body, None, true, &mut Vec::new(), &mut again)
                    .expect("an envelope");
            }
        }
        prop_assert_eq!(again, envelope);
    }
}

#[test]
fn compression_is_kept_only_if_it_saves_a_sixteenth() {
    let mut codec = Codec::new();
    let mut compression = |payload: &[u8], above| {
        let fields = super::samples::fields(Serializer::BYTES);
        let entry = Entry {
            fields: &fields,
            side: &[],
            payload,
        };
        let options = Options {
            compress_above: above,
            ..Options::default()
        };
        let mut out = Vec::new();
        codec
            .encode(&entry, &options, None, &mut out)
            .expect("encoded");
        (peek(&out).expect("a header").compression, out.len())
    };
    let repeated = vec![b'x'; 1024];
    let (kept, length) = compression(&repeated, Some(1024));
    assert_eq!(kept, Compression::Deflate);
    assert!(length < 100, "{length}");
    assert_eq!(compression(&repeated[1..], Some(1024)).0, Compression::None);
    assert_eq!(compression(&repeated, None).0, Compression::None);
    assert_eq!(compression(&[], Some(0)).0, Compression::None);
    assert_eq!(compression(b"x", Some(0)).0, Compression::None);

    // Random bytes with a run at the end: what deflate saves is the run, nearly. What looks like
    // noise is not tried; of 200 values, deflate saves less than a sixteenth.
    let mut noise = Noise(1);
    let mut mixed = |noise: &mut Noise, random: usize, run: usize| {
        let mut bytes: Vec<u8> = (0..random).map(|_| noise.next()).collect();
        bytes.resize(random + run, 0);
        compression(&bytes, Some(1)).0
    };
    assert_eq!(mixed(&mut noise, 3900, 196), Compression::None);
    assert_eq!(mixed(&mut noise, 3300, 796), Compression::Deflate);
    let values: Vec<u8> = (0..4096).map(|_| noise.next() % 200).collect();
    assert!(!probe::is_noise(&values));
    assert_eq!(compression(&values, Some(1)).0, Compression::None);
}

#[test]
fn what_is_too_large_to_be_inflated_is_stored_as_it_is() {
    let payload = vec![7; 5_000];
    for compression in [Compression::Deflate, Compression::Lz4] {
        for (inflated, stored) in [(5_000, compression), (4_999, Compression::None)] {
            let limits = PayloadLimits {
                payload: LIMIT,
                inflated,
            };
            let options = Options {
                compression,
                limits,
                ..Options::default()
            };
            let mut packer = Packer::default();
            let body = packer.pack(&payload, &options).expect("packed");
            assert_eq!(body.compression, stored);
            assert_eq!(check_lengths(&body, limits), Ok(()));
        }
    }
}
