//! Blocks: symbols in the fixed code or in one made for them, whichever takes fewer bits.

#![forbid(unsafe_code)]

use super::SLACK;
use super::huffman::{MAX_BITS, codes, lengths};
use super::symbols::{
    DISTANCE_BASE, DISTANCE_EXTRA, DISTANCES, END, LENGTH_BASE, LENGTH_EXTRA, LITLENS, Symbol,
    distance_symbol, length_symbol,
};

/// In which order the lengths of the code of lengths are written.
pub const ORDER: [usize; 19] = [
    16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
];
/// The longest code of a length of a code.
const MAX_LENGTH_BITS: usize = 7;
/// A code of its own takes some 40 bytes: no block this short is worth one, in bits.
const SMALL: u32 = 640;

/// Bits of each symbol's code, and the codes.
struct Table<const N: usize> {
    lengths: [u8; N],
    codes: [u16; N],
}

impl<const N: usize> Table<N> {
    const NONE: Self = Self {
        lengths: [0; N],
        codes: [0; N],
    };

    /// The code that is best for these frequencies.
    fn fit(&mut self, frequencies: &[u32; N], most: usize) {
        lengths(frequencies, most, &mut self.lengths);
        codes(&self.lengths, &mut self.codes);
    }

    /// The bits of all symbols that occur so often.
    fn bits(&self, frequencies: &[u32; N]) -> u32 {
        let each = self.lengths.iter().zip(frequencies);
        each.map(|(&bits, &count)| u32::from(bits) * count).sum()
    }
}

/// The codes of a block, and how often each symbol occurs in it.
pub struct Code {
    fixed: (Table<LITLENS>, Table<DISTANCES>),
    own: (Table<LITLENS>, Table<DISTANCES>),
    litlens: [u32; LITLENS],
    distances: [u32; DISTANCES],
}

impl Default for Code {
    fn default() -> Self {
        let mut fixed = (Table::NONE, Table::NONE);
        fixed.0.lengths = fixed_litlens();
        fixed.1.lengths = [5; DISTANCES];
        codes(&fixed.0.lengths, &mut fixed.0.codes);
        codes(&fixed.1.lengths, &mut fixed.1.codes);
        Self {
            fixed,
            own: (Table::NONE, Table::NONE),
            litlens: [0; LITLENS],
            distances: [0; DISTANCES],
        }
    }
}

impl Code {
    /// Forgets the last block.
    pub fn wipe(&mut self) {
        self.own = (Table::NONE, Table::NONE);
        self.litlens.fill(0);
        self.distances.fill(0);
    }

    /// Counts symbols; answers how many bits follow their codes.
    fn count(&mut self, symbols: &[Symbol]) -> u32 {
        self.litlens.fill(0);
        self.distances.fill(0);
        self.litlens[END] = 1;
        let mut extra = 0;
        for symbol in symbols {
            match symbol.parts() {
                Ok(byte) => self.litlens[usize::from(byte)] += 1,
                Err((length, distance)) => {
                    let (length, distance) = (length_symbol(length), distance_symbol(distance));
                    self.litlens[END + 1 + length] += 1;
                    self.distances[distance] += 1;
                    extra += u32::from(LENGTH_EXTRA[length]) + u32::from(DISTANCE_EXTRA[distance]);
                }
            }
        }
        extra
    }
}

/// The lengths of the fixed code of literals and lengths.
pub fn fixed_litlens() -> [u8; LITLENS] {
    core::array::from_fn(|symbol| match symbol {
        0..144 => 8,
        144..256 => 9,
        256..280 => 7,
        _ => 8,
    })
}

/// Writes blocks to the start of a slice.
pub struct BlockWriter<'a> {
    output: &'a mut [u8],
    at: usize,
    /// Bits that are not in `output` yet, the first lowest, and how many.
    bits: u64,
    count: u32,
}

impl<'a> BlockWriter<'a> {
    /// A writer to `output`, of which the last [`SLACK`] bytes are no room.
    pub const fn new(output: &'a mut [u8]) -> Self {
        Self {
            output,
            at: 0,
            bits: 0,
            count: 0,
        }
    }

    /// Appends a block; false where there is no room for it.
    pub fn write(&mut self, symbols: &[Symbol], code: &mut Code, last: bool) -> bool {
        let extra = code.count(symbols);
        let fixed = code.fixed.0.bits(&code.litlens) + code.fixed.1.bits(&code.distances);
        let header = if fixed + extra < SMALL {
            None
        } else {
            code.own.0.fit(&code.litlens, MAX_BITS);
            code.own.1.fit(&code.distances, MAX_BITS);
            let own = code.own.0.bits(&code.litlens) + code.own.1.bits(&code.distances);
            let header = LengthCode::new(&code.own.0.lengths, &code.own.1.lengths);
            (own + header.bits() < fixed).then_some((header, own))
        };
        let bits = 3
            + extra
            + header
                .as_ref()
                .map_or(fixed, |(header, own)| own + header.bits());
        let room = (self.output.len().saturating_sub(SLACK) as u64) * 8;
        if self.at as u64 * 8 + u64::from(self.count + bits) > room {
            return false;
        }
        self.put(u32::from(last), 1);
        let (litlens, distances) = if let Some((header, _)) = header {
            self.put(2, 2);
            header.write(self);
            &code.own
        } else {
            self.put(1, 2);
            &code.fixed
        };
        self.write_symbols(symbols, litlens, distances);
        true
    }

    fn write_symbols(
        &mut self,
        symbols: &[Symbol],
        litlens: &Table<LITLENS>,
        distances: &Table<DISTANCES>,
    ) {
        for symbol in symbols {
            match symbol.parts() {
                Ok(byte) => {
                    let byte = usize::from(byte);
                    self.put(litlens.codes[byte].into(), litlens.lengths[byte].into());
                }
                Err((length, distance)) => {
                    let symbol = length_symbol(length);
                    let at = END + 1 + symbol;
                    let bits = u32::from(litlens.lengths[at]);
                    let more = (length - usize::from(LENGTH_BASE[symbol])) as u32;
                    let coded = u32::from(litlens.codes[at]) | more << bits;
                    self.put(coded, bits + u32::from(LENGTH_EXTRA[symbol]));
                    let symbol = distance_symbol(distance);
                    let bits = u32::from(distances.lengths[symbol]);
                    let more = (distance - usize::from(DISTANCE_BASE[symbol])) as u32;
                    let coded = u32::from(distances.codes[symbol]) | more << bits;
                    self.put(coded, bits + u32::from(DISTANCE_EXTRA[symbol]));
                }
            }
        }
        self.put(litlens.codes[END].into(), litlens.lengths[END].into());
    }

    /// Appends up to 28 bits.
    #[inline]
    fn put(&mut self, value: u32, bits: u32) {
        self.bits |= u64::from(value) << self.count;
        self.count += bits;
        if self.count >= 32 {
            // There is room: the block was measured before.
            if let Some(space) = self.output.get_mut(self.at..self.at + 4) {
                space.copy_from_slice(&(self.bits as u32).to_le_bytes());
            }
            self.at += 4;
            self.bits >>= 32;
            self.count -= 32;
        }
    }

    /// Writes the last bits; answers the length of the stream.
    pub fn finish(self) -> usize {
        let length = self.at + self.count.div_ceil(8) as usize;
        if let Some(space) = self.output.get_mut(self.at..length) {
            space.copy_from_slice(&self.bits.to_le_bytes()[..length - self.at]);
        }
        length
    }
}

/// The two tables of lengths in the form in which they stand before a block: runs, in a code of
/// their own.
struct LengthCode {
    /// Symbols with the bits that follow them in the upper byte.
    runs: [u16; LITLENS + DISTANCES],
    used: usize,
    litlens: usize,
    distances: usize,
    table: Table<19>,
    frequencies: [u32; 19],
    /// How many lengths of `table` are written.
    written: usize,
}

impl LengthCode {
    fn new(litlens: &[u8; LITLENS], distances: &[u8; DISTANCES]) -> Self {
        let end = |lengths: &[u8], least: usize| {
            let last = lengths.iter().rposition(|&bits| bits > 0);
            last.map_or(least, |last| (last + 1).max(least))
        };
        let mut code = Self {
            runs: [0; LITLENS + DISTANCES],
            used: 0,
            litlens: end(litlens, 257),
            distances: end(distances, 1),
            table: Table::NONE,
            frequencies: [0; 19],
            written: 0,
        };
        let mut all = [0; LITLENS + DISTANCES];
        let total = code.litlens + code.distances;
        all[..code.litlens].copy_from_slice(&litlens[..code.litlens]);
        all[code.litlens..total].copy_from_slice(&distances[..code.distances]);
        code.count_runs(&all[..total]);
        code.table.fit(&code.frequencies, MAX_LENGTH_BITS);
        let last = ORDER.iter().rposition(|&at| code.table.lengths[at] > 0);
        code.written = last.map_or(4, |last| (last + 1).max(4));
        code
    }

    fn count_runs(&mut self, mut rest: &[u8]) {
        while let Some(&bits) = rest.first() {
            let run = rest.iter().take_while(|&&other| other == bits).count();
            let taken = match (bits, run) {
                (0, 3..=10) => self.push(17, run - 3, run),
                (0, 11..) => {
                    let run = run.min(138);
                    self.push(18, run - 11, run)
                }
                // The length once, then repeats of 3 to 6.
                (1.., 4..) => {
                    self.push(bits.into(), 0, 1);
                    let run = (run - 1).min(6);
                    1 + self.push(16, run - 3, run)
                }
                _ => self.push(bits.into(), 0, 1),
            };
            rest = &rest[taken..];
        }
    }

    /// Adds a symbol that stands for `taken` lengths; answers that.
    fn push(&mut self, symbol: usize, extra: usize, taken: usize) -> usize {
        self.frequencies[symbol] += 1;
        self.runs[self.used] = (extra << 8 | symbol) as u16;
        self.used += 1;
        taken
    }

    /// How many bits all of it takes.
    fn bits(&self) -> u32 {
        let [.., repeats, zeros, many] = self.frequencies;
        let extra = 2 * repeats + 3 * zeros + 7 * many;
        14 + 3 * self.written as u32 + self.table.bits(&self.frequencies) + extra
    }

    fn write(&self, writer: &mut BlockWriter<'_>) {
        writer.put((self.litlens - 257) as u32, 5);
        writer.put((self.distances - 1) as u32, 5);
        writer.put((self.written - 4) as u32, 4);
        for &at in &ORDER[..self.written] {
            writer.put(self.table.lengths[at].into(), 3);
        }
        for &run in &self.runs[..self.used] {
            let (symbol, extra) = (usize::from(run & 0xFF), u32::from(run >> 8));
            writer.put(
                self.table.codes[symbol].into(),
                self.table.lengths[symbol].into(),
            );
            match symbol {
                16 => writer.put(extra, 2),
                17 => writer.put(extra, 3),
                18 => writer.put(extra, 7),
                _ => {}
            }
        }
    }
}
