//! The key ring: one key writes, all of them read.
//!
//! A key is known by its id, which travels in the clear in each sealed entry, so that a
//! reader finds the right key at once and can name the one it lacks. Keys are expanded
//! when the ring is made, wiped when it is dropped, and never shown.

#![forbid(unsafe_code)]

use core::fmt;
use std::rc::Rc;

use super::error::{Error, ErrorKind, Result};
use super::seal::{HostCipher, Xaes256Gcm};

/// The longest key id, in characters.
pub const KEY_ID_MAX: usize = 32;

/// The name of a key: 1–32 characters of `A–Z a–z 0–9 _ -`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct KeyId {
    length: u8,
    bytes: [u8; KEY_ID_MAX],
}

impl KeyId {
    /// The id of that name; [`ErrorKind::KeyId`] if it is none.
    pub fn new(id: &str) -> Result<Self> {
        Self::from_bytes(id.as_bytes())
    }

    pub(crate) fn from_bytes(id: &[u8]) -> Result<Self> {
        let allowed = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
        let mut bytes = [0; KEY_ID_MAX];
        match bytes.get_mut(..id.len()) {
            Some(space) if !id.is_empty() && id.iter().all(allowed) => space.copy_from_slice(id),
            _ => return Err(Error::with(ErrorKind::KeyId, id.len() as u64)),
        }
        Ok(Self {
            length: id.len() as u8,
            bytes,
        })
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        let bytes = &self.bytes[..usize::from(self.length)];
        // The constructor let only ASCII in.
        core::str::from_utf8(bytes).unwrap_or_default()
    }
}

impl fmt::Debug for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeyId({})", self.as_str())
    }
}

/// The keys of a cache.
pub struct KeyRing {
    /// The first one writes.
    keys: Vec<(KeyId, Xaes256Gcm)>,
}

impl KeyRing {
    /// A ring of `keys` (id, 32 bytes) of which `current` writes. Refused are a malformed or
    /// doubled id, a key of another length, and a `current` that is not among them.
    pub fn new<'a>(
        current: &str,
        keys: impl IntoIterator<Item = (&'a str, &'a [u8])>,
    ) -> Result<Self> {
        Self::hosted(current, keys, None)
    }

    /// As [`new`](Self::new), with the cipher of a host.
    pub fn hosted<'a>(
        current: &str,
        keys: impl IntoIterator<Item = (&'a str, &'a [u8])>,
        host: Option<Rc<dyn HostCipher>>,
    ) -> Result<Self> {
        let current = KeyId::new(current)?;
        let mut ring = Self { keys: Vec::new() };
        for (name, key) in keys {
            let id = KeyId::new(name)?;
            if ring.get(&id).is_some() {
                return Err(ErrorKind::KeyDuplicate.into());
            }
            let key = <&[u8; 32]>::try_from(key)
                .map_err(|_| Error::with(ErrorKind::KeyLength, key.len() as u64))?;
            ring.keys.push((id, Xaes256Gcm::new(key, host.clone())));
        }
        let writer = ring
            .keys
            .iter()
            .position(|(id, _)| *id == current)
            .ok_or(Error::from(ErrorKind::KeyCurrent))?;
        ring.keys.swap(0, writer);
        Ok(ring)
    }

    /// The id of the key that writes.
    #[must_use]
    pub fn current(&self) -> KeyId {
        self.keys[0].0
    }

    /// The key that writes.
    pub(crate) fn writer(&self) -> &Xaes256Gcm {
        &self.keys[0].1
    }

    /// The key of that id, if the ring has it.
    pub(crate) fn get(&self, id: &KeyId) -> Option<&Xaes256Gcm> {
        self.keys
            .iter()
            .find(|(known, _)| known == id)
            .map(|(_, key)| key)
    }
}

impl fmt::Debug for KeyRing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(self.keys.iter().map(|(id, _)| (id.as_str(), "[redacted]")))
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const A: &[u8] = &[1; 32];
    const B: &[u8] = &[2; 32];

    fn refusal<'a>(current: &str, keys: &[(&'a str, &'a [u8])]) -> ErrorKind {
        KeyRing::new(current, keys.iter().copied())
            .expect_err("refused")
            .kind
    }

    #[test]
    fn one_key_writes_and_all_read() {
        let ring = KeyRing::new("k2", [("k1", A), ("k2", B)]).expect("a ring");
        assert_eq!(ring.current().as_str(), "k2");
        assert!(ring.get(&KeyId::new("k1").expect("an id")).is_some());
        assert!(ring.get(&KeyId::new("k3").expect("an id")).is_none());
    }

    #[test]
    fn a_malformed_ring_is_refused_by_reason() {
        assert_eq!(refusal("k", &[]), ErrorKind::KeyCurrent);
        assert_eq!(refusal("k", &[("j", A)]), ErrorKind::KeyCurrent);
        assert_eq!(refusal("k", &[("k", A), ("k", B)]), ErrorKind::KeyDuplicate);
        assert_eq!(refusal("k", &[("k", &A[1..])]), ErrorKind::KeyLength);
        for id in ["", "a b", "ü", "k:1", &"k".repeat(33)] {
            assert_eq!(refusal(id, &[]), ErrorKind::KeyId);
            assert_eq!(refusal("k", &[(id, A)]), ErrorKind::KeyId);
        }
        assert!(KeyRing::new(&"k".repeat(32), [("k".repeat(32).as_str(), A)]).is_ok());
    }

    #[test]
    fn debug_output_shows_no_key() {
        let ring = KeyRing::new("k1", [("k1", A)]).expect("a ring");
        assert_eq!(format!("{ring:?}"), r#"{"k1": "[redacted]"}"#);
    }
}
