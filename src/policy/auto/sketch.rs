//! How often keys were used of late: a count-min sketch that ages.
//!
//! Cormode and Muthukrishnan, *An Improved Data Stream Summary: The Count-Min Sketch and its
//! Applications*, 2005; that it ages is from TinyLFU (Einziger, Friedman and Manes, 2017).
//!
//! A key has a block of 32 counters of four bits, and in it one counter in each of four rows;
//! its count is the least of them. In the course of [`PERIOD`] additions an entry all blocks are
//! halved, one after the other, and the sketch grows and shrinks block by block with the
//! entries: no operation visits all of it.
//!
//! 3.5 bytes an entry, and 4 KB at least. Where entries are heavy there are up to 64 bytes for
//! each, but no more than a 128th of its weight: the fewer keys share a counter, the better.

#![forbid(unsafe_code)]

use super::spreading::Spreading;
use super::worth::Spread;

/// The least and the most bytes of counters an entry.
const BYTES: (f64, f64) = (3.5, 64.0);

/// What an entry may weigh for each byte of counters.
const WEIGHT: f64 = 128.0;

/// So many additions an entry halve every counter once.
const PERIOD: u64 = 8;
/// The same where weights differ much. Then a few heavy entries may be all there is, and far
/// more keys come than that before one is worth its room.
const LONG_PERIOD: u64 = 45;

/// So many blocks one addition halves at the most.
const HALVED: u64 = 2;

/// The fewest blocks. Small caches do better with more counters than entries.
const FEWEST: usize = 256;

/// The most that a counter counts.
const MOST: u32 = 15;
/// All bits but the highest of every counter.
const LOW_BITS: u64 = 0x7777_7777_7777_7777;

/// Two rows in each word, of eight counters each.
type Block = [u64; 2];

/// Counts by hash.
#[derive(Debug, Clone)]
pub(super) struct Sketch {
    blocks: Spreading<Block>,
    /// The additions that halve every counter once.
    period: u64,
    /// Additions times blocks that have not halved any.
    due: u64,
    /// The block whose turn is next.
    next: usize,
}

impl Sketch {
    pub(super) const fn new() -> Self {
        Self {
            blocks: Spreading::new(),
            period: 1,
            due: 0,
            next: 0,
        }
    }

    /// Grows or shrinks by a few blocks towards what so many entries of such weights need, and
    /// ages as fast as they need it.
    pub(super) fn fit(&mut self, entries: u32, weights: &Spread) {
        let bytes = (weights.mean() / WEIGHT).clamp(BYTES.0, BYTES.1);
        let wanted = f64::from(entries) * bytes / size_of::<Block>() as f64;
        self.blocks.fit(wanted as usize, FEWEST, [0; 2]);
        let period = if weights.is_wide() {
            LONG_PERIOD
        } else {
            PERIOD
        };
        let most = self.blocks.len() as u64 / HALVED;
        self.period = (period * u64::from(entries.max(16))).max(most);
    }

    /// About how often a key was used, 15 at the most.
    #[inline]
    pub(super) fn estimate(&self, hash: u64) -> u32 {
        let Some(block) = self.blocks.get(self.place_of(hash)) else {
            return 0;
        };
        let [a, b, c, d] = shifts(hash).map(|(word, shift)| count(block[word], shift));
        a.min(b).min(c.min(d))
    }

    /// Counts so many uses of a key.
    pub(super) fn add(&mut self, hash: u64, uses: u32) {
        let place = self.place_of(hash);
        let Some(block) = self.blocks.get_mut(place) else {
            return;
        };
        for (word, shift) in shifts(hash) {
            let more = uses.min(MOST - count(block[word], shift));
            block[word] += u64::from(more) << shift;
        }
        self.age(uses);
    }

    /// Halves the blocks whose turn it is after so many more additions.
    fn age(&mut self, additions: u32) {
        self.due += u64::from(additions) * self.blocks.len() as u64;
        while self.due >= self.period {
            self.due -= self.period;
            if self.next >= self.blocks.len() {
                self.next = 0;
            }
            if let Some(block) = self.blocks.get_mut(self.next) {
                *block = block.map(|word| word >> 1 & LOW_BITS);
            }
            self.next += 1;
        }
    }

    #[inline]
    const fn place_of(&self, hash: u64) -> usize {
        self.blocks.place_of((hash >> 32) as u32)
    }
}

/// The word and the place in it of a key's four counters.
#[inline]
const fn shifts(hash: u64) -> [(usize, u32); 4] {
    let bits = hash as u32;
    [
        (0, (bits & 7) * 4),
        (0, (bits >> 3 & 7) * 4 + 32),
        (1, (bits >> 6 & 7) * 4),
        (1, (bits >> 9 & 7) * 4 + 32),
    ]
}

#[inline]
const fn count(word: u64, shift: u32) -> u32 {
    (word >> shift) as u32 & MOST
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::mix;

    fn grown(entries: u32) -> Sketch {
        let mut sketch = Sketch::new();
        (0..entries).for_each(|_| sketch.fit(entries, &Spread::default()));
        sketch
    }

    #[test]
    fn in_a_period_every_count_is_halved_once() {
        let mut sketch = grown(10_000);
        sketch.add(mix(7), 12);
        let additions = (PERIOD * 10_000 - 12) as u32;
        (0..additions).for_each(|_| sketch.age(1));
        assert_eq!(sketch.estimate(mix(7)), 6);
    }

    #[test]
    fn one_addition_halves_a_few_blocks_also_when_there_are_far_too_many() {
        let mut sketch = grown(50_000);
        let blocks = sketch.blocks.len() as u64;
        for entries in [1, 10, 1_000] {
            sketch.fit(entries, &Spread::default());
            for uses in [1, MOST] {
                let before = sketch.next;
                sketch.add(mix(entries), uses);
                let halved = (sketch.next + sketch.blocks.len() - before) % sketch.blocks.len();
                assert!(
                    halved as u64 <= HALVED * u64::from(uses) + 1,
                    "{halved} of {blocks}"
                );
            }
        }
    }

    #[test]
    fn it_gives_memory_back_when_entries_have_become_few() {
        let mut sketch = grown(50_000);
        (0..50_000).for_each(|_| sketch.fit(100, &Spread::default()));
        assert_eq!(sketch.blocks.len(), 32 * FEWEST);
    }
}
