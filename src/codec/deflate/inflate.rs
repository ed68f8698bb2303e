//! A stream → payload.
//!
//! Codes are looked up ten bits at a time (eight for distances): an entry has all that its symbol
//! means, so that one look is enough. Longer codes are rare, and are read bit by bit. Nothing is
//! believed of a stream: a code that is no prefix code, a distance beyond what there is, one byte too
//! few or too many on either side, and it is refused.

#![forbid(unsafe_code)]

use super::block::{ORDER, fixed_litlens};
use super::huffman::MAX_BITS;
use super::symbols::{
    DISTANCE_BASE, DISTANCE_EXTRA, DISTANCES, END, LENGTH_BASE, LENGTH_EXTRA, LITLENS,
};

const LITLEN_BITS: usize = 10;
const DISTANCE_BITS: usize = 8;
const LENGTH_BITS: usize = 7;

/// What a code means: the bits of the code, those that follow it, its kind, and above them its value:
/// a byte, the base of a length or of a distance.
#[derive(Clone, Copy)]
struct Entry(u32);

const KIND_NONE: u32 = 0;
const KIND_LITERAL: u32 = 1 << 12;
const KIND_BASE: u32 = 2 << 12;
const KIND_END: u32 = 3 << 12;
const KIND_LONG: u32 = 4 << 12;

impl Entry {
    const NONE: Self = Self(KIND_NONE);
    const LONG: Self = Self(KIND_LONG);

    const fn new(kind: u32, value: u32, extra: u8) -> Self {
        Self(value << 16 | kind | (extra as u32) << 8)
    }

    const fn with_bits(self, bits: usize) -> Self {
        Self(self.0 | bits as u32)
    }

    const fn bits(self) -> u32 {
        self.0 & 0xFF
    }

    const fn extra(self) -> u32 {
        self.0 >> 8 & 0xF
    }

    const fn kind(self) -> u32 {
        self.0 & 0x7000
    }

    const fn value(self) -> usize {
        (self.0 >> 16) as usize
    }
}

/// What each symbol for a literal, the end or a length means.
static LITLEN_MEANINGS: [Entry; LITLENS] = {
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
static DISTANCE_MEANINGS: [Entry; DISTANCES] = {
    let mut all = [Entry::NONE; DISTANCES];
    let mut at = 0;
    while at < DISTANCE_BASE.len() {
        all[at] = Entry::new(KIND_BASE, DISTANCE_BASE[at] as u32, DISTANCE_EXTRA[at]);
        at += 1;
    }
    all
};

/// A prefix code: a table of its shorter codes, and what it takes to read the longer ones.
struct Table<const SIZE: usize> {
    entries: [Entry; SIZE],
    counts: [u16; MAX_BITS + 1],
    /// Symbols by the length of their codes, then by number.
    sorted: [u16; LITLENS],
    meanings: &'static [Entry],
}

impl<const SIZE: usize> Table<SIZE> {
    const BITS: usize = SIZE.ilog2() as usize;

    const fn new(meanings: &'static [Entry]) -> Self {
        Self {
            entries: [Entry::NONE; SIZE],
            counts: [0; MAX_BITS + 1],
            sorted: [0; LITLENS],
            meanings,
        }
    }

    /// Makes the table of a code; false where the lengths are none of a prefix code. A code may be
    /// empty, or have one symbol of one bit, where a block needs no more.
    fn build(&mut self, lengths: &[u8]) -> bool {
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

    /// Fills the table. Codes are counted up from the shortest; their bits come first bit lowest.
    fn fill(&mut self, incomplete: bool) {
        if incomplete {
            self.entries.fill(Entry::NONE);
        }
        let (mut code, mut place) = (0_u32, 0);
        for bits in 1..=MAX_BITS {
            for _ in 0..self.counts[bits] {
                let reversed = (code.reverse_bits() >> (32 - bits)) as usize;
                if bits <= Self::BITS {
                    let symbol = self.sorted[place];
                    let entry = self.meanings[usize::from(symbol)].with_bits(bits);
                    for slot in self.entries[reversed..].iter_mut().step_by(1 << bits) {
                        *slot = entry;
                    }
                } else {
                    self.entries[reversed & (SIZE - 1)] = Entry::LONG;
                }
                code += 1;
                place += 1;
            }
            code <<= 1;
        }
    }

    /// The entry of the code that `bits` begin with.
    #[inline]
    fn look_up(&self, bits: u64) -> Entry {
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

type Codes = (Table<{ 1 << LITLEN_BITS }>, Table<{ 1 << DISTANCE_BITS }>);

fn empty_codes() -> Box<Codes> {
    Box::new((Table::new(&LITLEN_MEANINGS), Table::new(&DISTANCE_MEANINGS)))
}

/// Reads deflate streams. Its tables are 13 KB, made at first use and then used again.
#[derive(Default)]
pub struct Inflater {
    fixed: Option<Box<Codes>>,
    own: Option<Box<Codes>>,
}

impl Inflater {
    /// Fills `output` with what comes out of `stream`, before which there was `history`; answers
    /// whether that was exactly so much and the stream ended with its last byte.
    pub fn decompress(&mut self, stream: &[u8], history: &[u8], output: &mut [u8]) -> bool {
        let mut bits = Bits::new(stream);
        let mut written = Output {
            bytes: output,
            history,
            at: 0,
        };
        loop {
            bits.refill();
            let last = bits.take(1) == 1;
            let read = match bits.take(2) {
                0 => stored(&mut bits, &mut written),
                1 => self.fixed_block(&mut bits, &mut written),
                2 => self.own_block(&mut bits, &mut written),
                _ => None,
            };
            if read.is_none() || bits.is_beyond() {
                return false;
            }
            if last {
                return written.at == written.bytes.len() && bits.is_at_end();
            }
        }
    }

    fn fixed_block(&mut self, bits: &mut Bits<'_>, output: &mut Output<'_>) -> Option<()> {
        let codes = self.fixed.get_or_insert_with(|| {
            let mut codes = empty_codes();
            codes.0.build(&fixed_litlens());
            codes.1.build(&[5; DISTANCES]);
            codes
        });
        compressed(bits, codes, output)
    }

    fn own_block(&mut self, bits: &mut Bits<'_>, output: &mut Output<'_>) -> Option<()> {
        let codes = self.own.get_or_insert_with(empty_codes);
        read_codes(bits, codes)?;
        compressed(bits, codes, output)
    }
}

/// Reads the codes that stand before a block.
fn read_codes(bits: &mut Bits<'_>, codes: &mut Codes) -> Option<()> {
    let litlens = bits.take(5) + 257;
    let distances = bits.take(5) + 1;
    let written = bits.take(4) + 4;
    if litlens > 286 || distances > 30 {
        return None;
    }
    let mut lengths = [0; ORDER.len()];
    for &at in &ORDER[..written] {
        bits.refill();
        lengths[at] = bits.take(3) as u8;
    }
    let mut table = Table::<{ 1 << LENGTH_BITS }>::new(&LITLEN_MEANINGS);
    if !table.build(&lengths) {
        return None;
    }
    let mut all = [0; LITLENS + DISTANCES];
    let all = &mut all[..litlens + distances];
    let mut at = 0;
    while at < all.len() {
        bits.refill();
        let entry = table.look_up(bits.buffer);
        if entry.kind() == KIND_NONE {
            return None;
        }
        bits.drop(entry.bits());
        let (bits, run) = match entry.value() {
            16 => (*all.get(at.checked_sub(1)?)?, bits.take(2) + 3),
            17 => (0, bits.take(3) + 3),
            18 => (0, bits.take(7) + 11),
            bits => (bits as u8, 1),
        };
        all.get_mut(at..at + run)?.fill(bits);
        at += run;
    }
    let (litlens, distances) = all.split_at(litlens);
    // Without a code for its end a block has none.
    let whole = litlens[END] > 0 && codes.0.build(litlens) && codes.1.build(distances);
    whole.then_some(())
}

/// Copies a block that is not compressed.
fn stored(bits: &mut Bits<'_>, output: &mut Output<'_>) -> Option<()> {
    let rest = bits.rest_of_bytes()?;
    let (head, rest) = rest.split_first_chunk::<4>()?;
    let [a, b, c, d] = *head;
    let length = u16::from_le_bytes([a, b]);
    if length != !u16::from_le_bytes([c, d]) {
        return None;
    }
    let length = usize::from(length);
    let block = rest.get(..length)?;
    output
        .bytes
        .get_mut(output.at..output.at + length)?
        .copy_from_slice(block);
    output.at += length;
    bits.skip_to(rest.len() - length);
    Some(())
}

/// Reads the symbols of a block up to its end.
fn compressed(
    bits: &mut Bits<'_>,
    (litlens, distances): &Codes,
    output: &mut Output<'_>,
) -> Option<()> {
    loop {
        bits.refill();
        let mut entry = litlens.look_up(bits.buffer);
        // A refill has 56 bits: three literals of 15 at the most, and what comes then is refilled.
        for _ in 0..2 {
            if entry.kind() != KIND_LITERAL {
                break;
            }
            bits.drop(entry.bits());
            output.literal(entry.value() as u8)?;
            entry = litlens.look_up(bits.buffer);
        }
        match entry.kind() {
            KIND_LITERAL => {
                bits.drop(entry.bits());
                output.literal(entry.value() as u8)?;
            }
            KIND_BASE => {
                bits.drop(entry.bits());
                let length = entry.value() + bits.take(entry.extra());
                bits.refill();
                let entry = distances.look_up(bits.buffer);
                if entry.kind() != KIND_BASE {
                    return None;
                }
                bits.drop(entry.bits());
                let distance = entry.value() + bits.take(entry.extra());
                output.copy(distance, length)?;
            }
            KIND_END => {
                bits.drop(entry.bits());
                return Some(());
            }
            _ => return None,
        }
    }
}

/// What has come out so far, and what was before it.
struct Output<'a> {
    bytes: &'a mut [u8],
    history: &'a [u8],
    at: usize,
}

impl Output<'_> {
    #[inline]
    fn literal(&mut self, byte: u8) -> Option<()> {
        *self.bytes.get_mut(self.at)? = byte;
        self.at += 1;
        Some(())
    }

    /// Repeats `length` bytes from `distance` back.
    #[inline]
    fn copy(&mut self, distance: usize, length: usize) -> Option<()> {
        let end = self.at + length;
        if end > self.bytes.len() {
            return None;
        }
        let Some(mut from) = self.at.checked_sub(distance) else {
            return self.copy_from_history(distance, length);
        };
        if distance >= 8 && end + 8 <= self.bytes.len() {
            // Eight bytes at a time, the last ones too many: they are overwritten later.
            let mut at = self.at;
            while at < end {
                let chunk: [u8; 8] = *self.bytes.get(from..)?.first_chunk()?;
                *self.bytes.get_mut(at..)?.first_chunk_mut()? = chunk;
                (from, at) = (from + 8, at + 8);
            }
        } else {
            for at in self.at..end {
                self.bytes[at] = self.bytes[from];
                from += 1;
            }
        }
        self.at = end;
        Some(())
    }

    /// The same where it begins before the first byte.
    fn copy_from_history(&mut self, distance: usize, length: usize) -> Option<()> {
        let before = distance - self.at;
        let start = self.history.len().checked_sub(before)?;
        let taken = length.min(before);
        let source = &self.history[start..start + taken];
        self.bytes[self.at..self.at + taken].copy_from_slice(source);
        self.at += taken;
        if taken < length {
            return self.copy(distance, length - taken);
        }
        Some(())
    }
}

/// The bits of a stream, the first lowest. Behind its end there are zeros.
struct Bits<'a> {
    stream: &'a [u8],
    at: usize,
    buffer: u64,
    count: u32,
}

impl<'a> Bits<'a> {
    const fn new(stream: &'a [u8]) -> Self {
        Self {
            stream,
            at: 0,
            buffer: 0,
            count: 0,
        }
    }

    /// Makes `buffer` have 56 bits at least.
    #[inline]
    fn refill(&mut self) {
        if let Some(word) = self.stream.get(self.at..).and_then(<[u8]>::first_chunk) {
            self.buffer |= u64::from_le_bytes(*word) << self.count;
            self.at += (63 - self.count as usize) / 8;
            self.count |= 56;
        } else {
            self.refill_at_end();
        }
    }

    #[cold]
    fn refill_at_end(&mut self) {
        while self.count < 56 {
            let byte = self.stream.get(self.at).copied().unwrap_or(0);
            self.buffer |= u64::from(byte) << self.count;
            self.at += 1;
            self.count += 8;
        }
    }

    /// The next bits, as a number; there are so many in the buffer.
    #[inline]
    fn take(&mut self, bits: u32) -> usize {
        let taken = self.buffer & ((1 << bits) - 1);
        self.drop(bits);
        taken as usize
    }

    #[inline]
    fn drop(&mut self, bits: u32) {
        self.buffer >>= bits;
        self.count -= bits;
    }

    /// Where the byte of the next bit is, the bits of a byte that was begun left out.
    fn next_byte(&self) -> usize {
        self.at - self.count as usize / 8
    }

    /// Whether more was taken than there is.
    fn is_beyond(&self) -> bool {
        self.next_byte() > self.stream.len()
    }

    /// Whether the last byte is the one that the last bit came from.
    fn is_at_end(&self) -> bool {
        self.next_byte() == self.stream.len()
    }

    /// The bytes behind the one that was begun.
    fn rest_of_bytes(&self) -> Option<&'a [u8]> {
        self.stream.get(self.next_byte()..)
    }

    /// Goes on where so many bytes are left.
    fn skip_to(&mut self, left: usize) {
        self.at = self.stream.len() - left;
        (self.buffer, self.count) = (0, 0);
    }
}
