//! What a host with faster engines of its own needs to make or open an envelope: all but the bulk of it.
//!
//! The host compresses and decompresses, encrypts and decrypts large bodies. Here is what these
//! engines are to be given, and what stands around their output: so the format is known in one place,
//! and the host sees no key but that of one entry. Everything that a host refuses is asked of
//! [`super::Codec::decode`], which knows the reason.

#![forbid(unsafe_code)]

use super::envelope::{Context, Seal, associate, write_side};
use super::error::{Error, ErrorKind, Result};
use super::header::Header;
use super::seal::NONCE_LENGTH;

/// The lengths of what was appended, one part behind the other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Frame {
    /// An envelope's beginning: header, key id and nonce.
    pub head: usize,
    /// What comes before the body in what is sealed, or in a plain envelope.
    pub prefix: usize,
    /// The associated data; nothing of a plain entry.
    pub associated: usize,
    /// The key of this one entry; nothing of a plain one.
    pub key: usize,
}

/// The length of an entry's own key, in bytes.
const KEY_LENGTH: usize = 32;

/// Appends to `out` what stands around the body of a new entry, and what seals it. The body is sealed
/// under the last twelve bytes of the head.
pub fn frame(
    header: &Header,
    side: &[u8],
    seal: Option<Seal<'_>>,
    out: &mut Vec<u8>,
) -> Result<Frame> {
    let key_length = seal.as_ref().map_or(0, |seal| seal.key.len());
    // Room for all of it at once: a key that is moved leaves a copy behind.
    let room = 2 * (header.length() + key_length) + side.len() + 1024;
    out.try_reserve(room)
        .map_err(|_| Error::with(ErrorKind::Memory, room as u64))?;
    let start = out.len();
    header.write(out)?;
    let Some(seal) = seal else {
        let head = out.len() - start;
        write_side(side, out);
        let prefix = out.len() - start - head;
        return Ok(Frame {
            head,
            prefix,
            ..Frame::default()
        });
    };
    let mut associated = Vec::new();
    associate(&out[start..], seal.region, seal.stored_key, &mut associated);
    let mut nonce = [0; NONCE_LENGTH];
    seal.random.fill(&mut nonce);
    out.extend_from_slice(&nonce);
    let head = out.len() - start;
    out.extend_from_slice(&(key_length as u32).to_be_bytes());
    out.extend_from_slice(seal.key);
    write_side(side, out);
    let prefix = out.len() - start - head;
    out.extend_from_slice(&associated);
    out.extend_from_slice(&*seal.ring.writer().entry_key(&nonce));
    Ok(Frame {
        head,
        prefix,
        associated: associated.len(),
        key: KEY_LENGTH,
    })
}

/// Reads the head of an envelope, of which `bytes` are the beginning, and appends to `out` what opens
/// the rest. Nothing of what it says is authenticated before the host has opened it.
pub fn unframe(bytes: &[u8], context: &Context<'_>, out: &mut Vec<u8>) -> Result<(Header, Frame)> {
    let header = Header::parse(bytes)?;
    let length = header.length();
    let Some(id) = &header.key_id else {
        if !context.accept_plain {
            return Err(ErrorKind::Unsealed.into());
        }
        let frame = Frame {
            head: length,
            ..Frame::default()
        };
        return Ok((header, frame));
    };
    let key = context.ring.and_then(|ring| ring.get(id));
    let key = key.ok_or(Error::from(ErrorKind::KeyMissing))?;
    let nonce = bytes[length..]
        .first_chunk::<NONCE_LENGTH>()
        .ok_or(Error::with(ErrorKind::Truncated, bytes.len() as u64))?;
    associate(&bytes[..length], context.region, context.stored_key, out);
    let associated = out.len();
    out.try_reserve(KEY_LENGTH)
        .map_err(|_| Error::with(ErrorKind::Memory, KEY_LENGTH as u64))?;
    out.extend_from_slice(&*key.entry_key(nonce));
    let frame = Frame {
        head: length + NONCE_LENGTH,
        prefix: 0,
        associated,
        key: KEY_LENGTH,
    };
    Ok((header, frame))
}
