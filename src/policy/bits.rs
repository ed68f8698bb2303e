//! A growing set of slots, one bit each.

#![forbid(unsafe_code)]

use super::Slot;
use super::chunks::OutOfMemory;

/// A set of slots. A slot that was never added is absent, however large.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bits {
    words: Vec<u64>,
}

impl Bits {
    /// Whether `slot` is in the set.
    pub(crate) fn has(&self, slot: Slot) -> bool {
        let (word, mask) = place(slot);
        self.words.get(word).is_some_and(|bits| bits & mask != 0)
    }

    /// Takes memory for `slot`, so that [`add`](Self::add) needs none.
    ///
    /// # Errors
    /// [`OutOfMemory`]
    pub(crate) fn reserve(&mut self, slot: Slot) -> Result<(), OutOfMemory> {
        let (word, _) = place(slot);
        if word >= self.words.len() {
            let more = word + 1 - self.words.len();
            self.words.try_reserve(more).map_err(|_| OutOfMemory)?;
            self.words.resize(word + 1, 0);
        }
        Ok(())
    }

    /// Adds `slot`; answers whether it was absent. Without memory it stays so.
    pub(crate) fn add(&mut self, slot: Slot) -> bool {
        let (word, mask) = place(slot);
        if self.reserve(slot).is_err() {
            return false;
        }
        let absent = self.words[word] & mask == 0;
        self.words[word] |= mask;
        absent
    }

    /// Takes `slot` out; answers whether it was there.
    pub(crate) fn take(&mut self, slot: Slot) -> bool {
        let (word, mask) = place(slot);
        let Some(bits) = self.words.get_mut(word) else {
            return false;
        };
        let there = *bits & mask != 0;
        *bits &= !mask;
        there
    }

    /// The number of slots in the set.
    pub(crate) fn count(&self) -> u32 {
        self.words.iter().map(|bits| bits.count_ones()).sum()
    }
}

const fn place(slot: Slot) -> (usize, u64) {
    (slot as usize / 64, 1 << (slot % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slot_is_in_the_set_from_add_to_take() {
        let mut bits = Bits::default();
        assert!(!bits.has(1_000));
        assert!(!bits.take(1_000));
        assert!(bits.add(1_000));
        assert!(!bits.add(1_000));
        assert!(bits.has(1_000) && !bits.has(1_001) && !bits.has(936));
        assert_eq!(bits.count(), 1);
        assert!(bits.take(1_000));
        assert!(!bits.has(1_000));
    }
}
