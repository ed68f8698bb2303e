//! A packed region: records in linear memory, one call an operation.

#![forbid(unsafe_code)]

use core::ops::Range;

use super::codec::RegionCodec;
use crate::codec::body::{trim, wipe};
use crate::codec::envelope::{self, CHECKSUM_LENGTH, Opened};
use crate::codec::record::{self, Content};
use crate::codec::{Codec, Entry, ErrorKind, Local, Random, Result, Serializer, peek, side};
use crate::store::{PackedStore, Refused};

/// A packed store whose entries the codec makes and opens.
#[derive(Debug)]
pub struct PackedRegion {
    /// The store itself: limits, policy, expiry.
    pub store: PackedStore,
    /// The record that is about to be stored, or was just found.
    record: Vec<u8>,
}

/// An entry that was found. The ranges are in the buffer that it was appended to.
#[derive(Debug, Clone, PartialEq)]
pub struct Got {
    /// What made the payload.
    pub serializer: Serializer,
    /// Until when it is fresh and checked.
    pub local: Local,
    /// Until when it is kept.
    pub deadline: f64,
    /// The payload.
    pub payload: Range<usize>,
    /// The side block; empty where there is none.
    pub side: Range<usize>,
    /// The caller's key, where it was sealed in.
    pub key: Range<usize>,
}

/// What there is under a key.
#[derive(Debug, Clone, PartialEq)]
pub enum Sought {
    /// No entry.
    Nothing,
    /// One that a host opens faster, and that was left as it is.
    Large,
    /// One that was opened.
    Entry(Got),
}

/// A value on its way in.
#[derive(Debug, Clone, Copy)]
pub struct Incoming<'a> {
    /// What its header says.
    pub entry: Entry<'a>,
    /// When it ends.
    pub times: Times,
}

/// When an entry that is stored now ends.
#[derive(Debug, Clone, Copy)]
pub struct Times {
    /// Until when it is fresh and checked.
    pub local: Local,
    /// Until when it is kept: not before its fresh-until.
    pub deadline: f64,
    /// The time.
    pub now: f64,
}

/// Whether an entry is in memory now, and how many bytes its record has.
pub type Stored = core::result::Result<usize, Refused>;

impl PackedRegion {
    /// A region over an empty store.
    #[must_use]
    pub const fn new(store: PackedStore) -> Self {
        Self {
            store,
            record: Vec::new(),
        }
    }

    /// Finds an entry, marks it as used and appends its payload to `out`. One that a host opens faster is
    /// left as it is: see [`record::is_large`].
    ///
    /// # Errors
    /// Why the entry does not open; it is gone then.
    pub fn get(
        &mut self,
        region: &RegionCodec,
        codec: &mut Codec,
        key: &[u8],
        (now, large): (f64, u32),
        out: &mut Vec<u8>,
    ) -> Result<Sought> {
        let stored_key = region.stored_key(key);
        let stored_key = stored_key.as_bytes();
        let Some((bytes, _, deadline)) = self.store.get_timed(stored_key, now) else {
            return Ok(Sought::Nothing);
        };
        if record::is_large(bytes, large) {
            return Ok(Sought::Large);
        }
        let opened = open(region, codec, stored_key, bytes, deadline, out);
        if opened.is_err() {
            self.store.remove(stored_key);
        }
        opened.map(Sought::Entry)
    }

    /// Whether there is an entry, without marking it as used.
    #[must_use]
    pub fn contains(&self, region: &RegionCodec, key: &[u8], now: f64) -> bool {
        self.store.contains(region.stored_key(key).as_bytes(), now)
    }

    /// Stores a value until its deadline, and appends its envelope where one is wanted.
    ///
    /// # Errors
    /// Why the codec refused it; nothing has changed then.
    pub fn set(
        &mut self,
        region: &RegionCodec,
        codec: &mut Codec,
        key: &[u8],
        incoming: &Incoming<'_>,
        random: &mut dyn Random,
        envelope: Option<&mut Vec<u8>>,
    ) -> Result<Stored> {
        let stored_key = region.stored_key(key);
        let stored_key = stored_key.as_bytes();
        let Incoming { entry, times } = incoming;
        self.record.clear();
        let seal = region.seal(key, stored_key, random);
        let options = region.options();
        codec.encode_record(
            entry,
            times.local,
            &options,
            seal,
            &mut self.record,
            envelope,
        )?;
        Ok(self.keep(stored_key, times))
    }

    /// Stores an entry that came in an envelope. `plain` is scratch memory, and empty
    /// afterwards: no plaintext of a sealed entry is left in it.
    ///
    /// # Errors
    /// Why the envelope does not open; nothing has changed then.
    pub fn fill(
        &mut self,
        region: &RegionCodec,
        key: &[u8],
        bytes: &[u8],
        times: &Times,
        plain: &mut Vec<u8>,
    ) -> Result<Stored> {
        let stored_key = region.stored_key(key);
        let stored_key = stored_key.as_bytes();
        self.record.clear();
        let context = region.context(stored_key);
        let opened = envelope::open(bytes, &context, &mut self.record, plain);
        wipe(plain);
        let opened = opened?;
        self.record.clear();
        record::write_from_envelope(times.local, &opened, bytes, &mut self.record)?;
        Ok(self.keep(stored_key, times))
    }

    /// The same for an envelope of this region that was just opened, or made: what it is in memory is
    /// checked when it is read.
    ///
    /// # Errors
    /// Why the envelope is none; nothing has changed then.
    pub fn fill_opened(
        &mut self,
        region: &RegionCodec,
        key: &[u8],
        bytes: &[u8],
        times: &Times,
    ) -> Result<Stored> {
        let header = peek(bytes)?;
        if region.is_encrypted() && header.key_id.is_none() {
            return Err(ErrorKind::Unsealed.into());
        }
        let opened = Opened {
            header,
            key: 0..0,
            side: 0..0,
            body: 0..bytes.len() - CHECKSUM_LENGTH,
        };
        self.record.clear();
        record::write_from_envelope(times.local, &opened, bytes, &mut self.record)?;
        Ok(self.keep(region.stored_key(key).as_bytes(), times))
    }

    /// The record of an entry that a host opens faster, and its deadline, without marking it as used;
    /// nothing for any other.
    #[must_use]
    pub fn large(
        &self,
        region: &RegionCodec,
        key: &[u8],
        least: u32,
        now: f64,
    ) -> Option<(&[u8], f64)> {
        let stored_key = region.stored_key(key);
        let (bytes, _) = self.store.peek(stored_key.as_bytes(), now)?;
        let deadline = self.store.deadline(stored_key.as_bytes(), now)?;
        record::is_large(bytes, least).then_some((bytes, deadline))
    }

    /// Removes an entry; answers whether there was one that had not expired.
    pub fn remove(&mut self, region: &RegionCodec, key: &[u8], now: f64) -> bool {
        let stored_key = region.stored_key(key);
        let stored_key = stored_key.as_bytes();
        let live = self.store.contains(stored_key, now);
        self.store.remove(stored_key);
        live
    }

    /// The entry at or after `cursor` and the cursor to go on with; begin with 0. Key and
    /// payload are appended to `out`. An entry that has expired, or does not open, is a step
    /// without an entry.
    pub fn next(
        &self,
        region: &RegionCodec,
        codec: &mut Codec,
        cursor: u32,
        now: f64,
        out: &mut Vec<u8>,
    ) -> Option<(u32, Option<Got>)> {
        let (next, stored_key, bytes, deadline) = self.store.next(cursor)?;
        if deadline <= now {
            return Some((next, None));
        }
        let got = open(region, codec, stored_key, bytes, deadline, out)
            .ok()
            .map(|mut got| {
                if !region.is_encrypted() {
                    let start = out.len();
                    out.extend_from_slice(stored_key);
                    got.key = start..out.len();
                }
                got
            });
        Some((next, got))
    }

    fn keep(&mut self, stored_key: &[u8], times: &Times) -> Stored {
        let length = self.record.len();
        let stored = self
            .store
            .set(stored_key, &[&self.record], times.deadline, times.now);
        trim(&mut self.record);
        stored.map(|_| length)
    }
}

fn open(
    region: &RegionCodec,
    codec: &mut Codec,
    stored_key: &[u8],
    bytes: &[u8],
    deadline: f64,
    out: &mut Vec<u8>,
) -> Result<Got> {
    let read = record::read(bytes)?;
    if region.is_encrypted() && matches!(read.content, Content::Plain(..)) {
        return Err(ErrorKind::Unsealed.into());
    }
    let start = out.len();
    let parts = codec.decode_record(bytes, &region.context(stored_key), out)?;
    if let Err(error) = side::read(&out[parts.side.clone()]) {
        out.truncate(start);
        return Err(error);
    }
    Ok(Got {
        serializer: read.serializer,
        local: read.local,
        deadline,
        payload: parts.payload,
        side: parts.side,
        key: parts.key,
    })
}
