//! The body: a payload in the form in which it is stored, compressed or not.
//!
//! A small payload is compressed with the region's dictionary, where it has one; else a payload of
//! at least a threshold (by default 1 KB) in the region's way. The result is kept if it saves at
//! least a sixteenth. What looks like noise deflate does not even try. What is read is decompressed into
//! exactly the declared length. That length is checked first, against the caller's limit and against
//! what its compression can do at all, so that no lie about it costs memory.
//!
//! This file knows when payloads are compressed and which lengths are believed;
//! [`super::deflate`], [`super::dictionary`] and [`super::lz4`] know how.

#![forbid(unsafe_code)]

use zeroize::Zeroize;

use super::Options;
use super::deflate::{self, Deflater, Inflater};
use super::dictionary::{self, Dictionaries, Dictionary, ID_LENGTH};
use super::error::{Error, ErrorKind, Result};
use super::ids::Compression;
use super::lz4::{self, Lz4};
use super::probe::is_noise;

/// The size from which payloads are compressed unless a region says otherwise, in bytes.
pub const COMPRESS_ABOVE: u32 = 1024;
/// How large a payload may be unless the caller says otherwise, in bytes.
pub const LIMIT: u32 = 256 << 20;

/// Compression must save one part in so many, or the payload is stored as it is.
const MIN_GAIN: usize = 16;
/// Scratch memory above this size goes back to the allocator after use.
const SCRATCH_MAX: usize = 1 << 20;

/// How large payloads may be, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PayloadLimits {
    /// Any payload.
    pub payload: u32,
    /// One that is compressed. A few bytes may say that they are a thousand times as many, so a
    /// reader gives less for these; a writer stores larger ones as they are.
    pub inflated: u32,
}

impl PayloadLimits {
    /// The same limit for all.
    #[must_use]
    pub const fn of(payload: u32) -> Self {
        Self {
            payload,
            inflated: payload,
        }
    }
}

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
    /// The body of `payload`: compressed as `options` say, if that helps. Refuses a payload over
    /// their limit ([`ErrorKind::TooLarge`]).
    pub fn pack<'a>(&'a mut self, payload: &'a [u8], options: &Options<'_>) -> Result<Body<'a>> {
        let original_length = match u32::try_from(payload.len()) {
            Ok(length) if length <= options.limits.payload => length,
            _ => return Err(Error::with(ErrorKind::TooLarge, payload.len() as u64)),
        };
        let compressed = self.compress(payload, options)?;
        Ok(Body {
            bytes: match compressed {
                Some((_, length)) => &self.output[..length],
                None => payload,
            },
            compression: compressed.map_or(Compression::None, |(compression, _)| compression),
            original_length,
        })
    }

    /// Compresses into `output`; answers in which way and how many bytes, or nothing where it does
    /// not help.
    fn compress(
        &mut self,
        payload: &[u8],
        options: &Options<'_>,
    ) -> Result<Option<(Compression, usize)>> {
        if payload.len() > options.limits.inflated as usize {
            return Ok(None);
        }
        let room = payload.len() - (payload.len() / MIN_GAIN).max(1).min(payload.len());
        let small = (dictionary::LEAST..=dictionary::MOST).contains(&payload.len());
        if let Some(dictionary) = options.dictionary.filter(|_| small)
            && let Some(length) = self.deflate_with(dictionary, payload, room)?
        {
            return Ok(Some((Compression::Dictionary, length)));
        }
        let large = |above| payload.len() >= above as usize;
        if room == 0 || !options.compress_above.is_some_and(large) {
            return Ok(None);
        }
        let length = match options.compression {
            Compression::None | Compression::Dictionary => None,
            // LZ4 gives noise up by itself, sooner than a look would tell.
            Compression::Deflate if is_noise(payload) => None,
            Compression::Deflate => {
                grow(&mut self.output, room + deflate::SLACK)?;
                self.deflater.compress(payload, None, &mut self.output)
            }
            Compression::Lz4 => {
                grow(&mut self.output, lz4::room(payload.len()))?;
                self.lz4.compress(payload, &mut self.output)
            }
        };
        let kept = length.filter(|&length| length <= room);
        Ok(kept.map(|length| (options.compression, length)))
    }

    /// The id of the dictionary, then the stream.
    fn deflate_with(
        &mut self,
        dictionary: &Dictionary,
        payload: &[u8],
        room: usize,
    ) -> Result<Option<usize>> {
        grow(&mut self.output, room + deflate::SLACK)?;
        let Some((id, stream)) = self.output.split_first_chunk_mut::<ID_LENGTH>() else {
            return Ok(None);
        };
        *id = dictionary.id();
        let history = dictionary.prepared();
        let length = self.deflater.compress(payload, Some(&history), stream);
        Ok(length.map(|length| ID_LENGTH + length))
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
    pub fn unpack(
        &mut self,
        body: &Body<'_>,
        dictionaries: &Dictionaries,
        limits: PayloadLimits,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let (history, bytes) = check(body, dictionaries, limits)?;
        let start = out.len();
        let length = body.original_length as usize;
        out.try_reserve(length)
            .map_err(|_| Error::with(ErrorKind::Memory, length as u64))?;
        if body.compression == Compression::None {
            out.extend_from_slice(bytes);
            return Ok(());
        }
        out.resize(start + length, 0);
        let target = &mut out[start..];
        let (whole, refusal) = match body.compression {
            Compression::Lz4 => (lz4::decompress(bytes, target), ErrorKind::Lz4),
            _ => (
                self.inflater.decompress(bytes, history, target),
                ErrorKind::Inflate,
            ),
        };
        if whole {
            return Ok(());
        }
        target.zeroize();
        out.truncate(start);
        Err(refusal.into())
    }
}

/// As [`check_lengths`], and refuses a body whose dictionary is not there; answers what came before
/// the stream, and the stream.
pub fn check<'a>(
    body: &Body<'a>,
    dictionaries: &'a Dictionaries,
    limits: PayloadLimits,
) -> Result<(&'a [u8], &'a [u8])> {
    check_lengths(body, limits)?;
    match body.bytes.split_first_chunk() {
        Some((&id, stream)) if body.compression == Compression::Dictionary => {
            Ok((dictionaries.get(id)?.bytes(), stream))
        }
        _ => Ok((&[], body.bytes)),
    }
}

/// Refuses a body whose declared length is over its limit, or cannot come out of its bytes.
pub fn check_lengths(body: &Body<'_>, limits: PayloadLimits) -> Result<()> {
    let declared = u64::from(body.original_length);
    let there = body.bytes.len() as u64;
    if declared > limits.payload.into() {
        return Err(Error::with(ErrorKind::TooLarge, declared));
    }
    let most = match body.compression {
        Compression::None if declared == there => return Ok(()),
        Compression::None => return Err(Error::with(ErrorKind::Length, declared)),
        Compression::Deflate => there * deflate::MAX_RATIO,
        Compression::Lz4 => there * lz4::MAX_RATIO,
        Compression::Dictionary => match there.checked_sub(ID_LENGTH as u64) {
            Some(stream) => stream * deflate::MAX_RATIO,
            None => return Err(Error::with(ErrorKind::Truncated, there)),
        },
    };
    if declared > most {
        return Err(Error::with(ErrorKind::Bomb, declared));
    }
    if declared > limits.inflated.into() {
        return Err(Error::with(ErrorKind::TooLarge, declared));
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
