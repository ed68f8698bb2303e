//! Dictionaries: what entries of one shape have in common, kept once instead of in each of them.
//!
//! A dictionary is any bytes, up to 32 KB. It stands before the payload as its history: a deflate
//! stream refers to it as if it had just been written. It is known by four bytes of its hash, which
//! travel in each entry, so that a reader finds the right one, or can say which one it lacks. So
//! several can be read while one writes, and another can take its place at any time.
//!
//! [`train`] makes one from samples.

#![forbid(unsafe_code)]

pub mod train;

use core::fmt;

use sha2::{Digest, Sha256};

use super::deflate::matcher::Chains;
use super::deflate::{Prepared, WINDOW};
use super::error::{Error, ErrorKind, Result};

/// The length of a dictionary's id, in bytes.
pub const ID_LENGTH: usize = 4;
/// The most bytes that a dictionary may have: how far back deflate reaches.
pub const DICTIONARY_MAX: usize = WINDOW;
/// Payloads from this size on are compressed with a dictionary, where there is one to write with.
pub const LEAST: usize = 32;
/// Larger payloads are not: what they have in common with others they have in themselves.
pub const MOST: usize = 8 << 10;

/// The first four bytes of the SHA-256 of a dictionary.
pub type DictionaryId = [u8; ID_LENGTH];

/// One dictionary, ready to be written with and read with.
pub struct Dictionary {
    id: DictionaryId,
    bytes: Box<[u8]>,
    chains: Chains,
}

impl Dictionary {
    /// Gets `bytes` ready. Refused ([`ErrorKind::Dictionary`]): none, and more than
    /// [`DICTIONARY_MAX`].
    pub fn new(bytes: &[u8]) -> Result<Self> {
        if bytes.is_empty() || bytes.len() > DICTIONARY_MAX {
            return Err(Error::with(ErrorKind::Dictionary, bytes.len() as u64));
        }
        let hash: [u8; 32] = Sha256::digest(bytes).into();
        Ok(Self {
            id: core::array::from_fn(|i| hash[i]),
            bytes: bytes.into(),
            chains: Chains::new(bytes),
        })
    }

    /// What it is known by.
    #[must_use]
    pub const fn id(&self) -> DictionaryId {
        self.id
    }

    /// Its bytes.
    #[must_use]
    pub const fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// As the history of a stream to be made.
    pub(crate) const fn prepared(&self) -> Prepared<'_> {
        self.chains.of(&self.bytes)
    }
}

impl fmt::Debug for Dictionary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (id, length) = (u32::from_be_bytes(self.id), self.bytes.len());
        write!(f, "Dictionary({id:08x}, {length} bytes)")
    }
}

/// The dictionaries of a region: all of them read, one may write.
#[derive(Debug, Default)]
pub struct Dictionaries {
    all: Vec<Dictionary>,
    current: Option<usize>,
}

impl Dictionaries {
    /// None at all.
    pub const NONE: &'static Self = {
        static NONE: Dictionaries = Dictionaries::new();
        &NONE
    };

    /// None yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            all: Vec::new(),
            current: None,
        }
    }

    /// Adds a dictionary that reads, and with `writes` also writes from now on. Refused
    /// ([`ErrorKind::Dictionary`]) as by [`Dictionary::new`], and where another one has its id.
    pub fn add(&mut self, bytes: &[u8], writes: bool) -> Result<DictionaryId> {
        let dictionary = Dictionary::new(bytes)?;
        let id = dictionary.id;
        let known = self.all.iter().position(|other| other.id == id);
        let at = match known {
            Some(at) if *self.all[at].bytes == *bytes => at,
            Some(_) => return Err(Error::with(ErrorKind::Dictionary, bytes.len() as u64)),
            None => {
                self.all.push(dictionary);
                self.all.len() - 1
            }
        };
        if writes {
            self.current = Some(at);
        }
        Ok(id)
    }

    /// The one that writes.
    #[must_use]
    pub fn current(&self) -> Option<&Dictionary> {
        self.current.and_then(|at| self.all.get(at))
    }

    /// The one of that id; [`ErrorKind::DictionaryMissing`], with the id, where there is none.
    pub fn get(&self, id: DictionaryId) -> Result<&Dictionary> {
        let missing = Error::with(ErrorKind::DictionaryMissing, u32::from_be_bytes(id).into());
        let found = self.all.iter().find(|dictionary| dictionary.id == id);
        found.ok_or(missing)
    }
}
