//! What encrypted regions are indexed by: keyed hashes of keys and tags.
//!
//! In L1 and L2 an encrypted region's entry lies under HMAC-SHA-256 of its key, made with an
//! index key that is derived from a secret of its own. That secret does not rotate with the
//! key ring: if it did, every entry would be lost at each rotation. Each input begins with
//! a byte that says whether it is a key or a tag, and the region's length, so that no two
//! different things are ever hashed as the same bytes.

#![forbid(unsafe_code)]

use core::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::error::{Error, ErrorKind, Result};

/// The length of a stored key or tag, in bytes.
pub const STORED_LENGTH: usize = 32;

/// Separates this use of the secret from any other.
const LABEL: &[u8] = b"omnicache index key v1";

/// What hashes keys and tags, its key already taken in: that is half of the work. Wiped on drop.
pub struct IndexKey(Box<Hmac<Sha256>>);

impl IndexKey {
    /// Derives the index key from a secret of 32 bytes ([`ErrorKind::KeyLength`] otherwise).
    pub fn derive(secret: &[u8]) -> Result<Self> {
        let secret = <&[u8; 32]>::try_from(secret)
            .map_err(|_| Error::with(ErrorKind::KeyLength, secret.len() as u64))?;
        let key = Zeroizing::new(hash(&keyed(secret), &[LABEL]));
        Ok(Self(Box::new(keyed(&key))))
    }

    /// What the entry of `key` is stored under.
    #[must_use]
    pub fn stored_key(&self, region: &str, key: &[u8]) -> [u8; STORED_LENGTH] {
        self.stored(b"k", region, key)
    }

    /// What `tag` is stored as.
    #[must_use]
    pub fn stored_tag(&self, region: &str, tag: &[u8]) -> [u8; STORED_LENGTH] {
        self.stored(b"t", region, tag)
    }

    fn stored(&self, what: &[u8; 1], region: &str, name: &[u8]) -> [u8; STORED_LENGTH] {
        let length = (region.len() as u32).to_be_bytes();
        hash(&self.0, &[what, &length, region.as_bytes(), name])
    }
}

/// HMAC-SHA-256 under `key`. It pads a key to a block of 64 bytes with zeros; doing so here chooses the
/// constructor that cannot fail.
#[inline(never)]
fn keyed(key: &[u8; 32]) -> Hmac<Sha256> {
    let mut block = Zeroizing::new([0; 64]);
    block[..32].copy_from_slice(key);
    Hmac::new((&*block).into())
}

#[inline(never)]
fn hash(keyed: &Hmac<Sha256>, parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = keyed.clone();
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

impl fmt::Debug for IndexKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("IndexKey([redacted])")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index() -> IndexKey {
        IndexKey::derive(&[7; 32]).expect("an index key")
    }

    #[test]
    fn hmac_sha_256_has_the_published_value() {
        // RFC 4231, test case 2, whose key is four bytes: zeros up to the block say the same.
        let mut key = [0; 32];
        key[..4].copy_from_slice(b"Jefe");
        let hex: String = hash(&keyed(&key), &[b"what do ya want ", b"for nothing?"])
            .iter()
            .map(|b| format!("{b:02x}"))
            .collect();
        assert_eq!(
            hex,
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
    }

    #[test]
    fn region_key_and_purpose_are_never_confused() {
        let (index, index_again) = (index(), index());
        let stored = [
            index.stored_key("ab", b"c"),
            index.stored_key("a", b"bc"),
            index.stored_tag("ab", b"c"),
            index.stored_key("", b"abc"),
            IndexKey::derive(&[8; 32])
                .expect("an index key")
                .stored_key("ab", b"c"),
        ];
        for (i, a) in stored.iter().enumerate() {
            assert!(stored[i + 1..].iter().all(|b| a != b));
        }
        assert_eq!(stored[0], index_again.stored_key("ab", b"c"));
    }

    #[test]
    fn a_secret_of_another_length_is_refused_and_no_secret_is_shown() {
        let error = IndexKey::derive(&[1; 31]).expect_err("refused");
        assert_eq!(error.kind, ErrorKind::KeyLength);
        assert_eq!(format!("{:?}", index()), "IndexKey([redacted])");
    }
}
