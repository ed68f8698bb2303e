//! How often keys were used of late: a count-min sketch that ages.
//!
//! Cormode and Muthukrishnan, *An Improved Data Stream Summary: The Count-Min Sketch and its
//! Applications*, 2005; that it ages is from TinyLFU (Einziger, Friedman and Manes, 2017).
//!
//! Counters have four bits and lie in blocks of 64 bytes, a line of a processor's cache. A key
//! has one block, and in it one counter in each of four rows. Its count is the least of the
//! four, and only the least are raised (Estan and Varghese, *New Directions in Traffic
//! Measurement and Accounting*, 2002): so a key that comes once does little harm to others,
//! which is what TinyLFU has a doorkeeper for.
//!
//! **Ageing.** In the course of [`PERIOD`] additions an entry all counters are halved, one block
//! after the other: no operation visits them all. That keys of one block have aged a little
//! earlier than those of another also breaks ties between them, now for one and now for the
//! other: measured, it does better than halving all at once.
//!
//! It is as good against chosen keys as the fingerprints are.

#![forbid(unsafe_code)]

/// The bytes of counters an entry.
pub(super) const ENTRY_BYTES: usize = 4;

/// So many additions an entry halve every counter once.
const PERIOD: u64 = 7;

/// The fewest blocks: 4 KB, with which small caches do better.
const FEWEST: usize = 64;

/// The counters of a key.
const ROWS: usize = 4;
/// The words of a block, two a row.
const WORDS: usize = 2 * ROWS;
/// The most that a counter counts.
const MOST: u32 = 15;
/// All bits but the highest of every counter.
const LOW_BITS: u64 = 0x7777_7777_7777_7777;

type Block = [u64; WORDS];

/// Counts by key.
#[derive(Debug, Clone, Default)]
pub(super) struct Sketch {
    blocks: Vec<Block>,
    /// For how many entries it was made fit.
    entries: u32,
    /// Additions between two blocks' turns to be halved.
    pace: u32,
    /// Additions until the next block's turn.
    patience: u32,
    /// The block whose turn is next.
    next: usize,
}

impl Sketch {
    /// About how often a key was used, 15 at the most.
    pub(super) fn estimate(&self, hash: u64) -> u32 {
        let (at, places) = self.places(hash);
        let Some(block) = self.blocks.get(at) else {
            return 0;
        };
        places
            .map(|place| count(block, place))
            .into_iter()
            .fold(MOST, u32::min)
    }

    /// Counts so many uses of a key.
    pub(super) fn add(&mut self, hash: u64, uses: u32) {
        let (at, places) = self.places(hash);
        let Some(block) = self.blocks.get_mut(at) else {
            return;
        };
        let uses = uses.min(MOST);
        let counts = places.map(|place| count(block, place));
        let least = counts.into_iter().fold(MOST, u32::min);
        let raised = (least + uses).min(MOST);
        for (place, old) in places.into_iter().zip(counts) {
            block[place.word] += u64::from(raised.saturating_sub(old)) << place.shift;
        }
        self.age(uses);
    }

    /// Makes it large enough for so many entries, and ages as fast as they need it.
    pub(super) fn fit(&mut self, entries: u32) {
        if entries == self.entries {
            return;
        }
        self.entries = entries;
        let wanted = (entries as usize * ENTRY_BYTES).div_ceil(size_of::<Block>());
        if self.blocks.is_empty() {
            self.make(wanted.max(FEWEST));
        } else if wanted >= 2 * self.blocks.len() {
            self.double();
        }
        let blocks = self.blocks.len().max(1) as u64;
        self.pace = (PERIOD * u64::from(entries)).div_ceil(blocks).max(1) as u32;
    }

    fn make(&mut self, blocks: usize) {
        if self.blocks.try_reserve_exact(blocks).is_ok() {
            self.blocks.resize(blocks, [0; WORDS]);
        }
    }

    /// Makes each block two. As a hash's upper bits choose the block, each of its keys is in
    /// one of the two from now on, and both have its count.
    fn double(&mut self) {
        let mut blocks = Vec::new();
        if blocks.try_reserve_exact(2 * self.blocks.len()).is_ok() {
            blocks.extend(self.blocks.iter().flat_map(|&block| [block, block]));
            self.blocks = blocks;
            self.next *= 2;
        }
    }

    /// Halves the blocks whose turn it is after so many more additions.
    fn age(&mut self, additions: u32) {
        let mut additions = additions;
        while additions > self.patience {
            additions -= self.patience + 1;
            self.patience = self.pace.saturating_sub(1);
            if self.next >= self.blocks.len() {
                self.next = 0;
            }
            for word in &mut self.blocks[self.next] {
                *word = *word >> 1 & LOW_BITS;
            }
            self.next += 1;
        }
        self.patience -= additions;
    }

    /// A key's block, and its counters there.
    fn places(&self, hash: u64) -> (usize, [Place; ROWS]) {
        let block = ((hash >> 32) * self.blocks.len() as u64) >> 32;
        let places = [0, 1, 2, 3].map(|row| {
            let bits = hash >> (5 * row);
            Place {
                word: 2 * row + (bits >> 4 & 1) as usize,
                shift: (bits & 15) as u32 * 4,
            }
        });
        (block as usize, places)
    }
}

/// Where a counter is in its block.
#[derive(Debug, Clone, Copy)]
struct Place {
    word: usize,
    shift: u32,
}

const fn count(block: &Block, place: Place) -> u32 {
    (block[place.word] >> place.shift) as u32 & MOST
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sketch(entries: u32) -> Sketch {
        let mut sketch = Sketch::default();
        sketch.fit(entries);
        sketch.patience = u32::MAX;
        sketch
    }

    fn key(number: u32) -> u64 {
        crate::policy::mix(number)
    }

    #[test]
    fn it_counts_nothing_before_it_is_made() {
        let mut sketch = Sketch::default();
        sketch.add(7, 3);
        assert_eq!(sketch.estimate(7), 0);
    }

    #[test]
    fn a_count_is_never_below_the_truth_and_seldom_above() {
        let mut sketch = sketch(1_000);
        for number in 0..1_000 {
            sketch.add(key(number), number % 3 + 1);
        }
        let over = (0..1_000)
            .map(|number| {
                let (count, truth) = (sketch.estimate(key(number)), number % 3 + 1);
                assert!(count >= truth, "{count} of {truth}");
                count - truth
            })
            .filter(|&over| over > 0)
            .count();
        assert!(over < 100, "{over} of 1,000 are too high");
    }

    #[test]
    fn a_count_ends_at_fifteen() {
        let mut sketch = sketch(1_000);
        sketch.add(1, 9);
        sketch.add(1, u32::MAX);
        assert_eq!(sketch.estimate(1), MOST);
    }

    #[test]
    fn in_a_period_every_count_is_halved_once() {
        let mut sketch = sketch(6_400);
        (0..64).for_each(|number| sketch.add(key(number), 12));
        let before: Vec<u32> = (0..64).map(|number| sketch.estimate(key(number))).collect();
        sketch.patience = 0;
        sketch.age(PERIOD as u32 * 6_400);
        let after: Vec<u32> = (0..64).map(|number| sketch.estimate(key(number))).collect();
        assert_eq!(
            after,
            before.iter().map(|count| count / 2).collect::<Vec<_>>()
        );
    }

    #[test]
    fn it_grows_with_its_counts() {
        let mut sketch = sketch(2_000);
        (0..500).for_each(|number| sketch.add(key(number), 5));
        let before: Vec<u32> = (0..500)
            .map(|number| sketch.estimate(key(number)))
            .collect();
        sketch.fit(4_000);
        let after: Vec<u32> = (0..500)
            .map(|number| sketch.estimate(key(number)))
            .collect();
        assert_eq!((sketch.blocks.len(), before), (2 * 125, after));
    }
}
