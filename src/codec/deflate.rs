//! Compression: raw deflate by miniz_oxide, bounded on the way in and on the way out.
//!
//! A payload of at least a threshold (by default 1 KB) is compressed, and the result kept if
//! it saves at least a sixteenth; the compressor is given no more room than that, so that
//! what does not shrink is given up early. What is read is inflated into exactly the
//! declared length. That length is checked first, against the caller's limit and against
//! what deflate can do at all (1,032 : 1), so that no lie about it costs memory.
//!
//! The compressor's state is some 350 KB, the decompressor's 11 KB. Each is made at first
//! use and then used again.

#![forbid(unsafe_code)]

use miniz_oxide::DataFormat;
use miniz_oxide::deflate::core::{CompressorOxide, TDEFLFlush, TDEFLStatus, compress};
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};
use zeroize::Zeroize;

use super::error::{Error, ErrorKind, Result};
use super::ids::Compression;

/// The size from which payloads are compressed unless a region says otherwise, in bytes.
pub const COMPRESS_ABOVE: u32 = 1024;
/// How large a payload may be unless the caller says otherwise, in bytes.
pub const LIMIT: u32 = 256 << 20;
/// The most that deflate can shrink anything: 258 bytes in two bits.
pub const MAX_RATIO: u64 = 1032;

/// The level of miniz_oxide. Measured on JSON of 1, 10 and 100 KB: 6 is 0, 1 and 5 % smaller
/// and takes the same time, the same and twice as long; 4 is 0, 2 and 4 % larger.
const LEVEL: u8 = 5;
/// Compression must save one part in so many, or the payload is stored as it is.
const MIN_GAIN: usize = 16;
/// Scratch memory above this size goes back to the allocator after use.
const SCRATCH_MAX: usize = 1 << 20;

/// A payload in the form in which it is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Body<'a> {
    /// The payload, compressed or not.
    pub bytes: &'a [u8],
    /// Which of the two.
    pub compression: Compression,
    /// The length of the payload before compression.
    pub original_length: u32,
}

/// Turns payloads into bodies.
#[derive(Default)]
pub struct Deflater {
    state: Option<Box<CompressorOxide>>,
    output: Vec<u8>,
}

impl Deflater {
    /// The body of `payload`: compressed if it has at least `above` bytes and if that helps.
    /// Refuses a payload over `limit` bytes ([`ErrorKind::TooLarge`]).
    pub fn pack<'a>(
        &'a mut self,
        payload: &'a [u8],
        above: Option<u32>,
        limit: u32,
    ) -> Result<Body<'a>> {
        let original_length = match u32::try_from(payload.len()) {
            Ok(length) if length <= limit => length,
            _ => return Err(Error::with(ErrorKind::TooLarge, payload.len() as u64)),
        };
        let worth_trying = above.is_some_and(|above| original_length >= above.max(1));
        let compressed = if worth_trying {
            self.compress(payload)?
        } else {
            None
        };
        Ok(Body {
            bytes: compressed.unwrap_or(payload),
            compression: match compressed {
                Some(_) => Compression::Deflate,
                None => Compression::None,
            },
            original_length,
        })
    }

    fn compress(&mut self, payload: &[u8]) -> Result<Option<&[u8]>> {
        let room = payload.len() - (payload.len() / MIN_GAIN).max(1);
        grow(&mut self.output, room)?;
        let state = self.state.get_or_insert_with(|| {
            let mut state = Box::<CompressorOxide>::default();
            state.set_format_and_level(DataFormat::Raw, LEVEL);
            state
        });
        let (status, _, written) = compress(state, payload, &mut self.output, TDEFLFlush::Finish);
        // Reset at the end, not at the start: nothing of this payload stays behind.
        state.reset();
        Ok(match status {
            TDEFLStatus::Done => self.output.get(..written),
            _ => None,
        })
    }

    /// Ends the use of the last body: returns scratch memory that is too much, and wipes what
    /// is left of a payload that is `secret`.
    pub fn finish(&mut self, secret: bool) {
        if !secret {
            return trim(&mut self.output);
        }
        wipe(&mut self.output);
        if let Some(state) = &mut self.state {
            // On wasm32 a reset of miniz_oxide takes 64 KB for its codes anew and frees the
            // old ones as they are. One more gets that block back from the allocator, zeroed.
            state.reset();
        }
    }
}

/// Turns bodies back into payloads.
#[derive(Default)]
pub struct Inflater {
    state: Option<Box<DecompressorOxide>>,
}

impl Inflater {
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
        let state = self.state.get_or_insert_default();
        state.init();
        let flags = inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
        let outcome = decompress(state, body.bytes, &mut out[start..], 0, flags);
        if outcome == (TINFLStatus::Done, body.bytes.len(), length) {
            return Ok(());
        }
        out[start..].zeroize();
        out.truncate(start);
        Err(ErrorKind::Inflate.into())
    }
}

/// Refuses a body whose declared length is over `limit`, or cannot come out of its bytes.
pub fn check_lengths(body: &Body<'_>, limit: u32) -> Result<()> {
    let declared = body.original_length;
    let there = body.bytes.len() as u64;
    if declared > limit {
        return Err(Error::with(ErrorKind::TooLarge, declared.into()));
    }
    match body.compression {
        Compression::None if u64::from(declared) != there => {
            Err(Error::with(ErrorKind::Length, declared.into()))
        }
        Compression::Deflate if u64::from(declared) > there * MAX_RATIO => {
            Err(Error::with(ErrorKind::Bomb, declared.into()))
        }
        _ => Ok(()),
    }
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
