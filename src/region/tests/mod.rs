//! Packed regions of every kind, as the boundary to JavaScript uses them, but natively.

mod behaviour;
mod damage;
mod large;
mod model;
mod sealed;

use std::rc::Rc;

use super::{Got, Incoming, Keys, PackedRegion, RegionCodec, Sought, Stored, Times};
use crate::codec::{
    Codec, Compression, Entry, Fields, IndexKey, KeyRing, Local, Options, PayloadLimits, Random,
    Result, Serializer, Stamp,
};
use crate::policy::{Favor, PolicyKind};
use crate::store::{Limits, PackedStore};

/// What a region does with payloads.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Plain,
    Compressed,
    Sealed,
    SealedCompressed,
}

impl Kind {
    const ALL: [Self; 4] = [
        Self::Plain,
        Self::Compressed,
        Self::Sealed,
        Self::SealedCompressed,
    ];

    const fn is_sealed(self) -> bool {
        matches!(self, Self::Sealed | Self::SealedCompressed)
    }
}

/// Bytes that count up: no two nonces of a test are alike, and every run is.
struct Counting(u64);

impl Random for Counting {
    fn fill(&mut self, bytes: &mut [u8]) {
        for chunk in bytes.chunks_mut(8) {
            self.0 += 1;
            chunk.copy_from_slice(&self.0.to_le_bytes()[..chunk.len()]);
        }
    }
}

/// A found entry, copied out.
#[derive(Debug, Clone, PartialEq)]
struct Found {
    key: Vec<u8>,
    payload: Vec<u8>,
    serializer: Serializer,
    local: Local,
    deadline: f64,
}

/// A region with all that its calls take.
struct Bench {
    region: PackedRegion,
    codec: RegionCodec,
    scratch: Codec,
    random: Counting,
    out: Vec<u8>,
}

const REGION: &str = "user_preferences";

fn keys() -> Rc<Keys> {
    Rc::new(Keys {
        ring: KeyRing::new("k1", [("k1", &[7; 32][..])]).expect("a ring"),
        index: IndexKey::derive(&[9; 32]).expect("an index key"),
    })
}

fn codec(kind: Kind, name: &str) -> RegionCodec {
    let above = matches!(kind, Kind::Compressed | Kind::SealedCompressed).then_some(32);
    let options = Options {
        compression: Compression::Deflate,
        compress_above: above,
        limits: PayloadLimits::of(1 << 16),
        ..Options::default()
    };
    let keys = kind.is_sealed().then(keys);
    RegionCodec::new(name.to_owned(), options, keys)
}

/// Kept for as long as it is fresh.
fn times(local: Local, now: f64) -> Times {
    Times {
        local,
        deadline: local.fresh_until,
        now,
    }
}

fn local(fresh_until: f64) -> Local {
    Local {
        fresh_until,
        checked_until: 5.0,
    }
}

fn fields() -> Fields {
    Fields {
        stamp: Stamp([3; 16]),
        created: 1_000.0,
        fresh_until: 2_000.0,
        stale_until: 3_000.0,
        serializer: Serializer::JSON,
    }
}

/// A payload that compresses, and by which one can be found in memory.
fn payload(number: usize) -> Vec<u8> {
    format!(r#"{{"secret":"the diary of {number}"}}"#)
        .repeat(1 + number % 5)
        .into_bytes()
}

impl Bench {
    fn new(kind: Kind) -> Self {
        Self::with_limits(kind, Limits::default())
    }

    fn with_limits(kind: Kind, limits: Limits) -> Self {
        Self {
            region: PackedRegion::new(PackedStore::new(
                PolicyKind::Lru,
                Favor::Objects,
                limits,
                42,
            )),
            codec: codec(kind, REGION),
            scratch: Codec::new(),
            random: Counting(0),
            out: Vec::new(),
        }
    }

    fn set(&mut self, key: &[u8], payload: &[u8], fresh_until: f64, now: f64) -> Result<Stored> {
        self.set_and_encode(key, payload, fresh_until, now, None)
    }

    fn set_and_encode(
        &mut self,
        key: &[u8],
        payload: &[u8],
        fresh_until: f64,
        now: f64,
        envelope: Option<&mut Vec<u8>>,
    ) -> Result<Stored> {
        self.set_timed(key, payload, times(local(fresh_until), now), envelope)
    }

    fn set_timed(
        &mut self,
        key: &[u8],
        payload: &[u8],
        times: Times,
        envelope: Option<&mut Vec<u8>>,
    ) -> Result<Stored> {
        let fields = fields();
        let entry = Entry {
            fields: &fields,
            side: &[],
            payload,
        };
        let incoming = Incoming { entry, times };
        let Self {
            region,
            codec,
            scratch,
            random,
            ..
        } = self;
        region.set(codec, scratch, key, &incoming, random, envelope)
    }

    fn fill(&mut self, key: &[u8], envelope: &[u8], local: Local, now: f64) -> Result<Stored> {
        let Self {
            region, codec, out, ..
        } = self;
        region.fill(codec, key, envelope, &times(local, now), out)
    }

    fn get(&mut self, key: &[u8], now: f64) -> Result<Option<Found>> {
        let Self {
            region,
            codec,
            scratch,
            out,
            ..
        } = self;
        out.clear();
        let sought = region.get(codec, scratch, key, (now, u32::MAX), out)?;
        Ok(match sought {
            Sought::Entry(got) => Some(found(&got, out)),
            Sought::Nothing | Sought::Large => None,
        })
    }

    /// The payload under a key that opens.
    fn payload(&mut self, key: &[u8], now: f64) -> Option<Vec<u8>> {
        self.get(key, now)
            .expect("opens")
            .map(|found| found.payload)
    }

    fn contains(&self, key: &[u8], now: f64) -> bool {
        self.region.contains(&self.codec, key, now)
    }

    fn remove(&mut self, key: &[u8], now: f64) -> bool {
        self.region.remove(&self.codec, key, now)
    }

    /// What a walk finds, and how many steps had no entry.
    fn walk(&mut self, now: f64) -> (Vec<Found>, usize) {
        let (mut entries, mut without, mut cursor) = (Vec::new(), 0, 0);
        loop {
            let Self {
                region,
                codec,
                scratch,
                out,
                ..
            } = self;
            out.clear();
            let Some((next, got)) = region.next(codec, scratch, cursor, now, out) else {
                return (entries, without);
            };
            assert!(next > cursor, "a walk goes on");
            cursor = next;
            match got {
                Some(got) => entries.push(found(&got, out)),
                None => without += 1,
            }
        }
    }

    /// The stored keys and records as they lie in memory.
    fn memory(&self) -> Vec<(Vec<u8>, Vec<u8>)> {
        let store = &self.region.store;
        let steps = std::iter::successors(store.next(0), |step| store.next(step.0));
        steps
            .map(|(_, key, record, _)| (key.to_vec(), record.to_vec()))
            .collect()
    }

    fn validate(&self) {
        assert_eq!(self.region.store.validate(), Ok(()));
    }
}

fn found(got: &Got, out: &[u8]) -> Found {
    Found {
        key: out[got.key.clone()].to_vec(),
        payload: out[got.payload.clone()].to_vec(),
        serializer: got.serializer,
        local: got.local,
        deadline: got.deadline,
    }
}

fn holds(bytes: &[u8], part: &[u8]) -> bool {
    bytes.windows(part.len()).any(|window| window == part)
}
