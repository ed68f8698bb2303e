//! Free blocks by length: lists of blocks of about the same length, and which are not empty.
//!
//! 32 lists for each power of two, below 64 bytes one for each length: in the two-level scheme
//! of TLSF (Masmano et al., *TLSF: a new dynamic memory allocator for real-time systems*,
//! 2004) finding a list takes a few steps, however many blocks there are. The links lie in
//! the free blocks; here is where each list begins.

#![forbid(unsafe_code)]

use super::Address;
use super::block::LONGEST;

const PER_POWER_BITS: u32 = 5;
/// How many lists there are.
pub(super) const BINS: usize = bin(LONGEST) + 1;
const WORDS: usize = BINS.div_ceil(32);

/// The end of a list.
pub(super) const NONE: Address = Address::MAX;

/// Where each list begins.
#[derive(Debug, Clone)]
pub(super) struct Bins {
    first: [Address; BINS],
    taken: [u32; WORDS],
}

/// The list for blocks of this length; a longer block's is the same or a later one.
pub(super) const fn bin(length: usize) -> usize {
    let length = length as u32;
    // At the least, lengths below 2 × 32 are told apart one by one.
    let shift = (length | 1).ilog2().saturating_sub(PER_POWER_BITS);
    ((shift << PER_POWER_BITS) + (length >> shift)) as usize
}

impl Bins {
    pub(super) const fn new() -> Self {
        Self {
            first: [NONE; BINS],
            taken: [0; WORDS],
        }
    }

    /// The first block of a list, or [`NONE`].
    pub(super) const fn first(&self, bin: usize) -> Address {
        self.first[bin]
    }

    pub(super) const fn set_first(&mut self, bin: usize, at: Address) {
        self.first[bin] = at;
        let mask = 1 << (bin % 32);
        if at == NONE {
            self.taken[bin / 32] &= !mask;
        } else {
            self.taken[bin / 32] |= mask;
        }
    }

    /// The first list from `bin` on that is not empty.
    pub(super) fn next_taken(&self, bin: usize) -> Option<usize> {
        let mut mask = u32::MAX << (bin % 32);
        for (at, word) in self.taken.iter().enumerate().skip(bin / 32) {
            if word & mask != 0 {
                return Some(at * 32 + (word & mask).trailing_zeros() as usize);
            }
            mask = u32::MAX;
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_longer_block_is_in_the_same_list_or_a_later_one() {
        let bins: Vec<usize> = (0..=LONGEST).map(bin).collect();
        assert!(bins.windows(2).all(|pair| pair[1] - pair[0] <= 1));
        assert_eq!((bins[16], bins[63], bins[LONGEST]), (16, 63, BINS - 1));
        assert_eq!(bin(228), bin(231));
        assert_ne!(bin(228), bin(232));
    }

    #[test]
    fn the_next_list_that_is_taken_is_found() {
        let mut bins = Bins::new();
        assert_eq!(bins.next_taken(0), None);
        for bin in [3, 40, BINS - 1] {
            bins.set_first(bin, 7);
        }
        assert_eq!(bins.next_taken(0), Some(3));
        assert_eq!(bins.next_taken(3), Some(3));
        assert_eq!(bins.next_taken(4), Some(40));
        bins.set_first(40, NONE);
        assert_eq!(bins.next_taken(4), Some(BINS - 1));
    }
}
