//! From the bytes of a serialized value to what is stored, and back.
//!
//! ```text
//! payload ─ compress ─▶ body ─┬─ record      what a packed region holds in memory
//!                             └─ envelope    what L2 and snapshots hold; checked or sealed
//! ```
//!
//! A *payload* is a value as its serializer wrote it. Its *body* is the same, compressed if
//! that helped. An *envelope* is a body behind a header that says all a stranger needs:
//! when it was written and by whom, how long it is good, how to read it. Its last bytes vouch
//! for all others: a checksum in a plain entry, the tag of XAES-256-GCM in a sealed one. A
//! *record* is the short form for one's own memory, with times by the local clock. One
//! `set` compresses once for both. `docs/wire-format.md` specifies the envelope to the byte.
//!
//! The codec is pure: no clock, no I/O; randomness is handed in as [`Random`]. It trusts nothing
//! that it reads. Whatever the bytes are, the answer is an [`Error`] with a named reason or
//! the entry just as it was written: no length is believed before it was checked against what
//! is there and against a limit, nothing is allocated for a lie, and nothing panics.
//!
//! Order of the checks: header, key, checksum or tag, lengths, decompression. So a sealed
//! entry is known to be authentic before a byte of it is decompressed.
//!
//! Buffers are handed in and appended to. [`Codec`] holds the scratch memory (some 200 KB
//! once it has compressed and decompressed large payloads, else a few hundred bytes) for all entries of an
//! instance; plaintext of sealed entries is wiped from it before a call returns.
//!
//! | file | what it knows |
//! | --- | --- |
//! | [`header`], [`ids`] | the fields of an entry and their places |
//! | [`envelope`] | the order of the parts, and who vouches for them |
//! | [`record`] | the form in memory |
//! | [`side`] | tags and their tokens |
//! | [`body`] | when payloads are compressed, and which lengths are believed |
//! | [`deflate`], [`lz4`] | the compressions |
//! | [`dictionary`] | what small entries have in common, and how it is found |
//! | [`probe`] | whether compression is worth a try |
//! | [`seal`], [`keyring`], [`index`] | the cipher, its keys, and the names of encrypted entries |
//! | [`hosted`] | what a host's own engines need to do the bulk of it |
//! | `reseal` | the change from one key to another |
//! | [`crc32`] | the checksum |

#![forbid(unsafe_code)]

pub mod body;
pub mod crc32;
pub mod deflate;
pub mod dictionary;
pub mod envelope;
pub mod error;
pub mod header;
pub mod hosted;
pub mod ids;
pub mod index;
pub mod keyring;
pub mod lz4;
pub mod probe;
pub mod record;
mod reseal;
pub mod seal;
pub mod side;
#[cfg(test)]
mod tests;

use core::ops::Range;

pub use body::{Body, PayloadLimits};
pub use dictionary::{Dictionaries, Dictionary, DictionaryId};
pub use envelope::{Context, Opened, Seal, peek};
pub use error::{Error, ErrorKind, Result};
pub use header::{Fields, Header, Stamp};
pub use ids::{Compression, Serializer};
pub use index::IndexKey;
pub use keyring::{KeyId, KeyRing};
pub use record::Local;
pub use seal::Random;

use body::{Packer, Unpacker, wipe};
use record::Content;

/// How a region stores its payloads.
#[derive(Clone, Copy, Debug)]
pub struct Options<'a> {
    /// How payloads are compressed, other than with a dictionary.
    pub compression: Compression,
    /// The size from which they are, in bytes; `None` is never.
    pub compress_above: Option<u32>,
    /// What small payloads are compressed with, whatever the above say.
    pub dictionary: Option<&'a Dictionary>,
    /// The most bytes that a payload may have.
    pub limits: PayloadLimits,
    /// Whether a plain envelope gets its checksum, or a host writes that: see [`envelope::write`].
    pub checksum: bool,
}

impl Default for Options<'_> {
    fn default() -> Self {
        Self {
            compression: Compression::Deflate,
            compress_above: Some(body::COMPRESS_ABOVE),
            dictionary: None,
            limits: PayloadLimits::of(body::LIMIT),
            checksum: true,
        }
    }
}

/// An entry to be stored.
#[derive(Clone, Copy, Debug)]
pub struct Entry<'a> {
    /// What its header says.
    pub fields: &'a Fields,
    /// Its side block as [`side::write`] makes it, or nothing.
    pub side: &'a [u8],
    /// Its value as the serializer wrote it; nothing in a tombstone.
    pub payload: &'a [u8],
}

/// Where the parts of a decoded entry lie in the buffer that they were appended to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    /// The payload.
    pub payload: Range<usize>,
    /// The side block; empty where there is none.
    pub side: Range<usize>,
    /// The key that the caller knows the entry by; empty in a plain entry.
    pub key: Range<usize>,
}

/// The codec of one instance: pure functions and the scratch memory that they share.
#[derive(Default)]
pub struct Codec {
    packer: Packer,
    unpacker: Unpacker,
    /// Associated data.
    associated: Vec<u8>,
    /// The plaintext of a sealed entry that is still compressed.
    plain: Vec<u8>,
}

impl Codec {
    /// A codec with no scratch memory yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends the envelope of `entry` to `out`, which is as it was if that is refused. With
    /// `seal` the entry is sealed.
    pub fn encode(
        &mut self,
        entry: &Entry<'_>,
        options: &Options<'_>,
        seal: Option<Seal<'_>>,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let secret = seal.is_some();
        let body = self.packer.pack(entry.payload, options)?;
        let written = envelope::write(
            entry.fields,
            entry.side,
            &body,
            seal,
            options.checksum,
            &mut self.associated,
            out,
        );
        self.packer.finish(secret);
        written
    }

    /// Appends the record of `entry` to `record`, and its envelope to `envelope` where one
    /// is wanted; the payload is compressed once. Both are as they were if that is refused.
    pub fn encode_record(
        &mut self,
        entry: &Entry<'_>,
        local: Local,
        options: &Options<'_>,
        seal: Option<Seal<'_>>,
        record: &mut Vec<u8>,
        envelope: Option<&mut Vec<u8>>,
    ) -> Result<()> {
        let secret = seal.is_some();
        let body = self.packer.pack(entry.payload, options)?;
        let start = record.len();
        let write = |seal, out: &mut Vec<u8>, scratch: &mut Vec<u8>| {
            envelope::write(entry.fields, entry.side, &body, seal, true, scratch, out)
        };
        let serializer = entry.fields.serializer;
        let written = if secret {
            record::write_sealed_prefix(local, serializer, entry.side, &body, record);
            let from = record.len();
            let written = write(seal, record, &mut self.associated);
            if let (Ok(()), Some(envelope)) = (written, envelope) {
                envelope.extend_from_slice(&record[from..]);
            }
            written
        } else {
            record::write_plain(local, serializer, entry.side, &body, record).and_then(|()| {
                envelope.map_or(Ok(()), |out| write(None, out, &mut self.associated))
            })
        };
        self.packer.finish(secret);
        if written.is_err() {
            record.truncate(start);
        }
        written
    }

    /// Checks an envelope whole, decrypts and decompresses it, and appends its parts to
    /// `out`, which is as it was if the envelope is refused. What `out` holds of a sealed
    /// entry is the caller's to wipe. `Opened` is told for its header and for
    /// [`record::write_from_envelope`].
    pub fn decode(
        &mut self,
        envelope: &[u8],
        context: &Context<'_>,
        out: &mut Vec<u8>,
    ) -> Result<(Opened, Parts)> {
        let header = peek(envelope)?;
        if header.key_id.is_some() && header.compression == Compression::None {
            // The plaintext is the parts already: decrypt to where they shall be.
            let opened = envelope::open(envelope, context, &mut self.associated, out)?;
            let parts = Parts {
                payload: opened.body.clone(),
                side: opened.side.clone(),
                key: opened.key.clone(),
            };
            return Ok((opened, parts));
        }
        let opened = envelope::open(envelope, context, &mut self.associated, &mut self.plain)?;
        let secret = header.key_id.is_some();
        let bytes = if secret { &self.plain } else { envelope };
        let parts = unpack(&mut self.unpacker, &opened, bytes, context, out);
        if secret {
            wipe(&mut self.plain);
        }
        Ok((opened, parts?))
    }

    /// Appends the parts of a record's entry to `out`; `context` is asked for sealed ones.
    pub fn decode_record(
        &mut self,
        record: &[u8],
        context: &Context<'_>,
        out: &mut Vec<u8>,
    ) -> Result<Parts> {
        match record::read(record)?.content {
            Content::Sealed(envelope) => {
                self.decode(envelope, context, out).map(|(_, parts)| parts)
            }
            Content::Plain(side, body) => {
                let start = out.len();
                self.unpacker
                    .unpack(&body, context.dictionaries, context.limits, out)?;
                Ok(append_parts(start, side, &[], out))
            }
        }
    }
}

/// Appends the payload, side and key of an entry whose parts lie in `bytes`.
fn unpack(
    unpacker: &mut Unpacker,
    opened: &Opened,
    bytes: &[u8],
    context: &Context<'_>,
    out: &mut Vec<u8>,
) -> Result<Parts> {
    let start = out.len();
    let body = opened.body(bytes);
    let (side, key) = (&bytes[opened.side.clone()], &bytes[opened.key.clone()]);
    body::check(&body, context.dictionaries, context.limits)?;
    // Room for all of it at once: plaintext that is moved leaves a copy behind.
    let length = body.original_length as usize + side.len() + key.len();
    out.try_reserve(length)
        .map_err(|_| Error::with(ErrorKind::Memory, length as u64))?;
    unpacker.unpack(&body, context.dictionaries, context.limits, out)?;
    Ok(append_parts(start, side, key, out))
}

/// Appends side and key behind the payload that begins at `start`.
fn append_parts(start: usize, side: &[u8], key: &[u8], out: &mut Vec<u8>) -> Parts {
    let payload = start..out.len();
    out.extend_from_slice(side);
    let side = payload.end..out.len();
    out.extend_from_slice(key);
    let key = side.end..out.len();
    Parts { payload, side, key }
}
