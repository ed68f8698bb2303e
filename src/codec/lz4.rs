//! LZ4 blocks by lz4_flex: larger than deflate, and several times as fast.
//!
//! A block has neither a length nor a mark of its end: both are known from outside.

#![forbid(unsafe_code)]

use lz4_flex::block::{
    CompressTable, compress_into_with_table, decompress_into, get_maximum_output_size,
};

/// The most that LZ4 can shrink anything: a byte of a length stands for 255 bytes.
pub const MAX_RATIO: u64 = 255;

/// So many bytes of ones in a row, as a length, are 2³¹ and more: beyond every limit, and where
/// addresses have 32 bits, near to where sums of lengths begin anew at 0.
const LONGEST_LENGTH: usize = (1 << 31) / 255;

/// From this length on the table has 32-bit places.
const LARGE: usize = u16::MAX as usize;

/// Makes LZ4 blocks. The tables are 8 and 16 KB, made at first use and then used again.
#[derive(Default)]
pub struct Lz4 {
    small: Option<CompressTable>,
    large: Option<CompressTable>,
}

/// How many bytes the block of `length` bytes may need.
#[must_use]
pub const fn room(length: usize) -> usize {
    get_maximum_output_size(length)
}

impl Lz4 {
    /// Writes the block of `payload` to the start of `output`; answers its length, or nothing
    /// where `output` has not [`room`] for the worst case.
    pub fn compress(&mut self, payload: &[u8], output: &mut [u8]) -> Option<usize> {
        let table = if payload.len() < LARGE {
            self.small.get_or_insert_with(CompressTable::small)
        } else {
            self.large.get_or_insert_with(CompressTable::large)
        };
        compress_into_with_table(payload, output, table).ok()
    }
}

/// Fills `output` with what comes out of `block`; answers whether that was exactly so much.
#[must_use]
pub fn decompress(block: &[u8], output: &mut [u8]) -> bool {
    !has_endless_length(block)
        && decompress_into(block, output).is_ok_and(|written| written == output.len())
}

/// Whether there is room in `block` for a length that wraps around. Only blocks of 8 MB and more
/// are looked at, and of those no more than a few bytes.
fn has_endless_length(block: &[u8]) -> bool {
    let mut at = LONGEST_LENGTH;
    let mut from = 0;
    // A run from `from` on reaches to `at`: look back from there for its end.
    while let Some(span) = block.get(from..at) {
        match span.iter().rposition(|&byte| byte != 0xFF) {
            None => return true,
            Some(end) => from += end + 1,
        }
        at = from + LONGEST_LENGTH;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_that_would_wrap_around_is_refused() {
        let mut block = vec![0xFF; LONGEST_LENGTH + 1_000];
        assert!(has_endless_length(&block));
        assert!(!decompress(&block, &mut [0; 64]));
        block[1_000] = 0;
        assert!(!has_endless_length(&block[..LONGEST_LENGTH + 1_000]));
        block[999] = 0;
        block[1_000] = 0xFF;
        assert!(has_endless_length(&block));
        assert!(!has_endless_length(&[0xFF; 100]));
        assert!(!has_endless_length(&[]));
    }
}
