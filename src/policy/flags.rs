//! Two flags a slot.
//!
//! ¼ byte a slot.

#![forbid(unsafe_code)]

use super::Slot;
use super::chunks::OutOfMemory;

/// The bits of a slot.
const BITS: usize = 2;
/// The slots of a word.
const SLOTS: usize = u64::BITS as usize / BITS;
/// Both flags.
const MASK: u64 = 0b11;

/// A table of numbers up to 3. A slot that was never set has 0, however large.
#[derive(Debug, Clone, Default)]
pub(super) struct Flags {
    words: Vec<u64>,
}

impl Flags {
    /// Takes memory for `slot`.
    ///
    /// # Errors
    /// [`OutOfMemory`]
    pub(super) fn reserve(&mut self, slot: Slot) -> Result<(), OutOfMemory> {
        let wanted = slot as usize / SLOTS + 1;
        let more = wanted.saturating_sub(self.words.len());
        if more > 0 {
            self.words.try_reserve(more).map_err(|_| OutOfMemory)?;
            self.words.resize(wanted, 0);
        }
        Ok(())
    }

    /// The flags of a slot.
    #[inline]
    pub(super) fn get(&self, slot: Slot) -> u64 {
        let (word, shift) = place(slot);
        self.words.get(word).map_or(0, |&it| it >> shift & MASK)
    }

    /// Sets the flags of a slot, if there is memory for it.
    #[inline]
    pub(super) fn set(&mut self, slot: Slot, flags: u64) {
        let (word, shift) = place(slot);
        if let Some(word) = self.words.get_mut(word) {
            *word = *word & !(MASK << shift) | (flags & MASK) << shift;
        }
    }

    /// The slots from `from` on that have this flag. A word without any costs one step.
    pub(super) fn having(&self, flag: u64, from: Slot) -> impl Iterator<Item = Slot> + '_ {
        let (first, shift) = place(from);
        let mask = flag * (u64::MAX / MASK);
        let words = self.words.iter().enumerate().skip(first);
        words.flat_map(move |(at, &word)| {
            let later = if at == first {
                u64::MAX << shift
            } else {
                u64::MAX
            };
            let found = word & mask & later;
            let bits = std::iter::successors(Some(found), |rest| Some(rest & rest.wrapping_sub(1)));
            bits.take_while(|&rest| rest != 0)
                .map(move |rest| (at * SLOTS + rest.trailing_zeros() as usize / BITS) as Slot)
        })
    }

    /// How many slots have this flag.
    pub(super) fn count(&self, flag: u64) -> u32 {
        self.having(flag, 0).count() as u32
    }
}

const fn place(slot: Slot) -> (usize, usize) {
    (slot as usize / SLOTS, slot as usize % SLOTS * BITS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_slot_has_flags_of_its_own() {
        let mut flags = Flags::default();
        flags.set(5, 3);
        assert_eq!(flags.get(5), 0, "there is no memory");
        assert_eq!(flags.reserve(100), Ok(()));
        for (slot, set) in [(31, 1), (32, 2), (33, 3), (100, 1)] {
            flags.set(slot, set);
        }
        flags.set(33, 2);
        let told = [30, 31, 32, 33, 34, 100, 1_000_000].map(|slot| flags.get(slot));
        assert_eq!(told, [0, 1, 2, 2, 0, 1, 0]);
        assert_eq!((flags.count(1), flags.count(2)), (2, 2));
        let from = |flag, slot| flags.having(flag, slot).collect::<Vec<_>>();
        assert_eq!(from(1, 0), [31, 100]);
        assert_eq!((from(2, 33), from(1, 32)), (vec![33], vec![100]));
        assert_eq!((from(1, 101), from(2, Slot::MAX)), (vec![], vec![]));
    }
}
