//! Codes as tables: what the next bits of a stream mean.
//!
//! A table is looked up by as many bits as it is wide. An entry has all that its symbol means, so that
//! one look is enough. Longer codes are rare, and are read bit by bit.

#![forbid(unsafe_code)]

use super::huffman::MAX_BITS;
use super::symbols::{
    DISTANCE_BASE, DISTANCE_EXTRA, DISTANCES, END, LENGTH_BASE, LENGTH_EXTRA, LITLENS,
};

/// What a code means: the bits of the code, those that follow it, its kind, and above them its value:
/// a byte, the base of a length or of a distance.
#[derive(Clone, Copy)]
pub struct Entry(u32);

/// No code, or one without a meaning.
pub const KIND_NONE: u32 = 0;
/// A byte.
pub const KIND_LITERAL: u32 = 1 << 12;
/// A length or a distance.
pub const KIND_BASE: u32 = 2 << 12;
/// The end of the block.
pub const KIND_END: u32 = 3 << 12;
/// A code that is longer than the table's.
pub const KIND_LONG: u32 = 4 << 12;

impl Entry {
    const NONE: Self = Self(KIND_NONE);
    const LONG: Self = Self(KIND_LONG);

    const fn new(kind: u32, value: u32, extra: u8) -> Self {
        Self(value << 16 | kind | (extra as u32) << 8)
    }

    const fn with_bits(self, bits: usize) -> Self {
        Self(self.0 | bits as u32)
    }

    /// How many bits the code has.
    pub const fn bits(self) -> u32 {
        self.0 & 0xFF
    }

    /// How many bits follow it.
    pub const fn extra(self) -> u32 {
        self.0 >> 8 & 0xF
    }

    /// What it stands for: one of the kinds.
    pub const fn kind(self) -> u32 {
        self.0 & 0x7000
    }

    /// A byte, or the base of a length or distance.
    pub const fn value(self) -> usize {
        (self.0 >> 16) as usize
    }
}

/// What each symbol for a literal, the end or a length means.
pub static LITLEN_MEANINGS: [Entry; LITLENS] = {
    let mut all = [Entry::NONE; LITLENS];
    let mut symbol = 0;
    while symbol < END {
        all[symbol] = Entry::new(KIND_LITERAL, symbol as u32, 0);
        symbol += 1;
    }
    all[END] = Entry::new(KIND_END, 0, 0);
    let mut at = 0;
    while at < LENGTH_BASE.len() {
        all[END + 1 + at] = Entry::new(KIND_BASE, LENGTH_BASE[at] as u32, LENGTH_EXTRA[at]);
        at += 1;
    }
    all
};

/// What each symbol for a distance means.
pub static DISTANCE_MEANINGS: [Entry; DISTANCES] = {
    let mut all = [Entry::NONE; DISTANCES];
    let mut at = 0;
    while at < DISTANCE_BASE.len() {
        all[at] = Entry::new(KIND_BASE, DISTANCE_BASE[at] as u32, DISTANCE_EXTRA[at]);
        at += 1;
    }
    all
};

/// A prefix code: a table of its shorter codes, and what it takes to read the longer ones.
pub struct Table<const SIZE: usize> {
    entries: [Entry; SIZE],
    counts: [u16; MAX_BITS + 1],
    /// Symbols by the length of their codes, then by number.
    sorted: [u16; LITLENS],
    meanings: &'static [Entry],
}

impl<const SIZE: usize> Table<SIZE> {
    const BITS: usize = SIZE.ilog2() as usize;

    /// An empty code of symbols with these meanings.
    pub const fn new(meanings: &'static [Entry]) -> Self {
        Self {
            entries: [Entry::NONE; SIZE],
            counts: [0; MAX_BITS + 1],
            sorted: [0; LITLENS],
            meanings,
        }
    }

    /// Makes the table of a code; false where the lengths are none of a prefix code. A code may be
    /// empty, or have one symbol of one bit, where a block needs no more.
    pub fn build(&mut self, lengths: &[u8]) -> bool {
        self.counts = [0; MAX_BITS + 1];
        for &bits in lengths {
            self.counts[usize::from(bits)] += 1;
        }
        self.counts[0] = 0;
        let mut left = 1_i32;
        let mut places = [0; MAX_BITS + 2];
        for bits in 1..=MAX_BITS {
            let count = self.counts[bits];
            left = 2 * left - i32::from(count);
            if left < 0 {
                return false;
            }
            places[bits + 1] = places[bits] + count;
        }
        let used = places[MAX_BITS + 1];
        if left > 0 && (used > 1 || used != self.counts[1]) {
            return false;
        }
        for (symbol, &bits) in (0..).zip(lengths) {
            if bits > 0 {
                let place = &mut places[usize::from(bits)];
                self.sorted[usize::from(*place)] = symbol;
                *place += 1;
            }
        }
        self.fill(left > 0);
        true
    }

    /// Fills the table. Codes are counted up from the shortest; their bits come first bit lowest, so
    /// what is known of codes of `n` bits is twice in a table of `n + 1`.
    fn fill(&mut self, incomplete: bool) {
        if incomplete {
            self.entries.fill(Entry::NONE);
        }
        let (mut code, mut place) = (0_u32, 0);
        for bits in 1..=MAX_BITS {
            if bits <= Self::BITS {
                self.entries.copy_within(..1 << (bits - 1), 1 << (bits - 1));
            }
            let count = usize::from(self.counts[bits]);
            for &symbol in &self.sorted[place..place + count] {
                let reversed = (code.reverse_bits() >> (32 - bits)) as usize;
                self.entries[reversed & (SIZE - 1)] = if bits <= Self::BITS {
                    self.meanings[usize::from(symbol)].with_bits(bits)
                } else {
                    Entry::LONG
                };
                code += 1;
            }
            place += count;
            code <<= 1;
        }
    }

    /// The entry of the code that `bits` begin with.
    #[inline]
    pub fn look_up(&self, bits: u64) -> Entry {
        let entry = self.entries[bits as usize & (SIZE - 1)];
        if entry.kind() == KIND_LONG {
            return self.look_up_long(bits);
        }
        entry
    }

    #[cold]
    fn look_up_long(&self, bits: u64) -> Entry {
        let (mut code, mut first, mut place) = (0_u32, 0_u32, 0_u32);
        for length in 1..=MAX_BITS {
            code |= (bits >> (length - 1)) as u32 & 1;
            let count = u32::from(self.counts[length]);
            if code < first + count {
                let symbol = self.sorted[(place + code - first) as usize];
                return self.meanings[usize::from(symbol)].with_bits(length);
            }
            place += count;
            first = (first + count) << 1;
            code <<= 1;
        }
        Entry::NONE
    }
}
