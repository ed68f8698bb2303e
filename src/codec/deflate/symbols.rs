//! Lengths and distances as symbols: the tables of RFC 1951, §3.2.5.

#![forbid(unsafe_code)]

/// The symbol that ends a block.
pub const END: usize = 256;
/// How many symbols there are for literals, the end and lengths; 286 and 287 have codes, but no use.
pub const LITLENS: usize = 288;
/// How many symbols there are for distances; 30 and 31 have codes, but no use.
pub const DISTANCES: usize = 32;
/// The shortest and the longest match.
pub const MIN_MATCH: usize = 3;
/// See [`MIN_MATCH`].
pub const MAX_MATCH: usize = 258;

/// The shortest length of each symbol from 257 on.
pub const LENGTH_BASE: [u16; 29] = [
    3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 15, 17, 19, 23, 27, 31, 35, 43, 51, 59, 67, 83, 99, 115, 131,
    163, 195, 227, 258,
];
/// How many bits follow to tell which length it is.
pub const LENGTH_EXTRA: [u8; 29] = [
    0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 4, 4, 5, 5, 5, 5, 0,
];
/// The shortest distance of each symbol.
pub const DISTANCE_BASE: [u16; 30] = [
    1, 2, 3, 4, 5, 7, 9, 13, 17, 25, 33, 49, 65, 97, 129, 193, 257, 385, 513, 769, 1025, 1537,
    2049, 3073, 4097, 6145, 8193, 12289, 16385, 24577,
];
/// How many bits follow to tell which distance it is.
pub const DISTANCE_EXTRA: [u8; 30] = [
    0, 0, 0, 0, 1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9, 10, 10, 11, 11, 12, 12, 13,
    13,
];

/// Which symbol a length has, by length − 3, counted from 257.
const LENGTH_SYMBOL: [u8; 256] = {
    let mut table = [0; 256];
    let mut symbol = 0;
    while symbol < LENGTH_BASE.len() {
        let mut at = LENGTH_BASE[symbol] as usize - MIN_MATCH;
        while at < table.len() {
            table[at] = symbol as u8;
            at += 1;
        }
        symbol += 1;
    }
    table
};

/// A literal, or a match: its length and its distance.
#[derive(Clone, Copy, Default)]
pub struct Symbol(u32);

impl zeroize::DefaultIsZeroes for Symbol {}

impl Symbol {
    /// The byte itself.
    pub const fn literal(byte: u8) -> Self {
        Self(byte as u32)
    }

    /// A match of 3 to 258 bytes, 1 to 32,768 bytes back.
    pub const fn matched(length: usize, distance: usize) -> Self {
        Self(((length - MIN_MATCH + 1) << 16 | (distance - 1)) as u32)
    }

    /// The byte, or the length and the distance.
    #[inline]
    pub const fn parts(self) -> Result<u8, (usize, usize)> {
        match self.0 >> 16 {
            0 => Ok(self.0 as u8),
            length => Err((
                length as usize + MIN_MATCH - 1,
                (self.0 & 0xFFFF) as usize + 1,
            )),
        }
    }
}

/// The index of a length's symbol in [`LENGTH_BASE`].
#[inline]
pub const fn length_symbol(length: usize) -> usize {
    LENGTH_SYMBOL[(length - MIN_MATCH) & 0xFF] as usize
}

/// The index of a distance's symbol in [`DISTANCE_BASE`].
#[inline]
pub const fn distance_symbol(distance: usize) -> usize {
    let from_zero = distance - 1;
    if from_zero < 4 {
        return from_zero;
    }
    let top = from_zero.ilog2() as usize;
    2 * top + (from_zero >> (top - 1) & 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_length_and_distance_lies_in_the_range_of_its_symbol() {
        for length in MIN_MATCH..=MAX_MATCH {
            let symbol = length_symbol(length);
            let base = usize::from(LENGTH_BASE[symbol]);
            assert!((base..base + (1 << LENGTH_EXTRA[symbol])).contains(&length));
        }
        for distance in 1..=32_768 {
            let symbol = distance_symbol(distance);
            let base = usize::from(DISTANCE_BASE[symbol]);
            assert!((base..base + (1 << DISTANCE_EXTRA[symbol])).contains(&distance));
        }
    }
}
