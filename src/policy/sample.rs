//! Samples of keys: in large caches a few of them tell as much as all.

#![forbid(unsafe_code)]

/// In a sample each key stands for so many.
pub(super) const KEYS: u32 = 4;

/// Bits of a hash that neither ghosts nor the sketch look at.
const SHIFT: u32 = 20;

/// Of which keys those that left are remembered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Sample {
    /// For how many keys each one stands.
    pub(super) keys: u32,
}

impl Sample {
    /// All keys where there are fewer entries than `many`, and of more one in [`KEYS`].
    #[inline]
    pub(super) const fn of(entries: u32, many: u32) -> Self {
        Self {
            keys: if entries < many { 1 } else { KEYS },
        }
    }

    /// Whether a key is in it.
    #[inline]
    pub(super) const fn has(self, hash: u64) -> bool {
        (hash >> SHIFT) as u32 % KEYS < KEYS / self.keys
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::mix;

    fn share(sample: Sample) -> f64 {
        let there = (0..100_000).filter(|&key| sample.has(mix(key))).count();
        there as f64 / 100_000.0
    }

    #[test]
    fn few_entries_are_all_in_it() {
        assert_eq!(share(Sample::of(99, 100)).to_bits(), 1.0f64.to_bits());
    }

    #[test]
    fn of_many_entries_each_stands_for_as_many_as_are_missing() {
        let sample = Sample::of(100, 100);
        let stood_for = share(sample) * f64::from(sample.keys);
        assert!((stood_for - 1.0).abs() < 0.02, "{stood_for}");
    }
}
