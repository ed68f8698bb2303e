//! A stream → payload.
//!
//! Codes are looked up ten bits at a time, eight for distances. Nothing is believed of a stream: a code that is no prefix code, a distance beyond what there is, one byte too
//! few or too many on either side, and it is refused.

#![forbid(unsafe_code)]

use super::bits::Bits;
use super::block::{ORDER, fixed_litlens};
use super::symbols::{DISTANCES, END, LITLENS};
use super::table::{
    DISTANCE_MEANINGS, KIND_BASE, KIND_END, KIND_LITERAL, KIND_NONE, LITLEN_MEANINGS, Table,
};

const LITLEN_BITS: usize = 10;
const DISTANCE_BITS: usize = 8;
const LENGTH_BITS: usize = 7;

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
