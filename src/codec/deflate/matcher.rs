//! Payload → literals and matches, by hash chains (as zlib's `deflate` finds them).
//!
//! The places of the payload with the same hash of three bytes are a chain, the last first; those of
//! a dictionary are one too, made once when it is [`Prepared`]. A match that the next place betters is
//! given up for a literal (lazy matching). Chains are followed for a bounded number of steps.

#![forbid(unsafe_code)]

use super::WINDOW;
use super::symbols::{MAX_MATCH, MIN_MATCH, Symbol};
use zeroize::Zeroize;

/// How many places of the payload's own chain are looked at, and of a dictionary's.
const STEPS: usize = 10;
/// See [`STEPS`].
const HISTORY_STEPS: usize = 24;
/// A match of this length is taken at once.
const NICE: usize = 128;
/// A match of this length is not looked to be bettered.
const LAZY: usize = 32;
/// A match of three bytes from farther away takes more bits than three literals.
const FAR: usize = 4096;
/// Matches begin where four bytes are left: they are read as one number.
const WORD: usize = 4;

/// From which number on places are counted: so 0 is farther away than any match may be.
const BASE: usize = WINDOW + 1;

/// The hash tables of payloads have between 2⁸ and 2¹³ places.
const HASH_BITS: core::ops::RangeInclusive<u32> = 8..=13;
/// Those of dictionaries have 2¹³.
const HISTORY_BITS: u32 = 13;

/// A dictionary with the chains of its places.
pub struct Prepared<'a> {
    bytes: &'a [u8],
    chains: &'a Chains,
}

/// The chains of a dictionary's places. A place is counted from 1; 0 ends a chain.
pub struct Chains {
    heads: Box<[u16]>,
    before: Box<[u16]>,
}

impl Chains {
    /// The chains of `bytes`, of which the last 32 KB count.
    pub fn new(bytes: &[u8]) -> Self {
        let mut heads = vec![0; 1 << HISTORY_BITS].into_boxed_slice();
        let mut before = vec![0; bytes.len()].into_boxed_slice();
        for place in bytes.len().saturating_sub(WINDOW - 1)..bytes.len().saturating_sub(WORD - 1) {
            let head = &mut heads[hash(word(bytes, place), HISTORY_BITS)];
            before[place] = *head;
            *head = place as u16 + 1;
        }
        Self { heads, before }
    }

    /// `bytes`, which these chains were made of, as a history.
    pub const fn of<'a>(&'a self, bytes: &'a [u8]) -> Prepared<'a> {
        Prepared {
            bytes,
            chains: self,
        }
    }
}

/// A match that was found.
#[derive(Clone, Copy, Default)]
struct Match {
    length: usize,
    distance: usize,
}

/// Finds matches. Its tables are 32 and 64 KB at the most.
#[derive(Default)]
pub struct Matcher {
    bits: u32,
    /// The last place of each hash, counted from [`BASE`]; 0 where there is none.
    heads: Vec<u32>,
    /// How far back the place before it in its chain is, by the place's lower bits; 0 ends the chain.
    before: Vec<u16>,
    /// The places before this one are in the chains.
    inserted: usize,
}

impl Matcher {
    /// Gets ready for a payload of `length` bytes.
    pub fn begin(&mut self, length: usize) {
        let bits = usize::BITS - length.leading_zeros();
        self.bits = bits.clamp(*HASH_BITS.start(), *HASH_BITS.end());
        self.heads.clear();
        self.heads.resize(1 << self.bits, 0);
        let places = length.next_power_of_two().min(WINDOW);
        if self.before.len() < places {
            self.before.resize(places, 0);
        }
        self.inserted = 0;
    }

    /// Overwrites what the last payload left.
    pub fn wipe(&mut self) {
        self.heads.zeroize();
        self.before.zeroize();
    }

    /// Appends the symbols of `payload[at..]` to `symbols` until these are `most`; answers how far
    /// it came.
    pub fn find(
        &mut self,
        payload: &[u8],
        mut at: usize,
        history: Option<&Prepared<'_>>,
        most: usize,
        symbols: &mut Vec<Symbol>,
    ) -> usize {
        let end = payload.len().saturating_sub(WORD - 1);
        let mut found = Match::default();
        while at < end && symbols.len() + 1 < most {
            if found.length == 0 {
                found = self.longest(payload, at, 0, history);
            }
            if found.length < MIN_MATCH {
                symbols.push(Symbol::literal(payload[at]));
                at += 1;
                found.length = 0;
                continue;
            }
            if found.length < LAZY && at + 1 < end {
                let better = self.longest(payload, at + 1, found.length, history);
                if better.length > found.length {
                    symbols.push(Symbol::literal(payload[at]));
                    at += 1;
                    found = better;
                    continue;
                }
            }
            symbols.push(Symbol::matched(found.length, found.distance));
            at += found.length;
            found.length = 0;
        }
        if at >= end {
            for &byte in payload.get(at..).unwrap_or_default() {
                symbols.push(Symbol::literal(byte));
            }
            return payload.len();
        }
        at
    }

    /// The longest match of `payload[at..]` that is longer than `least`, or one of no length. The
    /// places before `at` are in the chains afterwards.
    #[inline]
    fn longest(
        &mut self,
        payload: &[u8],
        at: usize,
        least: usize,
        history: Option<&Prepared<'_>>,
    ) -> Match {
        self.insert_up_to(payload, at);
        let start = word(payload, at);
        let mut search = Search::new(&payload[at..], least);
        let mask = self.before.len() - 1;
        let last = self.heads[hash(start, self.bits)] as usize;
        let mut distance = at + BASE - last;
        for _ in 0..STEPS {
            if distance > WINDOW || search.is_over() {
                break;
            }
            let from = at - distance;
            search.consider(&payload[from..], distance);
            match self.before[from & mask] {
                0 => break,
                back => distance += usize::from(back),
            }
        }
        match history {
            Some(history) => search.look_back(start, at, history),
            None => search.found,
        }
    }

    /// Puts the places before `end` into the chains.
    #[inline]
    fn insert_up_to(&mut self, payload: &[u8], end: usize) {
        let (heads, before) = (&mut self.heads[..], &mut self.before[..]);
        let mask = before.len() - 1;
        let words = payload
            .get(self.inserted..)
            .unwrap_or_default()
            .windows(WORD);
        for (place, bytes) in (self.inserted..end).zip(words) {
            let head = &mut heads[hash(word(bytes, 0), self.bits)];
            let back = place + BASE - *head as usize;
            before[place & mask] = if back > WINDOW { 0 } else { back as u16 };
            *head = (place + BASE) as u32;
        }
        self.inserted = end.max(self.inserted);
    }
}

/// The search for the longest match of some bytes.
struct Search<'a> {
    rest: &'a [u8],
    /// A match has to be longer than this.
    least: usize,
    /// The last bytes of what a longer match has, where they are, and which of them count: most
    /// candidates differ there.
    tail: u32,
    tail_at: usize,
    mask: u32,
    found: Match,
}

impl<'a> Search<'a> {
    fn new(rest: &'a [u8], least: usize) -> Self {
        let rest = &rest[..rest.len().min(MAX_MATCH)];
        let mut search = Self {
            rest,
            least: 0,
            tail: 0,
            tail_at: 0,
            mask: 0x00FF_FFFF,
            found: Match::default(),
        };
        search.demand(least.max(MIN_MATCH - 1));
        search
    }

    /// From now on only what is longer than `least` is a match.
    #[inline]
    fn demand(&mut self, least: usize) {
        self.least = least;
        if least >= MIN_MATCH {
            (self.tail_at, self.mask) = (least - MIN_MATCH, u32::MAX);
        }
        self.tail = word(self.rest, self.tail_at) & self.mask;
    }

    /// Whether nothing better is to be found.
    const fn is_over(&self) -> bool {
        self.least >= NICE || self.least >= self.rest.len()
    }

    /// Takes the match with `bytes`, so far back, where it is longer than what was found.
    #[inline]
    fn consider(&mut self, bytes: &[u8], distance: usize) {
        if word(bytes, self.tail_at) & self.mask != self.tail {
            return;
        }
        let length = common(self.rest, bytes);
        if length > self.least && (length > MIN_MATCH || distance <= FAR) {
            self.found = Match { length, distance };
            self.demand(length);
        }
    }

    /// Looks for a longer match in the dictionary, whose end is `at` bytes back.
    fn look_back(mut self, start: u32, at: usize, history: &Prepared<'_>) -> Match {
        let Prepared { bytes, chains } = *history;
        let mut place = usize::from(chains.heads[hash(start, HISTORY_BITS)]);
        for _ in 0..HISTORY_STEPS {
            let distance = at + bytes.len() + 1 - place;
            if place == 0 || distance > WINDOW || self.is_over() {
                break;
            }
            self.consider(&bytes[place - 1..], distance);
            place = usize::from(chains.before[place - 1]);
        }
        self.found
    }
}

/// How many bytes `a` and `b` have in common at their beginning.
#[inline]
fn common(a: &[u8], b: &[u8]) -> usize {
    let length = a.len().min(b.len());
    let (a, b) = (&a[..length], &b[..length]);
    let (a_chunks, a_rest) = a.as_chunks::<8>();
    let (b_chunks, b_rest) = b.as_chunks::<8>();
    for (i, (a, b)) in a_chunks.iter().zip(b_chunks).enumerate() {
        let different = u64::from_le_bytes(*a) ^ u64::from_le_bytes(*b);
        if different != 0 {
            return 8 * i + different.trailing_zeros() as usize / 8;
        }
    }
    let whole = length - a_rest.len();
    whole
        + a_rest
            .iter()
            .zip(b_rest)
            .take_while(|(a, b)| a == b)
            .count()
}

/// The four bytes from `at` on; 0 where there are fewer.
#[inline]
fn word(bytes: &[u8], at: usize) -> u32 {
    match bytes.get(at..).and_then(<[u8]>::first_chunk) {
        Some(&word) => u32::from_le_bytes(word),
        None => 0,
    }
}

/// A hash of the first three bytes of a word, in so many bits.
#[inline]
const fn hash(word: u32, bits: u32) -> usize {
    ((word << 8).wrapping_mul(0x9E37_79B1) >> (32 - bits)) as usize
}
