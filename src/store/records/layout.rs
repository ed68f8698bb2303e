//! The bytes of a record.
//!
//! ```text
//! deadline               6 bytes: 64ths of a ms, little endian; all ones is for ever
//! length of the key      none up to 62 bytes: it is in the note of the arena's block;
//!                        1 byte up to 318, 2 bytes beyond
//! key
//! value                  all the rest
//! ```

#![forbid(unsafe_code)]

use crate::store::arena::NOTES;

/// The longest key, in bytes.
pub const MAX_KEY: usize = 1 << 16;

/// The bytes of a deadline.
pub(in crate::store) const DEADLINE_BYTES: usize = 6;

/// The last two notes say that the key's length follows, less what the note before can say.
const IN_ONE_BYTE: u8 = NOTES - 2;
const IN_TWO_BYTES: u8 = NOTES - 1;
const LEAST_IN_ONE: usize = IN_ONE_BYTE as usize + 1;
const LEAST_IN_TWO: usize = LEAST_IN_ONE + 256;

/// A record, taken apart.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Record<'a> {
    /// When it expires, in ms.
    pub(in crate::store) deadline: f64,
    pub(in crate::store) key: &'a [u8],
    pub(in crate::store) value: &'a [u8],
}

/// What a record is made from.
#[derive(Debug, Clone, Copy)]
pub(in crate::store) struct Parts<'a> {
    pub(in crate::store) deadline: f64,
    pub(in crate::store) key: &'a [u8],
    /// The value's parts, one behind the other.
    pub(in crate::store) value: &'a [&'a [u8]],
}

/// Deadlines from here on, in ms, are for ever.
const FOR_EVER: f64 = (1u64 << 42) as f64;
/// The parts of a ms in which deadlines are kept.
const PARTS: f64 = 64.0;
/// The bytes of a deadline that is for ever.
const NEVER: [u8; DEADLINE_BYTES] = [0xFF; DEADLINE_BYTES];

/// A deadline as it is kept: no later than it was, and a number.
pub(in crate::store) fn kept(deadline: f64) -> f64 {
    if deadline >= FOR_EVER {
        return f64::INFINITY;
    }
    // Of a number and none, f64::max is the number.
    (deadline * PARTS).floor().max(0.0) / PARTS
}

/// The bytes of a deadline that is `kept` so.
pub(super) fn deadline_bytes(deadline: f64) -> [u8; DEADLINE_BYTES] {
    if deadline >= FOR_EVER {
        return NEVER;
    }
    let [a, b, c, d, e, f, ..] = ((deadline * PARTS) as u64).to_le_bytes();
    [a, b, c, d, e, f]
}

fn read_deadline(bytes: [u8; DEADLINE_BYTES]) -> f64 {
    let [a, b, c, d, e, f] = bytes;
    if bytes == NEVER {
        f64::INFINITY
    } else {
        u64::from_le_bytes([a, b, c, d, e, f, 0, 0]) as f64 / PARTS
    }
}

impl<'a> Record<'a> {
    #[inline]
    pub(super) fn read(note: u8, bytes: &'a [u8]) -> Option<Self> {
        let (deadline, rest) = bytes.split_first_chunk()?;
        let (length, rest) = match note {
            IN_TWO_BYTES => {
                let (length, rest) = rest.split_first_chunk()?;
                (
                    usize::from(u16::from_le_bytes(*length)) + LEAST_IN_TWO,
                    rest,
                )
            }
            IN_ONE_BYTE => {
                let (length, rest) = rest.split_first()?;
                (usize::from(*length) + LEAST_IN_ONE, rest)
            }
            note => (usize::from(note) + 1, rest),
        };
        let (key, value) = rest.split_at_checked(length)?;
        Some(Self {
            deadline: read_deadline(*deadline),
            key,
            value,
        })
    }
}

/// Whether two keys are the same. In WebAssembly `==` goes byte by byte.
#[inline]
pub(super) fn same(one: &[u8], other: &[u8]) -> bool {
    if one.len() != other.len() {
        return false;
    }
    let (lanes, rest) = one.as_chunks::<8>();
    let (other_lanes, other_rest) = other.as_chunks();
    let lane = |bytes: &[u8; 8]| u64::from_le_bytes(*bytes);
    let mut pairs = lanes.iter().zip(other_lanes);
    pairs.all(|(one, other)| lane(one) == lane(other))
        && match (one.last_chunk(), other.last_chunk()) {
            // The last eight, of which some were compared before.
            (Some(one), Some(other)) => lane(one) == lane(other),
            _ => rest == other_rest,
        }
}

impl Record<'_> {
    /// The bytes of key and value.
    pub(super) const fn payload(&self) -> usize {
        self.key.len() + self.value.len()
    }
}

impl Parts<'_> {
    /// The arena's note, and how many bytes beside it tell the key's length.
    pub(super) const fn note(&self) -> (u8, usize) {
        match self.key.len() {
            LEAST_IN_TWO.. => (IN_TWO_BYTES, 2),
            LEAST_IN_ONE.. => (IN_ONE_BYTE, 1),
            length => (length.wrapping_sub(1) as u8, 0),
        }
    }

    /// The bytes of key and value.
    pub(in crate::store) fn payload(&self) -> usize {
        self.value
            .iter()
            .fold(self.key.len(), |sum, part| sum.saturating_add(part.len()))
    }

    /// Writes it into a record of the right length.
    pub(super) fn write(&self, record: &mut [u8]) {
        let prefix = match self.note() {
            (_, 2) => ((self.key.len() - LEAST_IN_TWO) as u16).to_le_bytes(),
            _ => [self.key.len().wrapping_sub(LEAST_IN_ONE) as u8, 0],
        };
        let deadline = deadline_bytes(self.deadline);
        let head = [&deadline[..], &prefix[..self.note().1], self.key];
        let mut rest = record;
        for part in head.iter().chain(self.value) {
            let (place, behind) = rest.split_at_mut(part.len());
            copy(place, part);
            rest = behind;
        }
    }
}

/// Copies bytes to as many. In WebAssembly `copy_from_slice` leaves it for a function of the host's:
/// up to 32 bytes, as many as most keys have, a few words are copied in less time than that takes.
#[inline]
fn copy(to: &mut [u8], from: &[u8]) {
    match from.len() {
        1 => to[0] = from[0],
        // Words that overlap copy some bytes twice.
        length @ 4..8 => {
            for at in [0, length - 4] {
                copy_word::<4>(to, from, at);
            }
        }
        length @ 8..=32 => {
            let last = length - 8;
            for at in [0, last.min(8), last.min(16), last] {
                copy_word::<8>(to, from, at);
            }
        }
        _ => to.copy_from_slice(from),
    }
}

#[inline]
fn copy_word<const N: usize>(to: &mut [u8], from: &[u8], at: usize) {
    if let (Some(to), Some(from)) = (to[at..].first_chunk_mut::<N>(), from[at..].first_chunk()) {
        *to = *from;
    }
}
