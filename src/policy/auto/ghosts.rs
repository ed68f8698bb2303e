//! What left lately, and how long ago.
//!
//! A miss of a key that was here tells what more room would have saved, and how much more: the
//! weight that has gone through the key's old list since it left (after Megiddo and Modha, *ARC: A
//! Self-Tuning, Low Overhead Replacement Cache*, FAST 2003, where lists of such ghosts move a
//! border too; there each hit moves it by one, whatever room it would have taken).
//!
//! One ghost for each eight entries, each where its hash says, over whatever was there: a sample
//! of them is enough, since only their proportions count.
//!
//! A place for each eight entries, but in large caches only of a [sample](Sample) of the keys, and
//! so for each 32: that is a line of memory less to wait for at three of four misses.
//!
//! Half a byte an entry, an eighth where there are many, and 2 KB at least.

#![forbid(unsafe_code)]

use core::hint::black_box;

use crate::policy::sample::Sample;
use crate::policy::spreading::Spreading;

/// Entries for each ghost.
const ENTRIES: usize = 8;
/// The fewest ghosts.
const FEWEST: usize = 512;
/// From so many entries on a [sample](Sample) of the keys is remembered.
const MANY: u32 = 16_384;

/// The bits of a ghost's time, of which a capacity has [`TIMES`].
const TIME_BITS: u32 = 17;
const TIME_MASK: u32 = (1 << TIME_BITS) - 1;
const TAG_MASK: u32 = !(TIME_MASK << 2 | 3);
/// How many times a capacity has.
const TIMES: f64 = 16_384.0;
/// A place with a ghost has this bit.
const THERE: u32 = 1;

/// The part from which an entry left, as far as the border between the two is concerned.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Window = 0,
    Main = 1,
}

/// Remembers keys by hash.
#[derive(Debug, Clone)]
pub(super) struct Ghosts {
    /// A tag of 13 bits, the time, the side and [`THERE`].
    words: Spreading<u32>,
}

impl Ghosts {
    pub(super) const fn new() -> Self {
        Self {
            words: Spreading::new(),
        }
    }

    /// Grows by a few places towards what so many entries need.
    pub(super) fn fit(&mut self, entries: u32) {
        self.words.fit(places(entries), FEWEST, 0);
    }

    /// Grows by a few places towards what so many entries need, before anybody has left.
    pub(super) fn stretch(&mut self, entries: u32) {
        self.words.stretch(places(entries), FEWEST, 0);
    }

    /// Has the processor fetch what may be known of a key.
    #[inline]
    pub(super) fn fetch(&self, hash: u64) {
        black_box(self.words.get(self.words.place_of(hash as u32)).copied());
    }

    /// Remembers a key that left a side whose clock shows `time`, in capacities.
    pub(super) fn leave(&mut self, hash: u64, side: Side, time: f64) {
        let place = self.words.place_of(hash as u32);
        if let Some(word) = self.words.get_mut(place) {
            *word = tag_of(hash) | time_of(time) << 2 | (side as u32) << 1 | THERE;
        }
    }

    /// Forgets a key; answers what was known of it.
    pub(super) fn take(&mut self, hash: u64) -> Option<Ghost> {
        let place = self.words.place_of(hash as u32);
        let word = self.words.get_mut(place)?;
        let known = *word & THERE == THERE && *word & TAG_MASK == tag_of(hash);
        known.then(|| Ghost(std::mem::take(word)))
    }
}

/// What is known of a key that left.
#[derive(Debug, Clone, Copy)]
pub(super) struct Ghost(u32);

impl Ghost {
    /// The side that it left.
    pub(super) const fn side(self) -> Side {
        if self.0 & 2 == 0 {
            Side::Window
        } else {
            Side::Main
        }
    }

    /// How far that side's clock, which shows `time` now, has gone since, in capacities.
    pub(super) fn since(self, time: f64) -> f64 {
        f64::from(time_of(time).wrapping_sub(self.0 >> 2) & TIME_MASK) / TIMES
    }
}

/// The keys of so many entries that are remembered.
pub(super) const fn sample(entries: u32) -> Sample {
    Sample::of(entries, MANY)
}

const fn places(entries: u32) -> usize {
    (entries / sample(entries).keys) as usize / ENTRIES
}

/// The bits of a hash that are in a ghost; the place is told by others.
const fn tag_of(hash: u64) -> u32 {
    (hash >> 32) as u32 & TAG_MASK
}

fn time_of(time: f64) -> u32 {
    ((time * TIMES) as u64) as u32 & TIME_MASK
}
