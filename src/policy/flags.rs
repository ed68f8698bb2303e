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

    /// How many slots have this flag.
    pub(super) fn count(&self, flag: u64) -> u32 {
        let slots = 0..(self.words.len() * SLOTS) as Slot;
        slots
            .map(|slot| u32::from(self.get(slot) & flag != 0))
            .sum()
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
    }
}
