//! What several targets need: keys that never change, and what is done to bytes.

use arbitrary::Arbitrary;
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};
use omnicache_core::codec::body::{Body, Packer, PayloadLimits, Unpacker};
use omnicache_core::codec::crc32::crc32;
use omnicache_core::codec::dictionary::{Dictionaries, Dictionary};
use omnicache_core::codec::{Compression, Context, KeyRing, Options, Random};

/// The region of every envelope.
pub const REGION: &str = "region";
/// The stored key of every envelope.
pub const STORED_KEY: [u8; 32] = [0x5A; 32];
/// The key that everything is sealed under.
pub const KEY: [u8; 32] = [7; 32];
/// The name of that key.
pub const KEY_ID: &str = "k1";
/// The most bytes that a payload may have.
pub const LIMIT: u32 = 1 << 20;

/// What small payloads are compressed with.
pub const DICTIONARY: &[u8] =
    br#"{"id":0,"name":"","email":"@example.com","roles":["admin","editor"],"active":true}"#;

/// The dictionary, prepared for compressing.
///
/// # Panics
/// Never: it is short enough.
#[must_use]
pub fn dictionary() -> Dictionary {
    Dictionary::new(DICTIONARY).expect("a dictionary")
}

/// What a reader has: that one dictionary.
///
/// # Panics
/// Never: it is short enough.
#[must_use]
pub fn dictionaries() -> Dictionaries {
    let mut all = Dictionaries::new();
    all.add(DICTIONARY, true).expect("a dictionary");
    all
}

/// How a writer compresses everything, by the number of a compression.
#[must_use]
pub fn options(compression: u8, dictionary: &Dictionary) -> Options<'_> {
    let chosen = Compression::from_id(compression % 4).unwrap_or(Compression::None);
    let with_dictionary = chosen == Compression::Dictionary;
    Options {
        compression: if with_dictionary {
            Compression::None
        } else {
            chosen
        },
        compress_above: Some(1),
        dictionary: with_dictionary.then_some(dictionary),
        limits: PayloadLimits::of(LIMIT),
        checksum: true,
    }
}

/// A ring with one key.
///
/// # Panics
/// Never: the key is well-formed.
#[must_use]
pub fn ring() -> KeyRing {
    KeyRing::new(KEY_ID, [(KEY_ID, &KEY[..])]).expect("a ring")
}

/// A reader's context.
#[must_use]
pub const fn context<'a>(
    ring: &'a KeyRing,
    dictionaries: &'a Dictionaries,
    accept_plain: bool,
) -> Context<'a> {
    Context {
        region: REGION,
        stored_key: &STORED_KEY,
        ring: Some(ring),
        accept_plain,
        dictionaries,
        limits: PayloadLimits::of(LIMIT),
        checked: false,
    }
}

/// Nonces that count up: fuzzing must be the same every time.
pub struct Counting(pub u8);

impl Random for Counting {
    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            self.0 = self.0.wrapping_add(1);
            *byte = self.0;
        }
    }
}

/// How bytes are damaged.
#[derive(Arbitrary, Debug)]
pub struct Damage {
    /// Where a byte is XORed with what.
    flips: Vec<(u16, u8)>,
    /// How many bytes are cut off at the end.
    cut: u16,
    /// What is put behind.
    more: Vec<u8>,
}

impl Damage {
    /// Does it.
    pub fn apply(&self, bytes: &mut Vec<u8>) {
        for &(at, mask) in &self.flips {
            if let Some(byte) = bytes.get_mut(usize::from(at)) {
                *byte ^= mask;
            }
        }
        bytes.truncate(bytes.len().saturating_sub(self.cut.into()));
        bytes.extend_from_slice(&self.more);
    }
}

/// Makes the checksum of a plain envelope right, so that what lies behind it is reached.
pub fn fix_checksum(envelope: &mut [u8]) {
    if let Some((covered, checksum)) = envelope.split_last_chunk_mut::<4>() {
        *checksum = crc32(covered).to_be_bytes();
    }
}

/// Opens a body of any bytes and any declared length: it gives just so many bytes, or an error
/// that leaves nothing behind. What it takes is bounded by the body.
///
/// # Panics
/// When that is not so.
pub fn open_body(bytes: &[u8], compression: Compression, original_length: u32) -> Option<Vec<u8>> {
    let body = Body {
        bytes,
        compression,
        original_length,
    };
    let mut out = b"before".to_vec();
    let opened =
        Unpacker::default().unpack(&body, &dictionaries(), PayloadLimits::of(LIMIT), &mut out);
    let length = opened.map_or(0, |()| original_length as usize);
    assert_eq!(out.len(), 6 + length);
    assert!(out.capacity() <= 1_024 + 1_100 * bytes.len());
    assert_eq!(&out[..6], b"before");
    opened.ok().map(|()| out.split_off(6))
}

/// A payload compressed, where that helps, and opened again.
///
/// # Panics
/// When another one comes back.
pub fn there_and_back(payload: &[u8], compression: Compression) {
    let dictionary = dictionary();
    let mut packer = Packer::default();
    let body = packer.pack(payload, &options(compression.id(), &dictionary));
    let body = body.expect("a payload below the limit");
    let opened = open_body(body.bytes, body.compression, body.original_length);
    assert_eq!(opened.as_deref(), Some(payload));
    if matches!(
        body.compression,
        Compression::Deflate | Compression::Dictionary
    ) {
        let told = oracle(body.bytes, body.compression, payload.len());
        assert_eq!(
            told.as_deref(),
            Some(payload),
            "miniz_oxide does not read it"
        );
    }
}

/// What miniz_oxide makes of a deflate stream that is to give just so many bytes.
#[must_use]
pub fn oracle(bytes: &[u8], compression: Compression, length: usize) -> Option<Vec<u8>> {
    let with_dictionary = compression == Compression::Dictionary;
    let history = if with_dictionary { DICTIONARY } else { &[] };
    let stream = bytes.get(if with_dictionary { 4 } else { 0 }..)?;
    let mut out = history.to_vec();
    out.resize(history.len() + length, 0);
    let mut state = Box::<DecompressorOxide>::default();
    let flags = inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let told = decompress(&mut state, stream, &mut out, history.len(), flags);
    (told == (TINFLStatus::Done, stream.len(), length)).then(|| out.split_off(history.len()))
}
