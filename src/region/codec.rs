//! What one region adds to the codec: its name, options and keys.

#![forbid(unsafe_code)]

use std::rc::Rc;

use crate::codec::hosted::{self, Frame};
use crate::codec::index::STORED_LENGTH;
use crate::codec::{
    Codec, Compression, Context, Dictionaries, DictionaryId, Entry, ErrorKind, Header, IndexKey,
    KeyRing, Opened, Options, Parts, Random, Result, Seal,
};

/// The keys of encrypted regions. Wiped when the last region that shares them is dropped.
#[derive(Debug)]
pub struct Keys {
    /// Seals and opens.
    pub ring: KeyRing,
    /// Makes stored keys. It does not rotate with the ring.
    pub index: IndexKey,
}

/// What a key or tag is stored as: itself, or its HMAC in an encrypted region.
#[derive(Debug, Clone, Copy)]
pub enum StoredKey<'a> {
    /// As the caller gave it.
    Plain(&'a [u8]),
    /// HMAC-SHA-256 of region and name under the index key.
    Hashed([u8; STORED_LENGTH]),
}

impl StoredKey<'_> {
    /// The bytes to store under.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8] {
        match self {
            Self::Plain(key) => key,
            Self::Hashed(hash) => hash,
        }
    }
}

/// The codec's side of one region.
#[derive(Debug)]
pub struct RegionCodec {
    name: String,
    options: Options<'static>,
    dictionaries: Dictionaries,
    keys: Option<Rc<Keys>>,
}

impl RegionCodec {
    /// A region of that name. With `keys` its entries are sealed, and plain ones refused.
    #[must_use]
    pub const fn new(name: String, options: Options<'static>, keys: Option<Rc<Keys>>) -> Self {
        Self {
            name,
            options,
            dictionaries: Dictionaries::new(),
            keys,
        }
    }

    /// Whether entries are sealed.
    #[must_use]
    pub const fn is_encrypted(&self) -> bool {
        self.keys.is_some()
    }

    /// Adds a dictionary that entries are read with, and with `writes` also written with.
    ///
    /// # Errors
    /// As [`Dictionaries::add`].
    pub fn add_dictionary(&mut self, bytes: &[u8], writes: bool) -> Result<DictionaryId> {
        self.dictionaries.add(bytes, writes)
    }

    /// How payloads are stored.
    #[must_use]
    pub fn options(&self) -> Options<'_> {
        Options {
            dictionary: self.dictionaries.current(),
            ..self.options
        }
    }

    /// What the entry of `key` is stored under.
    #[must_use]
    pub fn stored_key<'a>(&self, key: &'a [u8]) -> StoredKey<'a> {
        match &self.keys {
            None => StoredKey::Plain(key),
            Some(keys) => StoredKey::Hashed(keys.index.stored_key(&self.name, key)),
        }
    }

    /// What `tag` is stored as.
    #[must_use]
    pub fn stored_tag<'a>(&self, tag: &'a [u8]) -> StoredKey<'a> {
        match &self.keys {
            None => StoredKey::Plain(tag),
            Some(keys) => StoredKey::Hashed(keys.index.stored_tag(&self.name, tag)),
        }
    }

    /// What it takes to seal the entry of `key`; nothing where entries are plain.
    pub fn seal<'a>(
        &'a self,
        key: &'a [u8],
        stored_key: &'a [u8],
        random: &'a mut dyn Random,
    ) -> Option<Seal<'a>> {
        self.keys.as_ref().map(|keys| Seal {
            ring: &keys.ring,
            region: &self.name,
            stored_key,
            key,
            random,
        })
    }

    /// Where an entry of this region is found, and what is accepted there.
    #[must_use]
    pub fn context<'a>(&'a self, stored_key: &'a [u8]) -> Context<'a> {
        Context {
            region: &self.name,
            stored_key,
            ring: self.keys.as_ref().map(|keys| &keys.ring),
            accept_plain: self.keys.is_none(),
            dictionaries: &self.dictionaries,
            limits: self.options.limits,
            checked: false,
        }
    }

    /// Appends the envelope of an entry to `out`; without `checksum`, a plain one ends in zeros.
    ///
    /// # Errors
    /// As [`Codec::encode`].
    pub fn encode(
        &self,
        codec: &mut Codec,
        key: &[u8],
        entry: &Entry<'_>,
        random: &mut dyn Random,
        checksum: bool,
        out: &mut Vec<u8>,
    ) -> Result<()> {
        let stored = self.stored_key(key);
        let seal = self.seal(key, stored.as_bytes(), random);
        let options = Options {
            checksum,
            ..self.options()
        };
        codec.encode(entry, &options, seal, out)
    }

    /// Checks and opens the envelope that was found for `key`; with `checked`, a plain one is known to have
    /// the right checksum.
    ///
    /// # Errors
    /// As [`Codec::decode`].
    pub fn decode(
        &self,
        codec: &mut Codec,
        key: &[u8],
        envelope: &[u8],
        checked: bool,
        out: &mut Vec<u8>,
    ) -> Result<(Opened, Parts)> {
        let stored = self.stored_key(key);
        let context = Context {
            checked,
            ..self.context(stored.as_bytes())
        };
        codec.decode(envelope, &context, out)
    }

    /// Appends the envelope of the same entry under the current key; answers false where it
    /// is sealed under that already. As by a scan, what the entry is stored under is all
    /// that is known of its key.
    ///
    /// # Errors
    /// As [`Codec::reseal`].
    pub fn reseal(
        &self,
        codec: &mut Codec,
        stored_key: &[u8],
        envelope: &[u8],
        random: &mut dyn Random,
        out: &mut Vec<u8>,
    ) -> Result<bool> {
        let Some(keys) = &self.keys else {
            return Err(ErrorKind::KeyMissing.into());
        };
        codec.reseal(envelope, &self.context(stored_key), &keys.ring, random, out)
    }

    /// As [`RegionCodec::decode`], for an envelope of which only what it is stored under is known.
    ///
    /// # Errors
    /// As [`Codec::decode`].
    pub fn decode_stored(
        &self,
        codec: &mut Codec,
        stored_key: &[u8],
        envelope: &[u8],
        out: &mut Vec<u8>,
    ) -> Result<(Opened, Parts)> {
        codec.decode(envelope, &self.context(stored_key), out)
    }

    /// What a host needs to seal a body that it has compressed so; of `entry`, the payload is left alone.
    /// `original_length` is the payload's. See [`hosted::frame`].
    ///
    /// # Errors
    /// Where the fields are refused.
    pub fn frame(
        &self,
        key: &[u8],
        entry: &Entry<'_>,
        (compression, original_length): (Compression, u32),
        random: &mut dyn Random,
        out: &mut Vec<u8>,
    ) -> Result<Frame> {
        let header = Header {
            fields: *entry.fields,
            compression,
            has_side: !entry.side.is_empty(),
            original_length,
            key_id: self.keys.as_ref().map(|keys| keys.ring.current()),
        };
        let stored = self.stored_key(key);
        hosted::frame(
            &header,
            entry.side,
            self.seal(key, stored.as_bytes(), random),
            out,
        )
    }

    /// What a host needs to open the envelope that begins with `bytes`. See [`hosted::unframe`].
    ///
    /// # Errors
    /// Where the head is refused, or its key is not in the ring.
    pub fn unframe(&self, key: &[u8], bytes: &[u8], out: &mut Vec<u8>) -> Result<(Header, Frame)> {
        let stored = self.stored_key(key);
        hosted::unframe(bytes, &self.context(stored.as_bytes()), out)
    }
}
