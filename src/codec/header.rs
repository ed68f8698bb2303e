//! The header: the first 46 bytes of every entry, and the key id that follows in a sealed one.
//!
//! Everything that is needed to judge an entry without its value: which of two writes is
//! newer, whether it is fresh, what it takes to read it. `docs/wire-format.md` has the table.
//! Parsing checks each field by itself and against the others, and nothing else: only what
//! [`super::envelope::open`] returns is authenticated.

#![forbid(unsafe_code)]

use super::error::{Error, ErrorKind, Result};
use super::ids::{Compression, Serializer};
use super::keyring::KeyId;

/// The first two bytes: `oc`.
pub const MAGIC: [u8; 2] = *b"oc";
/// The version of the format that this codec writes, and the only one it reads.
pub const VERSION: u8 = 1;
/// The length of the header without the key id.
pub const HEADER_LENGTH: usize = 46;
/// Where the flags lie.
pub const FLAGS_OFFSET: usize = 3;
/// Where the 16 bytes of the stamp begin, in entries and in generations alike.
pub const STAMP_OFFSET: usize = 8;

/// Marks a deleted key: there is no value.
pub const FLAG_TOMBSTONE: u8 = 0x01;
/// The value is compressed.
pub const FLAG_COMPRESSED: u8 = 0x02;
/// The entry is sealed.
pub const FLAG_ENCRYPTED: u8 = 0x04;
/// There is a side block (tags and their tokens).
pub const FLAG_SIDE: u8 = 0x08;
const KNOWN_FLAGS: u8 = FLAG_TOMBSTONE | FLAG_COMPRESSED | FLAG_ENCRYPTED | FLAG_SIDE;

/// The kind of a value under the magic: an entry. Kind 1 is a region's generation.
const KIND_ENTRY: u8 = 0;
/// All ones in six bytes: never.
const NEVER: u64 = (1 << 48) - 1;

/// When and by whom a value was written: 6 bytes of ms, 2 of a counter, 8 of a node id. The
/// later write is the greater one, compared as unsigned bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Stamp(pub [u8; 16]);

/// What the writer says about an entry. Times are ms since 1970 by the tier's clock, whole
/// after rounding down; `f64::INFINITY` is never.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Fields {
    /// Orders writes of one key.
    pub stamp: Stamp,
    /// When the entry was written.
    pub created: f64,
    /// Until when it is fresh.
    pub fresh_until: f64,
    /// Until when it may be served stale; not before `fresh_until`.
    pub stale_until: f64,
    /// What made the payload; [`Serializer::NONE`] makes a tombstone.
    pub serializer: Serializer,
}

impl Fields {
    /// The fields of a tombstone that is to be kept until `until`.
    #[must_use]
    pub const fn tombstone(stamp: Stamp, created: f64, until: f64) -> Self {
        Self {
            stamp,
            created,
            fresh_until: created,
            stale_until: until,
            serializer: Serializer::NONE,
        }
    }
}

/// A header as read, or as about to be written.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Header {
    /// What the writer said.
    pub fields: Fields,
    /// How the payload is compressed.
    pub compression: Compression,
    /// Whether there is a side block.
    pub has_side: bool,
    /// The length of the payload before compression, in bytes.
    pub original_length: u32,
    /// The key that the entry is sealed under; `None` for a plain one.
    pub key_id: Option<KeyId>,
}

impl Header {
    /// Whether the entry says that its key was deleted.
    #[must_use]
    pub fn is_tombstone(&self) -> bool {
        self.fields.serializer == Serializer::NONE
    }

    /// The bytes of the header with its key id.
    #[must_use]
    pub fn length(&self) -> usize {
        HEADER_LENGTH + self.key_id.map_or(0, |id| id.as_str().len())
    }

    /// The flags byte that says what the other fields say.
    #[must_use]
    pub fn flags(&self) -> u8 {
        let sealed = self.key_id.is_some();
        flags(
            self.fields.serializer,
            self.compression,
            sealed,
            self.has_side,
        )
    }

    /// Appends the header to `out`, which stays as it was if the fields are refused.
    pub fn write(&self, out: &mut Vec<u8>) -> Result<()> {
        self.check()?;
        let times = [
            time_to_wire(self.fields.created)?,
            time_to_wire(self.fields.fresh_until)?,
            time_to_wire(self.fields.stale_until)?,
        ];
        let id = self.key_id.as_ref().map_or("", KeyId::as_str);
        out.extend_from_slice(&MAGIC);
        out.extend_from_slice(&[VERSION, self.flags(), self.fields.serializer.id()]);
        out.extend_from_slice(&[self.compression.id(), KIND_ENTRY, id.len() as u8]);
        out.extend_from_slice(&self.fields.stamp.0);
        for time in times {
            out.extend_from_slice(&time);
        }
        out.extend_from_slice(&self.original_length.to_be_bytes());
        out.extend_from_slice(id.as_bytes());
        Ok(())
    }

    /// Reads the header at the start of `bytes`. Nothing in it is authenticated yet.
    pub fn parse(bytes: &[u8]) -> Result<Self> {
        let fixed: &[u8; HEADER_LENGTH] = bytes
            .first_chunk()
            .ok_or(Error::with(ErrorKind::Truncated, bytes.len() as u64))?;
        let &[
            m0,
            m1,
            version,
            flags,
            serializer,
            compression,
            kind,
            id_length,
            ..,
        ] = fixed;
        if [m0, m1] != MAGIC {
            let found = u16::from_be_bytes([m0, m1]);
            return Err(Error::with(ErrorKind::Magic, found.into()));
        }
        if version != VERSION {
            return Err(Error::with(ErrorKind::Version, version.into()));
        }
        if kind != KIND_ENTRY {
            return Err(Error::with(ErrorKind::Kind, kind.into()));
        }
        if flags & !KNOWN_FLAGS != 0 {
            return Err(Error::with(ErrorKind::Flags, flags.into()));
        }
        let key_id = match id_length {
            0 => None,
            length => Some(parse_key_id(&bytes[HEADER_LENGTH..], length.into())?),
        };
        let header = Self {
            fields: Fields {
                stamp: Stamp(array_at(fixed, STAMP_OFFSET)),
                created: time_from_wire(array_at(fixed, 24)),
                fresh_until: time_from_wire(array_at(fixed, 30)),
                stale_until: time_from_wire(array_at(fixed, 36)),
                serializer: Serializer::from_id(serializer)?,
            },
            compression: Compression::from_id(compression)?,
            has_side: flags & FLAG_SIDE != 0,
            original_length: u32::from_be_bytes(array_at(fixed, 42)),
            key_id,
        };
        if header.flags() != flags {
            return Err(Error::with(ErrorKind::Flags, flags.into()));
        }
        header.check()?;
        Ok(header)
    }

    /// What must hold between the fields of every header.
    fn check(&self) -> Result<()> {
        let bare = !self.has_side && self.compression == Compression::None;
        if self.is_tombstone() && !bare {
            return Err(Error::with(ErrorKind::Flags, self.flags().into()));
        }
        if self.is_tombstone() && self.original_length != 0 {
            return Err(Error::with(ErrorKind::Length, self.original_length.into()));
        }
        if self.fields.stale_until < self.fields.fresh_until {
            return Err(ErrorKind::Times.into());
        }
        Ok(())
    }
}

/// The flags byte of an entry, in a header as in a record.
pub(crate) fn flags(
    serializer: Serializer,
    compression: Compression,
    sealed: bool,
    has_side: bool,
) -> u8 {
    let flag = |set: bool, flag: u8| if set { flag } else { 0 };
    flag(serializer == Serializer::NONE, FLAG_TOMBSTONE)
        | flag(compression != Compression::None, FLAG_COMPRESSED)
        | flag(sealed, FLAG_ENCRYPTED)
        | flag(has_side, FLAG_SIDE)
}

fn parse_key_id(rest: &[u8], length: usize) -> Result<KeyId> {
    let id = rest
        .get(..length)
        .ok_or(Error::with(ErrorKind::Truncated, rest.len() as u64))?;
    KeyId::from_bytes(id)
}

/// The `N` bytes at `offset` of the fixed header; every call lies inside it.
fn array_at<const N: usize>(fixed: &[u8; HEADER_LENGTH], offset: usize) -> [u8; N] {
    core::array::from_fn(|i| fixed[offset + i])
}

fn time_to_wire(ms: f64) -> Result<[u8; 6]> {
    let whole = if ms == f64::INFINITY {
        NEVER
    } else if (0.0..NEVER as f64).contains(&ms) {
        ms as u64
    } else {
        return Err(ErrorKind::Times.into());
    };
    let [_, _, time @ ..] = whole.to_be_bytes();
    Ok(time)
}

fn time_from_wire([a, b, c, d, e, f]: [u8; 6]) -> f64 {
    match u64::from_be_bytes([0, 0, a, b, c, d, e, f]) {
        NEVER => f64::INFINITY,
        ms => ms as f64,
    }
}
