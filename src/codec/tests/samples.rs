//! One envelope of every variety, always the same bytes. The examples of
//! `docs/wire-format.md` are made from these.

use std::sync::LazyLock;

use crate::codec::side::{self, Tag};
use crate::codec::{
    Codec, Compression, Context, Dictionaries, Entry, Fields, IndexKey, KeyRing, Options,
    PayloadLimits, Random, Seal, Serializer, Stamp,
};

pub const REGION: &str = "user_preferences";
pub const KEY: &str = "user:42";
pub const LIMIT: u32 = 1 << 20;

/// The random source of the examples: bytes that count up from 0x40.
pub struct Counting(pub u8);

impl Random for Counting {
    fn fill(&mut self, bytes: &mut [u8]) {
        for byte in bytes {
            *byte = self.0;
            self.0 = self.0.wrapping_add(1);
        }
    }
}

pub fn ring() -> KeyRing {
    let key: [u8; 32] = core::array::from_fn(|i| i as u8);
    KeyRing::new("k2", [("k1", &[0x11; 32][..]), ("k2", &key)]).expect("a ring")
}

pub fn stored_key() -> [u8; 32] {
    IndexKey::derive(&[0x22; 32])
        .expect("an index key")
        .stored_key(REGION, KEY.as_bytes())
}

pub fn stamp() -> Stamp {
    let mut stamp = [0; 16];
    stamp[..6].copy_from_slice(&1_789_000_000_123_u64.to_be_bytes()[2..]);
    stamp[6..8].copy_from_slice(&5_u16.to_be_bytes());
    stamp[8..].copy_from_slice(b"node-001");
    Stamp(stamp)
}

pub fn fields(serializer: Serializer) -> Fields {
    Fields {
        stamp: stamp(),
        created: 1_789_000_000_123.0,
        fresh_until: 1_789_000_300_123.0,
        stale_until: f64::INFINITY,
        serializer,
    }
}

pub fn tombstone() -> Fields {
    Fields::tombstone(stamp(), 1_789_000_000_123.0, 1_789_003_600_123.0)
}

pub fn tags() -> Vec<u8> {
    let mut block = Vec::new();
    let tags = [
        Tag {
            name: b"user:42",
            token: *b"delete01expire01",
        },
        Tag {
            name: b"team",
            token: [0xFF; 16],
        },
    ];
    side::write(&tags, &mut block).expect("a side block");
    block
}

pub struct Sample {
    pub title: &'static str,
    pub fields: Fields,
    pub side: Vec<u8>,
    pub payload: Vec<u8>,
    /// How it is compressed, where that helps at all.
    pub compression: Compression,
    pub sealed: bool,
}

impl Sample {
    pub fn options(&self) -> Options<'static> {
        options(self.compression, Some(1))
    }

    pub fn envelope(&self) -> Vec<u8> {
        let ring = ring();
        let stored_key = stored_key();
        let mut random = Counting(0x40);
        let seal = self.sealed.then_some(Seal {
            ring: &ring,
            region: REGION,
            stored_key: &stored_key,
            key: KEY.as_bytes(),
            random: &mut random,
        });
        let entry = Entry {
            fields: &self.fields,
            side: &self.side,
            payload: &self.payload,
        };
        let mut out = Vec::new();
        Codec::new()
            .encode(&entry, &self.options(), seal, &mut out)
            .expect("encoded");
        out
    }
}

/// The context in which every sample opens.
pub fn context<'a>(ring: &'a KeyRing, stored_key: &'a [u8]) -> Context<'a> {
    Context {
        region: REGION,
        stored_key,
        ring: Some(ring),
        accept_plain: true,
        dictionaries: dictionaries(),
        limits: PayloadLimits::of(LIMIT),
        checked: false,
    }
}

pub fn all() -> Vec<Sample> {
    let json = br#"{"theme":"dark"}"#;
    let text = b"abcabcabcabcabcabcabcabcabcabcabcabcabcabcabcabc";
    let variety = |title, serializer, side, payload: &[u8], compression, sealed| Sample {
        title,
        fields: fields(serializer),
        side,
        payload: payload.to_vec(),
        compression,
        sealed,
    };
    let deleted = |title, sealed| Sample {
        fields: tombstone(),
        ..variety(
            title,
            Serializer::NONE,
            Vec::new(),
            b"",
            Compression::None,
            sealed,
        )
    };
    let none = Vec::new;
    vec![
        variety(
            "Plain",
            Serializer::JSON,
            none(),
            json,
            Compression::None,
            false,
        ),
        variety(
            "Plain, with tags",
            Serializer::BYTES,
            tags(),
            &[0, 1, 2],
            Compression::None,
            false,
        ),
        variety(
            "Plain, compressed",
            Serializer::UTF8,
            none(),
            text,
            Compression::Deflate,
            false,
        ),
        variety(
            "Plain, LZ4",
            Serializer::UTF8,
            none(),
            text,
            Compression::Lz4,
            false,
        ),
        variety(
            "Plain, with a dictionary",
            Serializer::JSON,
            none(),
            br#"{"name":"Ada","email":"ada@example.com","theme":"dark"}"#,
            Compression::Dictionary,
            false,
        ),
        deleted("Plain tombstone", false),
        variety(
            "Sealed",
            Serializer::JSON,
            none(),
            json,
            Compression::None,
            true,
        ),
        variety(
            "Sealed, compressed, with tags",
            Serializer::UTF8,
            tags(),
            text,
            Compression::Deflate,
            true,
        ),
        deleted("Sealed tombstone", true),
    ]
}

/// The dictionary of the examples: what small objects of one shape have in common.
pub const DICTIONARY: &[u8] =
    br#""locale":"en-GB"}{"name":"","email":"@example.com","theme":"dark""#;

/// What every sample may be compressed with.
pub fn dictionaries() -> &'static Dictionaries {
    static DICTIONARIES: LazyLock<Dictionaries> = LazyLock::new(|| {
        let mut dictionaries = Dictionaries::new();
        dictionaries.add(DICTIONARY, true).expect("a dictionary");
        dictionaries
    });
    &DICTIONARIES
}

/// The options of a region that compresses all in this way.
pub fn options(compression: Compression, above: Option<u32>) -> Options<'static> {
    let with_dictionary = compression == Compression::Dictionary;
    Options {
        compression,
        compress_above: above,
        dictionary: dictionaries().current().filter(|_| with_dictionary),
        limits: PayloadLimits::of(LIMIT),
        checksum: true,
    }
}

/// A small generator of bytes that do not compress.
pub struct Noise(pub u32);

impl Noise {
    pub fn next(&mut self) -> u8 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 17;
        self.0 ^= self.0 << 5;
        (self.0 >> 24) as u8
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[usize::from(self.next()) % all.len()]
    }
}

/// Small objects of one shape, in JSON.
pub fn users(count: usize, seed: u32) -> Vec<Vec<u8>> {
    let mut noise = Noise(seed);
    let mut user = || {
        let first = noise.of(&[
            "Ada", "Chidi", "Grace", "Hiro", "Ines", "Jonas", "Kira", "Luis",
        ]);
        let last = noise.of(&[
            "Okafor", "Tanaka", "Moreau", "Novak", "Silva", "Park", "Reyes",
        ]);
        let plan = noise.of(&["free", "starter", "team", "business", "enterprise"]);
        let [a, b, c, d] = core::array::from_fn(|_| noise.next());
        format!(
            r#"{{"id":{a}{b}{c},"name":"{first} {last}","email":"{first}.{last}{d}@example.com","plan":"{plan}","active":true,"balance":{d}.{c},"createdAt":"2026-01-{b}T08:{a}:00.000Z","settings":{{"theme":"dark","locale":"en-GB","notifications":true}}}}"#
        )
        .into_bytes()
    };
    (0..count).map(|_| user()).collect()
}
