//! A block: the head that every run of bytes in a segment begins with.
//!
//! ```text
//! bits 0–21   the block's length in bytes, head included
//! bits 22–23  slack: how many bytes at its end are in no use
//! bit  24     the block is free
//! bit  25     the block before it is free
//! bits 26–31  a note of its owner's
//! ```
//!
//! A free block ends with a copy of its head (Knuth, *The Art of Computer Programming* 1,
//! 2.5, boundary tags), so that whoever is freed behind it finds where it begins. One of 16
//! bytes or more is in a list, and has the addresses of the next and the one before behind
//! its head. Shorter ones wait for a neighbour. Two free blocks are never neighbours.

#![forbid(unsafe_code)]

/// The bytes of a head.
pub(crate) const HEAD_BYTES: usize = size_of::<u32>();
/// The longest block, and so the longest segment. With the allocator's own bytes it fits into
/// 64 pages of WebAssembly.
pub(super) const LONGEST: usize = (1 << LENGTH_BITS) - 16;
/// The shortest block that can be in a list.
pub(super) const LISTED: usize = 4 * size_of::<u32>();
/// The most bytes in no use at the end of a block.
pub(super) const MOST_SLACK: usize = 3;
/// The notes that a head has room for.
pub(crate) const NOTES: u8 = 64;

const LENGTH_BITS: u32 = 22;
const LENGTH_MASK: u32 = (1 << LENGTH_BITS) - 1;
const FREE: u32 = 1 << 24;
const AFTER_FREE: u32 = 1 << 25;

/// The head of a block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Head(u32);

impl Head {
    /// The head of a block in use, behind one in use.
    pub(super) const fn used(length: usize, slack: usize, note: u8) -> Self {
        Self(length as u32 | (slack as u32) << LENGTH_BITS | (note as u32) << 26)
    }

    /// The head of a free block; the one before it is in use.
    pub(super) const fn free(length: usize) -> Self {
        Self(length as u32 | FREE)
    }

    pub(super) fn read(bytes: &[u8], at: usize) -> Self {
        Self(word(bytes, at))
    }

    pub(super) fn write(self, bytes: &mut [u8], at: usize) {
        set_word(bytes, at, self.0);
    }

    /// The length of the block, head and slack included.
    pub(super) const fn length(self) -> usize {
        (self.0 & LENGTH_MASK) as usize
    }

    /// Where its owner's bytes end, from its beginning on.
    pub(super) const fn end(self) -> usize {
        self.length() - (self.0 >> LENGTH_BITS & MOST_SLACK as u32) as usize
    }

    pub(super) const fn is_free(self) -> bool {
        self.0 & FREE != 0
    }

    pub(super) const fn is_after_free(self) -> bool {
        self.0 & AFTER_FREE != 0
    }

    /// The same with another word on the block before.
    pub(super) const fn after_free(self, free: bool) -> Self {
        if free {
            Self(self.0 | AFTER_FREE)
        } else {
            Self(self.0 & !AFTER_FREE)
        }
    }

    pub(super) const fn note(self) -> u8 {
        (self.0 >> 26) as u8
    }
}

/// Writes a free block; the one before it is in use. Of length 4 it is all head.
pub(super) fn write_free(bytes: &mut [u8], at: usize, length: usize) {
    Head::free(length).write(bytes, at);
    Head::free(length).write(bytes, at + length - HEAD_BYTES);
    set_after_free(bytes, at + length, true);
}

/// Tells the block at `at`, if there is one, whether the one before it is free.
pub(super) fn set_after_free(bytes: &mut [u8], at: usize, free: bool) {
    if at < bytes.len() {
        Head::read(bytes, at).after_free(free).write(bytes, at);
    }
}

/// Where the free block begins that ends at `at`.
pub(super) fn start_of_free(bytes: &[u8], at: usize) -> usize {
    at - Head::read(bytes, at - HEAD_BYTES).length()
}

/// The four bytes at `at` as a number.
pub(super) fn word(bytes: &[u8], at: usize) -> u32 {
    match bytes.get(at..).and_then(<[u8]>::first_chunk) {
        Some(word) => u32::from_le_bytes(*word),
        None => 0,
    }
}

/// Writes a number into the four bytes at `at`.
pub(super) fn set_word(bytes: &mut [u8], at: usize, value: u32) {
    if let Some(word) = bytes.get_mut(at..).and_then(<[u8]>::first_chunk_mut) {
        *word = value.to_le_bytes();
    }
}
