//! Why bytes were refused: one error type, one stable name per reason.

#![forbid(unsafe_code)]

use core::fmt;

/// The result of everything in the codec that can refuse its input.
pub type Result<T> = core::result::Result<T, Error>;

/// The reason of a refusal. [`ErrorKind::name`] is stable and fit for a metric's label.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// Fewer bytes than the fixed part of the format needs. Detail: the bytes there are.
    Truncated,
    /// The first two bytes are not `oc`. Detail: those bytes.
    Magic,
    /// A format version that this reader does not know. Detail: the version.
    Version,
    /// Not an entry but something else under the same magic. Detail: the kind.
    Kind,
    /// Unknown flags, or flags that contradict the rest of the header. Detail: the flags.
    Flags,
    /// An unknown serializer id. Detail: the id.
    Serializer,
    /// An unknown compression id. Detail: the id.
    Compression,
    /// Times out of range, or stale-until before fresh-until.
    Times,
    /// A length field that contradicts the bytes that are there. Detail: the length.
    Length,
    /// More bytes than the limit allows. Detail: the declared bytes.
    TooLarge,
    /// A declared length that its compression cannot reach from the bytes there are. Detail:
    /// the length.
    Bomb,
    /// The checksum of a plain entry does not match. Detail: the checksum found.
    Checksum,
    /// A plain entry where only sealed ones are accepted.
    Unsealed,
    /// Sealed under a key that is not in the ring.
    KeyMissing,
    /// Sealed under a key of the ring, but it does not open: altered, moved, or another key.
    DoesNotOpen,
    /// The compressed bytes are not one whole deflate stream of the declared length.
    Inflate,
    /// The compressed bytes are not one whole LZ4 block of the declared length.
    Lz4,
    /// Compressed with a dictionary that the reader does not have. Detail: the id, as a number.
    DictionaryMissing,
    /// Bytes that cannot be a dictionary. Detail: how many.
    Dictionary,
    /// A side block that is not a well-formed list of tags.
    Side,
    /// The allocator refused the memory. Detail: the bytes asked for.
    Memory,
    /// A key id that is not 1–32 characters of `A–Z a–z 0–9 _ -`. Detail: its length.
    KeyId,
    /// A key that is not 32 bytes. Detail: its length.
    KeyLength,
    /// Two keys of one ring with the same id.
    KeyDuplicate,
    /// A key ring without the key that shall write.
    KeyCurrent,
}

impl ErrorKind {
    /// Every kind, in the order of declaration.
    pub const ALL: [Self; 25] = [
        Self::Truncated,
        Self::Magic,
        Self::Version,
        Self::Kind,
        Self::Flags,
        Self::Serializer,
        Self::Compression,
        Self::Times,
        Self::Length,
        Self::TooLarge,
        Self::Bomb,
        Self::Checksum,
        Self::Unsealed,
        Self::KeyMissing,
        Self::DoesNotOpen,
        Self::Inflate,
        Self::Lz4,
        Self::DictionaryMissing,
        Self::Dictionary,
        Self::Side,
        Self::Memory,
        Self::KeyId,
        Self::KeyLength,
        Self::KeyDuplicate,
        Self::KeyCurrent,
    ];

    /// The stable name of the reason: lower case, words joined by hyphens.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Truncated => "truncated",
            Self::Magic => "magic",
            Self::Version => "version",
            Self::Kind => "kind",
            Self::Flags => "flags",
            Self::Serializer => "serializer",
            Self::Compression => "compression",
            Self::Times => "times",
            Self::Length => "length",
            Self::TooLarge => "too-large",
            Self::Bomb => "bomb",
            Self::Checksum => "checksum",
            Self::Unsealed => "unsealed",
            Self::KeyMissing => "key-missing",
            Self::DoesNotOpen => "does-not-open",
            Self::Inflate => "inflate",
            Self::Lz4 => "lz4",
            Self::DictionaryMissing => "dictionary-missing",
            Self::Dictionary => "dictionary",
            Self::Side => "side",
            Self::Memory => "memory",
            Self::KeyId => "key-id",
            Self::KeyLength => "key-length",
            Self::KeyDuplicate => "key-duplicate",
            Self::KeyCurrent => "key-current",
        }
    }
}

/// A refusal: its reason and one number about what was found. It never holds data or keys.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Error {
    /// The reason.
    pub kind: ErrorKind,
    /// What was found; its meaning is told at each [`ErrorKind`], 0 where none is.
    pub detail: u64,
}

impl Error {
    /// An error of `kind` about the number `detail`.
    pub(crate) const fn with(kind: ErrorKind, detail: u64) -> Self {
        Self { kind, detail }
    }
}

impl From<ErrorKind> for Error {
    fn from(kind: ErrorKind) -> Self {
        Self::with(kind, 0)
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.detail {
            0 => f.write_str(self.kind.name()),
            detail => write!(f, "{} ({detail})", self.kind.name()),
        }
    }
}

impl core::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_a_name_of_its_own_fit_for_a_label() {
        for (index, kind) in ErrorKind::ALL.iter().enumerate() {
            assert!(
                kind.name()
                    .bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            );
            assert!(
                ErrorKind::ALL[index + 1..]
                    .iter()
                    .all(|other| other.name() != kind.name())
            );
        }
        assert_eq!(
            Error::with(ErrorKind::Version, 9).to_string(),
            "version (9)"
        );
        assert_eq!(Error::from(ErrorKind::Checksum).to_string(), "checksum");
    }
}
