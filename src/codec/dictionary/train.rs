//! Samples → a dictionary.
//!
//! What many samples share is found as by Liao, Petri, Moffat and Wirth ("Effective Construction of
//! Relative Lempel-Ziv Dictionaries", WWW 2016), the method that zstd calls COVER. A run of six bytes
//! is worth as much as there are other samples that have it. The samples are divided into stretches;
//! of each, in turn, the segment is taken whose runs are worth most together, and what is taken is
//! worth nothing more. How long segments are is tried out: that dictionary wins which makes samples
//! smallest that it was not made from.
//!
//! Segments that are worth more stand nearer to the end, where distances take fewer bits. The same
//! samples in the same order give the same dictionary. At most 512 KB of them are looked at, spread
//! evenly; that takes 6 MB of memory and a fraction of a second.

#![forbid(unsafe_code)]

use core::ops::Range;

use super::{DICTIONARY_MAX, Dictionary, MOST};
use crate::codec::deflate::{Deflater, SLACK};

/// How many bytes of samples are looked at.
const BUDGET: usize = 512 << 10;
/// How many bytes a run has.
const RUN: usize = 6;
/// Runs are told apart by so many bits of a hash.
const HASH_BITS: u32 = 19;
/// How long segments may be.
const SEGMENTS: [usize; 5] = [16, 32, 64, 128, 256];
/// One sample in so many is kept for the comparison.
const HELD_OUT: usize = 8;
/// How many bytes of them are compressed for it.
const COMPARED: usize = 64 << 10;

/// A dictionary of up to `size` bytes for entries such as `samples`; empty where they have nothing in
/// common. Of each sample the first [`MOST`] bytes count.
#[must_use]
pub fn train(samples: &[&[u8]], size: usize) -> Vec<u8> {
    let size = size.min(DICTIONARY_MAX);
    let chosen = choose(samples);
    // With few samples none can be spared: then it is compared by those that it is made from.
    let spare = chosen.len() >= 4 * HELD_OUT;
    let held_out = |&(i, _): &(usize, &&[u8])| i % HELD_OUT == HELD_OUT - 1;
    let (tested, learned): (Vec<_>, Vec<_>) = chosen.iter().enumerate().partition(held_out);
    let tested: Vec<&[u8]> = tested.into_iter().map(|(_, sample)| *sample).collect();
    let learned: Vec<&[u8]> = learned.into_iter().map(|(_, sample)| *sample).collect();
    let (tested, learned) = if spare {
        (tested, learned)
    } else {
        (chosen.clone(), chosen)
    };
    let corpus = Corpus::new(&learned);
    SEGMENTS
        .iter()
        .map(|&length| corpus.select(size, length))
        .min_by_key(|dictionary| compressed(&tested, dictionary))
        .unwrap_or_default()
}

/// Samples of [`BUDGET`] bytes at the most, spread evenly.
fn choose<'a>(samples: &[&'a [u8]]) -> Vec<&'a [u8]> {
    let cut = |sample: &&'a [u8]| &sample[..sample.len().min(MOST)];
    let total: usize = samples.iter().map(|sample| cut(sample).len()).sum();
    let step = total.div_ceil(BUDGET).max(1);
    samples
        .iter()
        .step_by(step)
        .map(cut)
        .scan(0, |taken, sample| {
            *taken += sample.len();
            (*taken <= BUDGET).then_some(sample)
        })
        .collect()
}

/// How many bytes the samples take with this dictionary, or near to it.
fn compressed(samples: &[&[u8]], dictionary: &[u8]) -> usize {
    let Ok(dictionary) = Dictionary::new(dictionary) else {
        return usize::MAX;
    };
    let mut deflater = Deflater::default();
    let mut output = vec![0; MOST + MOST / 4 + SLACK];
    let mut seen = 0;
    let mut total = 0;
    for sample in samples {
        let history = dictionary.prepared();
        let length = deflater.compress(sample, Some(&history), &mut output);
        total += length.unwrap_or(sample.len());
        seen += sample.len();
        if seen > COMPARED {
            break;
        }
    }
    total
}

/// A segment that was taken, and what it is worth.
struct Segment {
    worth: u64,
    range: Range<usize>,
}

/// Samples behind one another, and what each run in them is worth.
struct Corpus {
    bytes: Vec<u8>,
    worth: Vec<u16>,
}

impl Corpus {
    fn new(samples: &[&[u8]]) -> Self {
        let mut worth = vec![0_u16; 1 << HASH_BITS];
        // In which sample a run was last seen, counted from 1.
        let mut seen = vec![0_u32; 1 << HASH_BITS];
        for (number, sample) in (1..).zip(samples) {
            for at in runs(sample, 0..sample.len()) {
                let hash = hash(sample, at);
                if seen[hash] != number {
                    seen[hash] = number;
                    worth[hash] = worth[hash].saturating_add(1);
                }
            }
        }
        for worth in &mut worth {
            *worth = worth.saturating_sub(1);
        }
        Self {
            bytes: samples.concat(),
            worth,
        }
    }

    /// A dictionary of segments of `length` bytes, or less where their ends are worth nothing.
    fn select(&self, size: usize, length: usize) -> Vec<u8> {
        let mut worth = self.worth.clone();
        let mut inside = vec![0_u16; 1 << HASH_BITS];
        let stretch = (self.bytes.len() / (size / length).max(1)).max(4 * length);
        // By what they are worth.
        let mut taken: Vec<Segment> = Vec::new();
        let mut left = size;
        let mut found = true;
        while found && left >= RUN {
            found = false;
            for start in (0..self.bytes.len()).step_by(stretch) {
                let range = start..(start + stretch).min(self.bytes.len());
                let length = length.min(left);
                let Some(segment) = self.best(range, length, &worth, &mut inside) else {
                    continue;
                };
                for at in runs(&self.bytes, segment.range.clone()) {
                    worth[hash(&self.bytes, at)] = 0;
                }
                left -= segment.range.len();
                let order = |other: &Segment| other.worth < segment.worth;
                taken.insert(taken.partition_point(order), segment);
                found = true;
                if left < RUN {
                    break;
                }
            }
        }
        let segments = taken
            .iter()
            .map(|segment| &self.bytes[segment.range.clone()]);
        segments.collect::<Vec<_>>().concat()
    }

    /// The segment of `range` that is worth most, without what is worth nothing at its ends. `inside`
    /// counts runs, and is all zeros before and after.
    fn best(
        &self,
        range: Range<usize>,
        length: usize,
        worth: &[u16],
        inside: &mut [u16],
    ) -> Option<Segment> {
        let mut best = Segment {
            worth: 0,
            range: 0..0,
        };
        let width = length.checked_sub(RUN - 1)?;
        let (mut sum, mut first) = (0_u64, range.start);
        for at in runs(&self.bytes, range.clone()) {
            let entering = hash(&self.bytes, at);
            if inside[entering] == 0 {
                sum += u64::from(worth[entering]);
            }
            inside[entering] += 1;
            if at + 1 - first > width {
                sum -= self.leave(first, worth, inside);
                first += 1;
            }
            if sum > best.worth {
                best = Segment {
                    worth: sum,
                    range: first..at + RUN,
                };
            }
        }
        for at in runs(&self.bytes, first..range.end) {
            self.leave(at, worth, inside);
        }
        let valuable = |at: &usize| worth[hash(&self.bytes, *at)] > 0;
        let start = runs(&self.bytes, best.range.clone()).find(valuable)?;
        let last = runs(&self.bytes, best.range.clone()).rev().find(valuable)?;
        best.range = start..last + RUN;
        Some(best)
    }

    /// Takes the run at `at` out of the window; answers what that takes off its worth.
    fn leave(&self, at: usize, worth: &[u16], inside: &mut [u16]) -> u64 {
        let leaving = hash(&self.bytes, at);
        inside[leaving] -= 1;
        if inside[leaving] == 0 {
            worth[leaving].into()
        } else {
            0
        }
    }
}

/// Where in `range` a whole run begins.
fn runs(bytes: &[u8], range: Range<usize>) -> Range<usize> {
    let end = range.end.min(bytes.len());
    range.start..end.saturating_sub(RUN - 1).max(range.start)
}

fn hash(bytes: &[u8], at: usize) -> usize {
    let run = bytes.get(at..at + RUN).unwrap_or_default();
    let number = run
        .iter()
        .fold(0, |number, &byte| number << 8 | u64::from(byte));
    (number.wrapping_mul(0x9E37_79B9_7F4A_7C15) >> (64 - HASH_BITS)) as usize
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::tests::samples::{Noise, users};
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn refs(samples: &[Vec<u8>]) -> Vec<&[u8]> {
        samples.iter().map(Vec::as_slice).collect()
    }

    #[test]
    fn entries_of_one_shape_shrink_to_less_than_half() {
        let (learned, others) = (users(300, 1), users(100, 2));
        let dictionary = train(&refs(&learned), 8 << 10);
        assert!(dictionary.len() <= 8 << 10);
        let size: usize = others.iter().map(Vec::len).sum();
        let with = compressed(&refs(&others), &dictionary) + 4 * others.len();
        assert!(2 * with < size, "{size} to {with}");
        // Without one they hardly do.
        let without = compressed(&refs(&others), b"x");
        assert!(with * 3 < without * 2, "{without} to {with}");
        assert_eq!(
            train(&refs(&learned), 8 << 10),
            dictionary,
            "it is the same each time"
        );
    }

    #[test]
    fn what_is_worth_more_stands_nearer_to_the_end() {
        let mut noise = Noise(3);
        let samples: Vec<Vec<u8>> = (0..60_u32)
            .map(|i| {
                let third = if i % 3 == 0 {
                    "THIS BY A THIRD ALONE"
                } else {
                    ""
                };
                let noise: Vec<u8> = (0..300).map(|_| noise.next()).collect();
                [third.as_bytes(), &noise, b"shared by all of them"].concat()
            })
            .collect();
        let dictionary = train(&refs(&samples), 8 << 10);
        let find = |text: &[u8]| {
            dictionary
                .windows(text.len())
                .rposition(|part| part == text)
        };
        let (all, third) = (find(b"shared by all"), find(b"BY A THIRD"));
        assert!(
            all.is_some() && third.is_some() && all > third,
            "{all:?} {third:?}"
        );
    }

    #[test]
    fn samples_with_nothing_in_common_give_none() {
        let mut noise = Noise(5);
        let samples: Vec<Vec<u8>> = (0..20)
            .map(|_| (0..50).map(|_| noise.next()).collect())
            .collect();
        // But for a run or two that have the same hash.
        assert!(train(&refs(&samples), 1 << 12).len() <= 4 * RUN);
        assert_eq!(train(&[], 1 << 12), b"");
        assert_eq!(train(&[b"", b"a", b"same", b"same"], 1 << 12), b"");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn any_samples_give_at_most_the_size(
            samples in vec(vec(0..4_u8, 0..300), 0..40),
            size in 0..40_000_usize,
        ) {
            let dictionary = train(&refs(&samples), size);
            prop_assert!(dictionary.len() <= size.min(DICTIONARY_MAX));
        }
    }
}
