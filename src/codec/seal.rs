//! XAES-256-GCM: AES-256-GCM with a 24-byte nonce, as specified at c2sp.org/XAES-256-GCM.
//!
//! A random 12-byte nonce under one AES-GCM key is safe for some 2³² messages; a busy cache
//! writes that in weeks. Here the first half of a 24-byte nonce derives a key of its
//! own for every entry (NIST SP 800-108 in counter mode over CMAC, which comes down to two
//! AES blocks), and the second half is the nonce under it: random nonces then last for 2⁸⁰.
//!
//! Software AES: constant time by bit slicing, about 40 MB/s in WebAssembly. A host may lend its own, which is
//! given the key of one entry, and never the one that it is derived from.

#![forbid(unsafe_code)]

use std::rc::Rc;

use aes_gcm::aead::array::Array;
use aes_gcm::aead::inout::InOutBuf;
use aes_gcm::aes::Aes256;
use aes_gcm::aes::cipher::BlockCipherEncrypt;
use aes_gcm::{AeadInOut, Aes256Gcm, KeyInit};
use zeroize::Zeroizing;

use super::error::{Error, ErrorKind, Result};

/// The length of a nonce, in bytes.
pub const NONCE_LENGTH: usize = 24;
/// The length of the tag after each ciphertext, in bytes.
pub const TAG_LENGTH: usize = 16;

/// Where nonces come from: the one source of randomness of the codec, given by the caller.
pub trait Random {
    /// Fills `bytes` from a cryptographically secure source.
    fn fill(&mut self, bytes: &mut [u8]);
}

/// From so many bytes on the cipher of the host is faster, the call of it included.
const HOSTED_FROM: usize = 256;

/// AES-256-GCM of the program around the core, which may have instructions for it. Both answer whether they did
/// it; where they did not, they have changed nothing, and the core's own cipher has the word.
pub trait HostCipher {
    /// Encrypts `bytes` in place, and gives the tag.
    fn seal(
        &self,
        key: &[u8; 32],
        nonce: &[u8; 12],
        associated: &[u8],
        bytes: &mut [u8],
        tag: &mut [u8; TAG_LENGTH],
    ) -> bool;

    /// Decrypts ciphertext and tag into as many bytes as the ciphertext has.
    fn open(
        &self,
        key: &[u8; 32],
        nonce: &[u8; 12],
        associated: &[u8],
        sealed: &[u8],
        opened: &mut [u8],
    ) -> bool;
}

/// One 256-bit key, ready to derive the keys of entries. Wiped on drop.
pub struct Xaes256Gcm {
    host: Option<Rc<dyn HostCipher>>,
    cipher: Box<Aes256>,
    /// The CMAC subkey for messages of whole blocks.
    subkey: Zeroizing<[u8; 16]>,
}

impl Xaes256Gcm {
    /// Expands `key`. Where there is a `host`, that seals and opens what is not small.
    #[must_use]
    pub fn new(key: &[u8; 32], host: Option<Rc<dyn HostCipher>>) -> Self {
        let cipher = Box::new(Aes256::new(key.into()));
        let mut zeros = Zeroizing::new([0; 16]);
        cipher.encrypt_block((&mut *zeros).into());
        // Doubling in GF(2¹²⁸), without a branch on the secret top bit.
        let value = u128::from_be_bytes(*zeros);
        let doubled = (value << 1) ^ ((value >> 127) * 0x87);
        Self {
            host,
            cipher,
            subkey: Zeroizing::new(doubled.to_be_bytes()),
        }
    }

    /// The host's cipher, where that is to be asked about so many bytes.
    fn host(&self, length: usize) -> Option<&dyn HostCipher> {
        self.host.as_deref().filter(|_| length >= HOSTED_FROM)
    }

    /// The key for one nonce, whose last twelve bytes are the nonce under it.
    pub(crate) fn entry_key(&self, nonce: &[u8; NONCE_LENGTH]) -> Zeroizing<[u8; 32]> {
        let (context, _) = nonce.split_at(12);
        // The cipher takes four blocks as fast as one; the key is the first two.
        let mut blocks = Zeroizing::new([[0; 16]; 4]);
        for (counter, block) in (1u8..).zip(&mut blocks[..2]) {
            block[..4].copy_from_slice(&[0, counter, b'X', 0]);
            block[4..].copy_from_slice(context);
            for (byte, mask) in block.iter_mut().zip(*self.subkey) {
                *byte ^= mask;
            }
        }
        self.cipher
            .encrypt_blocks(Array::cast_slice_from_core_mut(&mut *blocks));
        let mut key = Zeroizing::new([0; 32]);
        key.copy_from_slice(&blocks.as_flattened()[..32]);
        key
    }

    /// Encrypts `bytes[from..]` in place and appends the tag. Refused above 64 GB only.
    pub fn seal(
        &self,
        nonce: &[u8; NONCE_LENGTH],
        associated: &[u8],
        bytes: &mut Vec<u8>,
        from: usize,
    ) -> Result<()> {
        let (key, nonce) = (self.entry_key(nonce), remaining(nonce));
        let length = bytes.len() as u64;
        let plain = bytes.get_mut(from..).unwrap_or_default();
        let mut tag = [0; TAG_LENGTH];
        let host = self.host(plain.len());
        if !host.is_some_and(|host| host.seal(&key, &nonce, associated, plain, &mut tag)) {
            tag = Aes256Gcm::new((&*key).into())
                .encrypt_inout_detached((&nonce).into(), associated, plain.into())
                .map_err(|_| Error::with(ErrorKind::TooLarge, length))?
                .into();
        }
        bytes.extend_from_slice(&tag);
        Ok(())
    }

    /// Decrypts `sealed` (ciphertext and tag) and appends the plaintext to `out`, which grows
    /// once at most and is as it was if the entry does not open.
    pub fn open(
        &self,
        nonce: &[u8; NONCE_LENGTH],
        associated: &[u8],
        sealed: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let (ciphertext, tag) = sealed
            .split_last_chunk::<TAG_LENGTH>()
            .ok_or(Error::with(ErrorKind::Truncated, sealed.len() as u64))?;
        let start = out.len();
        out.try_reserve(ciphertext.len())
            .map_err(|_| Error::with(ErrorKind::Memory, ciphertext.len() as u64))?;
        out.resize(start + ciphertext.len(), 0);
        let (key, nonce) = (self.entry_key(nonce), remaining(nonce));
        let host = self.host(ciphertext.len());
        if host.is_some_and(|host| host.open(&key, &nonce, associated, sealed, &mut out[start..])) {
            return Ok(());
        }
        let cipher = Aes256Gcm::new((&*key).into());
        let opened = InOutBuf::new(ciphertext, &mut out[start..])
            .map_err(|_| Error::from(ErrorKind::DoesNotOpen))
            .and_then(|buffer| {
                cipher
                    .decrypt_inout_detached((&nonce).into(), associated, buffer, tag.into())
                    .map_err(|_| ErrorKind::DoesNotOpen.into())
            });
        if opened.is_err() {
            out.truncate(start);
        }
        opened
    }
}

/// The half of a nonce that the entry's own cipher takes.
fn remaining(nonce: &[u8; NONCE_LENGTH]) -> [u8; 12] {
    core::array::from_fn(|i| nonce[12 + i])
}
