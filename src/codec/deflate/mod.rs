//! Raw deflate (RFC 1951), with or without a dictionary before the payload.
//!
//! Our own, because entries are small. What a general library sets up for each stream (tables for
//! a window of 32 KB, a copy of the dictionary) takes longer than the payload of a kilobyte; here
//! tables have the size of the payload, those of a dictionary are made once, and it is never
//! copied. Every other implementation reads the streams, and every stream of theirs is read.
//!
//! | file | what it knows |
//! | --- | --- |
//! | `matcher` | payload → literals and matches, by hash chains |
//! | `block` | these → a block in the shorter of the two codes, and its bits |
//! | `huffman` | how often each symbol occurs → lengths of codes |
//! | `inflate`, `table`, `bits` | a stream → payload |
//! | `symbols` | the tables of RFC 1951, §3.2.5 |

#![forbid(unsafe_code)]

mod bits;
mod block;
mod huffman;
mod inflate;
pub mod matcher;
mod symbols;
mod table;
#[cfg(test)]
mod tests;

pub use inflate::Inflater;
pub use matcher::Prepared;

use block::{BlockWriter, Code};
use matcher::Matcher;
use symbols::Symbol;
use zeroize::Zeroize;

/// The most that deflate can shrink anything: 258 bytes in two bits.
pub const MAX_RATIO: u64 = 1032;
/// How far back a match reaches.
pub const WINDOW: usize = 1 << 15;
/// So many bytes behind the stream may be overwritten: bits are written eight bytes at a time.
pub const SLACK: usize = 8;

/// How many symbols a block has at the most: then the codes are made anew.
const BLOCK_SYMBOLS: usize = 1 << 14;

/// Makes deflate streams. Its memory grows with the payloads, up to 200 KB.
#[derive(Default)]
pub struct Deflater {
    matcher: Matcher,
    symbols: Vec<Symbol>,
    code: Code,
}

impl Deflater {
    /// Writes the stream of `payload` to the start of `output`; answers its length, or nothing
    /// where that is more than `output.len() - SLACK`. Matches may lie in `history`.
    pub fn compress(
        &mut self,
        payload: &[u8],
        history: Option<&Prepared<'_>>,
        output: &mut [u8],
    ) -> Option<usize> {
        self.matcher.begin(payload.len());
        let mut writer = BlockWriter::new(output);
        let mut at = 0;
        loop {
            self.symbols.clear();
            at = self
                .matcher
                .find(payload, at, history, BLOCK_SYMBOLS, &mut self.symbols);
            let last = at == payload.len();
            if !writer.write(&self.symbols, &mut self.code, last) {
                return None;
            }
            if last {
                return Some(writer.finish());
            }
        }
    }

    /// Wipes what is left of the last payload.
    pub fn wipe(&mut self) {
        self.matcher.wipe();
        self.symbols.zeroize();
        self.code.wipe();
    }
}
