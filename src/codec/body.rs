//! The body: a payload in the form in which it is stored, compressed or not.
//!
//! A payload of at least a threshold (by default 1 KB) is compressed, and the result kept if
//! it saves at least a sixteenth. What is read is decompressed into exactly the declared
//! length. That length is checked first, against the caller's limit and against what its
//! compression can do at all, so that no lie about it costs memory.
//!
//! This file knows when payloads are compressed and which lengths are believed;
//! [`super::deflate`] and [`super::lz4`] know how.

#![forbid(unsafe_code)]

use zeroize::Zeroize;

use super::deflate::{self, Deflater, Inflater};
use super::error::{Error, ErrorKind, Result};
use super::ids::Compression;
use super::lz4::{self, Lz4};

/// The size from which payloads are compressed unless a region says otherwise, in bytes.
pub const COMPRESS_ABOVE: u32 = 1024;
/// How large a payload may be unless the caller says otherwise, in bytes.
pub const LIMIT: u32 = 256 << 20;

/// Compression must save one part in so many, or the payload is stored as it is.
const MIN_GAIN: usize = 16;
/// Scratch memory above this size goes back to the allocator after use.
const SCRATCH_MAX: usize = 1 << 20;

/// A payload in the form in which it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Body<'a> {
    /// The payload, compressed or not.
    pub bytes: &'a [u8],
    /// Which of the two, and how.
    pub compression: Compression,
    /// The length of the payload before compression.
    pub original_length: u32,
}

/// Turns payloads into bodies.
#[derive(Default)]
pub struct Packer {
    deflater: Deflater,
    lz4: Lz4,
    output: Vec<u8>,
}

impl Packer {
    /// The body of `payload`: compressed if it has at least `above` bytes and if that helps.
    /// Refuses a payload over `limit` bytes ([`ErrorKind::TooLarge`]).
    pub fn pack<'a>(
        &'a mut self,
        payload: &'a [u8],
        compression: Compression,
        above: Option<u32>,
        limit: u32,
    ) -> Result<Body<'a>> {
        let original_length = match u32::try_from(payload.len()) {
            Ok(length) if length <= limit => length,
            _ => return Err(Error::with(ErrorKind::TooLarge, payload.len() as u64)),
        };
        let worth_trying = above.is_some_and(|above| original_length >= above.max(1));
        let compressed = if worth_trying {
            self.compress(payload, compression)?
        } else {
            None
        };
        Ok(Body {
            bytes: compressed.unwrap_or(payload),
            compression: match compressed {
                Some(_) => compression,
                None => Compression::None,
            },
            original_length,
        })
    }

    fn compress(&mut self, payload: &[u8], compression: Compression) -> Result<Option<&[u8]>> {
        let room = payload.len() - (payload.len() / MIN_GAIN).max(1);
        let written = match compression {
            Compression::None => None,
            Compression::Deflate => {
                grow(&mut self.output, room)?;
                self.deflater.compress(payload, &mut self.output)
            }
            Compression::Lz4 => {
                grow(&mut self.output, lz4::room(payload.len()))?;
                self.lz4.compress(payload, &mut self.output)
            }
        };
        let kept = written.filter(|&written| written <= room);
        Ok(kept.and_then(|written| self.output.get(..written)))
    }

    /// Ends the use of the last body: returns scratch memory that is too much, and wipes what
    /// is left of a payload that is `secret`.
    pub fn finish(&mut self, secret: bool) {
        if !secret {
            return trim(&mut self.output);
        }
        wipe(&mut self.output);
        self.deflater.wipe();
    }
}

/// Turns bodies back into payloads.
#[derive(Default)]
pub struct Unpacker {
    inflater: Inflater,
}

impl Unpacker {
    /// Appends the payload of `body` to `out`, which is as it was if that is refused.
    pub fn unpack(&mut self, body: &Body<'_>, limit: u32, out: &mut Vec<u8>) -> Result<()> {
        check_lengths(body, limit)?;
        let start = out.len();
        let length = body.original_length as usize;
        out.try_reserve(length)
            .map_err(|_| Error::with(ErrorKind::Memory, length as u64))?;
        if body.compression == Compression::None {
            out.extend_from_slice(body.bytes);
            return Ok(());
        }
        out.resize(start + length, 0);
        let target = &mut out[start..];
        let refusal = match body.compression {
            Compression::None => return Ok(()),
            Compression::Deflate if self.inflater.decompress(body.bytes, target) => return Ok(()),
            Compression::Lz4 if lz4::decompress(body.bytes, target) => return Ok(()),
            Compression::Deflate => ErrorKind::Inflate,
            Compression::Lz4 => ErrorKind::Lz4,
        };
        target.zeroize();
        out.truncate(start);
        Err(refusal.into())
    }
}

/// Refuses a body whose declared length is over `limit`, or cannot come out of its bytes.
pub fn check_lengths(body: &Body<'_>, limit: u32) -> Result<()> {
    let declared = body.original_length;
    let there = body.bytes.len() as u64;
    if declared > limit {
        return Err(Error::with(ErrorKind::TooLarge, declared.into()));
    }
    let most = match body.compression {
        Compression::None if u64::from(declared) != there => {
            return Err(Error::with(ErrorKind::Length, declared.into()));
        }
        Compression::None => there,
        Compression::Deflate => there * deflate::MAX_RATIO,
        Compression::Lz4 => there * lz4::MAX_RATIO,
    };
    if u64::from(declared) > most {
        return Err(Error::with(ErrorKind::Bomb, declared.into()));
    }
    Ok(())
}

/// Makes `scratch` exactly `length` bytes long.
fn grow(scratch: &mut Vec<u8>, length: usize) -> Result<()> {
    let more = length.saturating_sub(scratch.len());
    scratch
        .try_reserve(more)
        .map_err(|_| Error::with(ErrorKind::Memory, length as u64))?;
    scratch.resize(length, 0);
    Ok(())
}

/// Overwrites the bytes of `scratch` and empties it; a large allocation is returned.
pub(crate) fn wipe(scratch: &mut Vec<u8>) {
    scratch.as_mut_slice().zeroize();
    trim(scratch);
}

/// Empties `scratch`; a large allocation is returned.
pub(crate) fn trim(scratch: &mut Vec<u8>) {
    scratch.clear();
    if scratch.capacity() > SCRATCH_MAX {
        *scratch = Vec::new();
    }
}
