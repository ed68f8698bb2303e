//! The envelope: an entry as it is stored in L2, in an encrypted region's L1 and in snapshots.
//!
//! ```text
//! plain   header │ [side length, side] │ body │ CRC-32 of all before
//! sealed  header, key id │ nonce │ AES-256-GCM( key length, key, [side length, side], body ) │ tag
//! ```
//!
//! A sealed entry is bound to its header, its region and its stored key by the associated
//! data: moved to another place, or with another expiry written over it, it does not open.
//! The key that the caller knows it by is inside, so that a region can be re-keyed by a scan.
//!
//! This file knows the order of the parts and who vouches for them. [`super::header`] knows
//! the header, [`super::body`] what a body is, [`super::seal`] the cipher.

#![forbid(unsafe_code)]

use core::ops::Range;

use super::body::{Body, PayloadLimits, check_lengths};
use super::crc32::crc32;
use super::dictionary::Dictionaries;
use super::error::{Error, ErrorKind, Result};
use super::header::{Fields, Header};
use super::ids::Serializer;
use super::keyring::KeyRing;
use super::seal::{NONCE_LENGTH, Random, TAG_LENGTH};
use super::side::SIDE_MAX;
use zeroize::Zeroize;

/// The length of a plain entry's checksum, in bytes.
pub const CHECKSUM_LENGTH: usize = 4;
/// The largest key that is sealed or read, in bytes.
pub const KEY_MAX: usize = 1 << 16;

/// What it takes to seal one entry.
pub struct Seal<'a> {
    /// The ring whose current key seals.
    pub ring: &'a KeyRing,
    /// The region's name.
    pub region: &'a str,
    /// What the entry is stored under.
    pub stored_key: &'a [u8],
    /// What the caller knows the entry by; at most [`KEY_MAX`] bytes.
    pub key: &'a [u8],
    /// Where the nonce comes from.
    pub random: &'a mut dyn Random,
}

/// Where an envelope was found, and what is accepted there.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The region's name.
    pub region: &'a str,
    /// What the entry is stored under.
    pub stored_key: &'a [u8],
    /// The keys that open sealed entries; without them there is none to open.
    pub ring: Option<&'a KeyRing>,
    /// Whether plain entries are accepted. Not in an encrypted region: whoever can write to
    /// the tier could forge them.
    pub accept_plain: bool,
    /// What entries may be compressed with.
    pub dictionaries: &'a Dictionaries,
    /// The most bytes that a payload may have.
    pub limits: PayloadLimits,
    /// Whether a plain entry's checksum was found to be right already: by a host that is faster at it.
    pub checked: bool,
}

/// Where the parts of an envelope lie that has been checked whole.
#[derive(Clone, Debug, PartialEq)]
pub struct Opened {
    /// The header, now known to be the writer's.
    pub header: Header,
    /// The key that was sealed in; empty in a plain entry.
    pub key: Range<usize>,
    /// The side block; empty where there is none.
    pub side: Range<usize>,
    /// The body.
    pub body: Range<usize>,
}

impl Opened {
    /// The body, out of the bytes that the ranges belong to: the envelope itself for a
    /// plain entry, the buffer that was decrypted to for a sealed one.
    #[must_use]
    pub fn body<'a>(&self, bytes: &'a [u8]) -> Body<'a> {
        Body {
            bytes: bytes.get(self.body.clone()).unwrap_or_default(),
            compression: self.header.compression,
            original_length: self.header.original_length,
        }
    }
}

/// Reads the header alone: cheap, and nothing of it is authenticated.
pub fn peek(envelope: &[u8]) -> Result<Header> {
    Header::parse(envelope)
}

/// Appends the envelope of an entry to `out`, which is as it was if that is refused.
/// `scratch` is for the associated data. Without `checksum`, a plain one ends in four zeros, and is one
/// when a host that is faster at it has put its checksum there.
pub fn write(
    fields: &Fields,
    side: &[u8],
    body: &Body<'_>,
    seal: Option<Seal<'_>>,
    checksum: bool,
    scratch: &mut Vec<u8>,
    out: &mut Vec<u8>,
) -> Result<()> {
    let start = out.len();
    let written = write_unguarded(fields, side, body, seal, checksum, scratch, out);
    if written.is_err() {
        out[start..].zeroize();
        out.truncate(start);
    }
    written
}

fn write_unguarded(
    fields: &Fields,
    side: &[u8],
    body: &Body<'_>,
    seal: Option<Seal<'_>>,
    checksum: bool,
    scratch: &mut Vec<u8>,
    out: &mut Vec<u8>,
) -> Result<()> {
    let header = Header {
        fields: *fields,
        compression: body.compression,
        has_side: !side.is_empty(),
        original_length: body.original_length,
        key_id: seal.as_ref().map(|seal| seal.ring.current()),
    };
    check_body(&header, body, PayloadLimits::of(u32::MAX))?;
    if side.len() > SIDE_MAX {
        return Err(Error::with(ErrorKind::TooLarge, side.len() as u64));
    }
    let key = seal.as_ref().map_or(0, |seal| seal.key.len());
    // Room for everything at once: a plaintext that is moved leaves a copy behind.
    let most =
        header.length() + NONCE_LENGTH + key + side.len() + body.bytes.len() + 8 + TAG_LENGTH;
    out.try_reserve(most)
        .map_err(|_| Error::with(ErrorKind::Memory, most as u64))?;
    let start = out.len();
    header.write(out)?;
    let Some(seal) = seal else {
        write_side_and_body(side, body, out);
        let checksum = if checksum { crc32(&out[start..]) } else { 0 };
        out.extend_from_slice(&checksum.to_be_bytes());
        return Ok(());
    };
    if seal.key.len() > KEY_MAX {
        return Err(Error::with(ErrorKind::TooLarge, seal.key.len() as u64));
    }
    associate(&out[start..], seal.region, seal.stored_key, scratch);
    let mut nonce = [0; NONCE_LENGTH];
    seal.random.fill(&mut nonce);
    out.extend_from_slice(&nonce);
    let from = out.len();
    out.extend_from_slice(&(seal.key.len() as u32).to_be_bytes());
    out.extend_from_slice(seal.key);
    write_side_and_body(side, body, out);
    seal.ring.writer().seal(&nonce, scratch, out, from)
}

/// The part that plain and sealed entries and records have in common.
pub(crate) fn write_side_and_body(side: &[u8], body: &Body<'_>, out: &mut Vec<u8>) {
    write_side(side, out);
    out.extend_from_slice(body.bytes);
}

/// The side block behind its length, where there is one.
pub(crate) fn write_side(side: &[u8], out: &mut Vec<u8>) {
    if !side.is_empty() {
        out.extend_from_slice(&(side.len() as u32).to_be_bytes());
        out.extend_from_slice(side);
    }
}

/// Checks an envelope whole: checksum or tag, then every length. The plaintext of a sealed
/// entry is appended to `plain`, which is as it was if the envelope is refused. Nothing is
/// decompressed.
pub fn open(
    envelope: &[u8],
    context: &Context<'_>,
    scratch: &mut Vec<u8>,
    plain: &mut Vec<u8>,
) -> Result<Opened> {
    let header = Header::parse(envelope)?;
    if header.key_id.is_none() {
        return open_plain(header, envelope, context);
    }
    let start = plain.len();
    decrypt(&header, envelope, context, scratch, plain)?;
    let opened = divide_sealed(header, plain, start, context.limits);
    if opened.is_err() {
        plain[start..].zeroize();
        plain.truncate(start);
    }
    opened
}

fn open_plain(header: Header, envelope: &[u8], context: &Context<'_>) -> Result<Opened> {
    if !context.accept_plain {
        return Err(ErrorKind::Unsealed.into());
    }
    let (covered, checksum) = envelope
        .split_last_chunk::<CHECKSUM_LENGTH>()
        .filter(|(covered, _)| covered.len() >= header.length())
        .ok_or(Error::with(ErrorKind::Truncated, envelope.len() as u64))?;
    let found = u32::from_be_bytes(*checksum);
    if !context.checked && crc32(covered) != found {
        return Err(Error::with(ErrorKind::Checksum, found.into()));
    }
    let from = header.length();
    divide(header, from..from, covered, from, context.limits)
}

fn decrypt(
    header: &Header,
    envelope: &[u8],
    context: &Context<'_>,
    scratch: &mut Vec<u8>,
    plain: &mut Vec<u8>,
) -> Result<()> {
    let key = header
        .key_id
        .and_then(|id| context.ring?.get(&id))
        .ok_or(Error::from(ErrorKind::KeyMissing))?;
    let (head, rest) = envelope
        .split_at_checked(header.length())
        .ok_or(Error::with(ErrorKind::Truncated, envelope.len() as u64))?;
    let (nonce, sealed) = rest
        .split_first_chunk::<NONCE_LENGTH>()
        .ok_or(Error::with(ErrorKind::Truncated, envelope.len() as u64))?;
    associate(head, context.region, context.stored_key, scratch);
    key.open(nonce, scratch, sealed, plain)
}

/// The associated data: header with key id, then region and stored key behind their lengths.
pub(crate) fn associate(head: &[u8], region: &str, stored_key: &[u8], out: &mut Vec<u8>) {
    out.clear();
    out.extend_from_slice(head);
    for part in [region.as_bytes(), stored_key] {
        out.extend_from_slice(&(part.len() as u32).to_be_bytes());
        out.extend_from_slice(part);
    }
}

fn divide_sealed(
    header: Header,
    plain: &[u8],
    start: usize,
    limits: PayloadLimits,
) -> Result<Opened> {
    let key = take(plain, start, KEY_MAX)?;
    let from = key.end;
    divide(header, key, plain, from, limits)
}

/// Divides `bytes[from..]` into side and body.
fn divide(
    header: Header,
    key: Range<usize>,
    bytes: &[u8],
    from: usize,
    limits: PayloadLimits,
) -> Result<Opened> {
    let side = if header.has_side {
        take(bytes, from, SIDE_MAX)?
    } else {
        from..from
    };
    if header.has_side && side.is_empty() {
        return Err(ErrorKind::Side.into());
    }
    let opened = Opened {
        header,
        key,
        body: side.end..bytes.len(),
        side,
    };
    check_body(&opened.header, &opened.body(bytes), limits)?;
    Ok(opened)
}

/// The range behind the u32 length at `from` that it spans.
pub(crate) fn take(bytes: &[u8], from: usize, most: usize) -> Result<Range<usize>> {
    let (length, rest) = bytes
        .get(from..)
        .and_then(<[u8]>::split_first_chunk)
        .ok_or(Error::with(ErrorKind::Truncated, bytes.len() as u64))?;
    let length = u32::from_be_bytes(*length) as usize;
    if length > most || length > rest.len() {
        return Err(Error::with(ErrorKind::Length, length as u64));
    }
    Ok(from + 4..from + 4 + length)
}

fn check_body(header: &Header, body: &Body<'_>, limits: PayloadLimits) -> Result<()> {
    if header.fields.serializer == Serializer::NONE && !body.bytes.is_empty() {
        return Err(Error::with(ErrorKind::Length, body.bytes.len() as u64));
    }
    check_lengths(body, limits)
}
