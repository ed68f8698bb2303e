//! The ids in a header that say how to read its payload.

#![forbid(unsafe_code)]

use super::error::{Error, ErrorKind, Result};

/// What turns the bytes of a payload back into a value: ids 1–4 are omnicache's own,
/// 128–255 the application's, the rest reserved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Serializer(u8);

impl Serializer {
    /// No value: a tombstone.
    pub const NONE: Self = Self(0);
    /// A string in UTF-8.
    pub const UTF8: Self = Self(1);
    /// Bytes as they are.
    pub const BYTES: Self = Self(2);
    /// JSON in UTF-8.
    pub const JSON: Self = Self(3);
    /// MessagePack.
    pub const MSGPACK: Self = Self(4);

    /// The serializer of an id; [`ErrorKind::Serializer`] if it is reserved.
    pub const fn from_id(id: u8) -> Result<Self> {
        match id {
            0..=4 | 128..=255 => Ok(Self(id)),
            5..=127 => Err(Error::with(ErrorKind::Serializer, id as u64)),
        }
    }

    /// Its id on the wire.
    #[must_use]
    pub const fn id(self) -> u8 {
        self.0
    }
}

/// How the payload is compressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compression {
    /// Not at all.
    None,
    /// A raw deflate stream (RFC 1951).
    Deflate,
    /// An LZ4 block.
    Lz4,
    /// The id of a dictionary, and a raw deflate stream whose history it is.
    Dictionary,
}

impl Compression {
    /// The compression of an id; [`ErrorKind::Compression`] if there is none.
    pub const fn from_id(id: u8) -> Result<Self> {
        match id {
            0 => Ok(Self::None),
            1 => Ok(Self::Deflate),
            2 => Ok(Self::Lz4),
            3 => Ok(Self::Dictionary),
            _ => Err(Error::with(ErrorKind::Compression, id as u64)),
        }
    }

    /// Its id on the wire.
    #[must_use]
    pub const fn id(self) -> u8 {
        match self {
            Self::None => 0,
            Self::Deflate => 1,
            Self::Lz4 => 2,
            Self::Dictionary => 3,
        }
    }
}
