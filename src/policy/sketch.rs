//! How often keys were used of late: a count-min sketch that ages.
//!
//! Cormode and Muthukrishnan, *An Improved Data Stream Summary: The Count-Min Sketch and its
//! Applications*, 2005; that it ages is from TinyLFU (Einziger, Friedman and Manes, 2017).
//!
//! Counters have four bits and lie in blocks of 64 bytes, a line of a processor's cache. A key
//! has one block, and in it one counter in each of two rows of 64. Its count is the lesser of the
//! two, and only the lesser is raised (Estan and Varghese, *New Directions in Traffic
//! Measurement and Accounting*, 2002): so a key that comes once does little harm to others,
//! which is what TinyLFU has a doorkeeper for.
//!
//! **Ageing.** In the course of a period all counters are halved, one block after the other: no
//! operation visits them all. That keys of one block have aged a little earlier than those of
//! another also breaks ties between them, now for one and now for the other: measured, it does
//! better than halving all at once. The sketch grows [block by block](super::spreading). While a store fills up it does not count,
//! as nobody has to leave: whoever has it lets it stretch.
//!
//! It is as good against chosen keys as the fingerprints are. 4 KB at least.

#![forbid(unsafe_code)]

use core::hint::black_box;

use super::spreading::Spreading;

/// The fewest blocks. Small caches do better with more counters than entries.
const FEWEST: usize = 64;

/// So many blocks one addition halves at the most.
const HALVED: u64 = 2;

/// The counters of a key.
const ROWS: usize = 2;
/// The words of a block.
const WORDS: usize = 8;
/// The words of a row, and the bits that say which counter of a row is a key's.
const ROW_WORDS: usize = WORDS / ROWS;
const ROW_BITS: u32 = (ROW_WORDS as u32 * COUNTERS).ilog2();
/// The counters of a word.
const COUNTERS: u32 = 16;
/// The most that a counter counts.
pub(super) const MOST: u32 = 15;
/// All bits but the highest of every counter.
const LOW_BITS: u64 = 0x7777_7777_7777_7777;

type Block = [u64; WORDS];

/// Counts by key.
#[derive(Debug, Clone)]
pub(super) struct Sketch {
    blocks: Spreading<Block>,
    /// Whether it has begun to count.
    counts: bool,
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
            counts: false,
            period: 1,
            due: 0,
            next: 0,
        }
    }

    /// Whether it has begun to count.
    pub(super) const fn counts(&self) -> bool {
        self.counts
    }

    /// Grows by a few blocks towards so many bytes, before it counts.
    pub(super) fn stretch(&mut self, bytes: usize) {
        let wanted = bytes.div_ceil(size_of::<Block>());
        self.blocks.stretch(wanted, FEWEST, [0; WORDS]);
    }

    /// Begins to count, or grows by a few blocks towards so many bytes; and ages as fast as is
    /// wanted: so many additions are to halve every counter once.
    #[inline]
    pub(super) fn fit(&mut self, bytes: usize, period: u64) {
        let wanted = bytes.div_ceil(size_of::<Block>());
        if self.blocks.len() != wanted.max(FEWEST) || self.period != period || !self.counts {
            self.refit(wanted, period);
        }
    }

    fn refit(&mut self, wanted: usize, period: u64) {
        self.blocks.fit(wanted, FEWEST, [0; WORDS]);
        self.counts = true;
        self.period = period.max(self.blocks.len() as u64 / HALVED).max(1);
    }

    /// About how often a key was used, 15 at the most.
    #[inline]
    pub(super) fn estimate(&self, hash: u64) -> u32 {
        let block = self.blocks.get(self.block_of(hash));
        block.map_or(0, |block| least(block, places(hash)))
    }

    /// Has the processor fetch the line that a key's counters are in.
    #[inline]
    pub(super) fn fetch(&self, hash: u64) {
        let block = self.blocks.get(self.block_of(hash));
        black_box(block.map(|block| block[0]));
    }

    /// Counts so many uses of a key.
    pub(super) fn add(&mut self, hash: u64, uses: u32) {
        let at = self.block_of(hash);
        if !self.counts {
            return;
        }
        let Some(block) = self.blocks.get_mut(at) else {
            return;
        };
        let places = places(hash);
        let raised = (least(block, places) + uses.min(MOST)).min(MOST);
        for place in places {
            let more = raised.saturating_sub(count(block, place));
            block[place.word] += u64::from(more) << place.shift;
        }
        self.age(uses);
    }

    /// Halves the blocks whose turn it is after so many more additions.
    fn age(&mut self, additions: u32) {
        self.due += u64::from(additions.min(MOST)) * self.blocks.len() as u64;
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
    const fn block_of(&self, hash: u64) -> usize {
        self.blocks.place_of((hash >> 32) as u32)
    }
}

/// Where a counter is in its block.
#[derive(Debug, Clone, Copy)]
struct Place {
    word: usize,
    shift: u32,
}

/// A key's counters.
#[inline]
fn places(hash: u64) -> [Place; ROWS] {
    std::array::from_fn(|row| {
        let bits = hash as u32 >> (ROW_BITS * row as u32);
        Place {
            word: ROW_WORDS * row + (bits / COUNTERS) as usize % ROW_WORDS,
            shift: (bits % COUNTERS) * 4,
        }
    })
}

#[inline]
const fn count(block: &Block, place: Place) -> u32 {
    (block[place.word] >> place.shift) as u32 & MOST
}

#[inline]
fn least(block: &Block, places: [Place; ROWS]) -> u32 {
    let counts = places.map(|place| count(block, place));
    counts.into_iter().fold(MOST, u32::min)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERIOD: u64 = 8;

    /// For so many entries of four bytes of counters each.
    fn sketch(entries: u32) -> Sketch {
        let mut sketch = Sketch::new();
        (0..entries).for_each(|_| sketch.stretch(4 * entries as usize));
        sketch.fit(4 * entries as usize, PERIOD * u64::from(entries));
        sketch
    }

    fn key(number: u32) -> u64 {
        crate::policy::mix(number)
    }

    fn counts(sketch: &Sketch, keys: u32) -> Vec<u32> {
        (0..keys)
            .map(|number| sketch.estimate(key(number)))
            .collect()
    }

    #[test]
    fn it_counts_nothing_while_it_stretches() {
        let mut sketch = Sketch::new();
        sketch.stretch(4 * 2_000);
        sketch.add(7, 3);
        assert_eq!(sketch.estimate(7), 0);
        sketch.fit(4 * 2_000, PERIOD * 2_000);
        sketch.add(7, 3);
        assert_eq!(sketch.estimate(7), 3);
    }

    #[test]
    fn a_count_is_never_below_the_truth_and_seldom_above() {
        let mut sketch = sketch(1_000);
        sketch.fit(4_000, u64::MAX);
        let truth = |number: u32| number % 3 + 1;
        (0..1_000).for_each(|number| sketch.add(key(number), truth(number)));
        let over: Vec<u32> = (0..1_000)
            .zip(counts(&sketch, 1_000))
            .map(|(number, count)| count.checked_sub(truth(number)).expect("no count is below"))
            .filter(|&over| over > 0)
            .collect();
        assert!(over.len() < 100, "{} of 1,000 are too high", over.len());
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
        let mut sketch = sketch(10_000);
        sketch.add(key(7), 12);
        (0..PERIOD * 10_000 - 12).for_each(|_| sketch.age(1));
        assert_eq!(sketch.estimate(key(7)), 6);
    }

    #[test]
    fn one_addition_halves_a_few_blocks_also_when_there_are_far_too_many() {
        let mut sketch = sketch(50_000);
        let blocks = sketch.blocks.len();
        assert_eq!(blocks, 50_000_usize.div_ceil(16));
        for entries in [1_600, 10_000, 20_000] {
            sketch.fit(4 * entries as usize, PERIOD * u64::from(entries));
            for uses in [1, MOST] {
                let before = sketch.next;
                sketch.add(key(entries), uses);
                let halved = (sketch.next + blocks - before) % blocks;
                assert!(
                    halved as u64 <= HALVED * u64::from(uses) + 1,
                    "{halved} of {blocks}"
                );
            }
        }
    }

    #[test]
    fn it_keeps_its_counts_when_it_grows() {
        let mut sketch = sketch(2_000);
        (0..500).for_each(|number| sketch.add(key(number), 5));
        let before = counts(&sketch, 500);
        (0..100).for_each(|_| sketch.fit(4 * 4_000, PERIOD * 4_000));
        assert_eq!((sketch.blocks.len(), counts(&sketch, 500)), (250, before));
    }

    #[test]
    fn it_gives_memory_back_when_entries_have_become_few() {
        let mut sketch = sketch(50_000);
        sketch.fit(400, PERIOD * 100);
        assert_eq!(sketch.blocks.len(), FEWEST);
    }
}
