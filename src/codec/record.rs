//! The record: an entry as a packed region holds it in memory.
//!
//! ```text
//! 0  flags      as in the header
//! 1  serializer
//! 2  compression
//! 3  0
//! 4  original length   u32
//! 8  fresh-until       f64, ms of the local monotonic clock; Infinity is never
//! 16 checked-until     f64, the same clock: how long its tags need no other look
//! 24 plain: [side length, side], body, the very bytes of the envelope between its header
//!    and its checksum. Sealed: the whole envelope, because the tag vouches for the header
//!    too, and could not be checked without it.
//! ```
//!
//! Numbers of the prefix are little endian, as WebAssembly's memory is; the lengths behind it are
//! the envelope's, big endian. A record never leaves its process. It needs no checksum, but it
//! is read with the same care as bytes from elsewhere.

#![forbid(unsafe_code)]

use super::body::Body;
use super::envelope::{Opened, take, write_side_and_body};
use super::error::{Error, ErrorKind, Result};
use super::header::{FLAG_ENCRYPTED, FLAG_SIDE, flags};
use super::ids::{Compression, Serializer};
use super::side::SIDE_MAX;

/// The length of a record's prefix, in bytes.
pub const PREFIX_LENGTH: usize = 24;

/// An entry's times by the local monotonic clock, in ms.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Local {
    /// Until when the entry is fresh.
    pub fresh_until: f64,
    /// Until when its tags count as checked.
    pub checked_until: f64,
}

/// What is behind a record's prefix.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Content<'a> {
    /// A plain entry: its side block and its body.
    Plain(&'a [u8], Body<'a>),
    /// A sealed entry: its envelope.
    Sealed(&'a [u8]),
}

/// A record, taken apart.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Record<'a> {
    /// What made the payload.
    pub serializer: Serializer,
    /// The local times.
    pub local: Local,
    /// What is stored.
    pub content: Content<'a>,
}

impl<'a> Record<'a> {
    /// The payload where it lies, if it is neither compressed nor sealed: nothing is copied.
    #[must_use]
    pub fn payload_in_place(&self) -> Option<&'a [u8]> {
        match self.content {
            Content::Plain(_, body) if body.compression == Compression::None => Some(body.bytes),
            _ => None,
        }
    }
}

/// Appends the record of a plain entry to `out`.
pub fn write_plain(
    local: Local,
    serializer: Serializer,
    side: &[u8],
    body: &Body<'_>,
    out: &mut Vec<u8>,
) -> Result<()> {
    if side.len() > SIDE_MAX {
        return Err(Error::with(ErrorKind::TooLarge, side.len() as u64));
    }
    reserve(PREFIX_LENGTH + 4 + side.len() + body.bytes.len(), out)?;
    let flags = flags(serializer, body.compression, false, !side.is_empty());
    let ids = [flags, serializer.id(), body.compression.id(), 0];
    write_prefix(ids, body.original_length, local, out);
    write_side_and_body(side, body, out);
    Ok(())
}

/// Appends the prefix of a sealed entry's record to `out`; the envelope must follow.
pub(crate) fn write_sealed_prefix(
    local: Local,
    serializer: Serializer,
    side: &[u8],
    body: &Body<'_>,
    out: &mut Vec<u8>,
) {
    let flags = flags(serializer, body.compression, true, !side.is_empty());
    let ids = [flags, serializer.id(), body.compression.id(), 0];
    write_prefix(ids, body.original_length, local, out);
}

/// Appends the record of an entry that came in an envelope to `out`. `opened` is what
/// [`super::envelope::open`] said of that same envelope.
pub fn write_from_envelope(
    local: Local,
    opened: &Opened,
    envelope: &[u8],
    out: &mut Vec<u8>,
) -> Result<()> {
    let header = &opened.header;
    let content = match header.key_id {
        Some(_) => Some(envelope),
        None => envelope.get(header.length()..opened.body.end),
    };
    let content = content.ok_or(Error::with(ErrorKind::Truncated, envelope.len() as u64))?;
    reserve(PREFIX_LENGTH + content.len(), out)?;
    let (serializer, compression) = (header.fields.serializer, header.compression);
    let ids = [header.flags(), serializer.id(), compression.id(), 0];
    write_prefix(ids, header.original_length, local, out);
    out.extend_from_slice(content);
    Ok(())
}

fn write_prefix(ids: [u8; 4], original_length: u32, local: Local, out: &mut Vec<u8>) {
    out.extend_from_slice(&ids);
    out.extend_from_slice(&original_length.to_le_bytes());
    out.extend_from_slice(&local.fresh_until.to_le_bytes());
    out.extend_from_slice(&local.checked_until.to_le_bytes());
}

fn reserve(more: usize, out: &mut Vec<u8>) -> Result<()> {
    out.try_reserve(more)
        .map_err(|_| Error::with(ErrorKind::Memory, more as u64))
}

/// Whether a record is one that a host opens faster: its payload has `least` bytes or more, and is
/// deflated, or sealed and not compressed in another way.
#[must_use]
pub fn is_large(record: &[u8], least: u32) -> bool {
    let Some(&[flags, _, compression, _, l0, l1, l2, l3]) = record.first_chunk() else {
        return false;
    };
    let deflated = compression == Compression::Deflate.id();
    let alone = flags & FLAG_ENCRYPTED != 0 && compression == Compression::None.id();
    (deflated || alone) && u32::from_le_bytes([l0, l1, l2, l3]) >= least
}

/// Takes a record apart. Nothing is copied, decrypted or decompressed.
pub fn read(record: &[u8]) -> Result<Record<'_>> {
    let (prefix, rest) = record
        .split_first_chunk::<PREFIX_LENGTH>()
        .ok_or(Error::with(ErrorKind::Truncated, record.len() as u64))?;
    let &[
        flags,
        serializer,
        compression,
        _,
        l0,
        l1,
        l2,
        l3,
        ref times @ ..,
    ] = prefix;
    let serializer = Serializer::from_id(serializer)?;
    let compression = Compression::from_id(compression)?;
    let (times, _) = times.as_chunks::<8>();
    let content = if flags & FLAG_ENCRYPTED != 0 {
        Content::Sealed(rest)
    } else {
        let has_side = flags & FLAG_SIDE != 0;
        let side = if has_side {
            take(rest, 0, SIDE_MAX)?
        } else {
            0..0
        };
        let body = Body {
            bytes: &rest[side.end..],
            compression,
            original_length: u32::from_le_bytes([l0, l1, l2, l3]),
        };
        Content::Plain(&rest[side], body)
    };
    Ok(Record {
        serializer,
        local: Local {
            fresh_until: f64::from_le_bytes(times[0]),
            checked_until: f64::from_le_bytes(times[1]),
        },
        content,
    })
}
