//! Touch words: what a reader leaves in the table on a hit.

#![forbid(unsafe_code)]

use super::Slot;

/// The bits of the count in a word of [`TouchKind::TickCount`].
pub(crate) const COUNT_BITS: u32 = 4;
const COUNTS: u32 = 1 << COUNT_BITS;

/// What a reader writes into an entry's touch word on a hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum TouchKind {
    /// Nothing.
    None = 0,
    /// The reader's running tick, which it raises by one first.
    Tick = 1,
    /// What is there, raised by one unless it is `u32::MAX`.
    Count = 2,
    /// One.
    Bit = 3,
    /// The reader's running tick, which it raises by one first and which has 28 bits, times
    /// 16; and in the four bits below it what is there, raised by one unless it is 15.
    TickCount = 4,
}

/// Raises a count by one, up to `u32::MAX`: what a reader does on a hit under [`TouchKind::Count`].
pub(crate) fn raise(touches: &mut [u32], slot: Slot) {
    if let Some(word) = touches.get_mut(slot as usize) {
        *word = word.saturating_add(1);
    }
}

/// Notes a use at `tick` with the tick in 28 bits and the count below it: what a reader does
/// on a hit under [`TouchKind::TickCount`].
pub(crate) fn stamp(touches: &mut [u32], slot: Slot, tick: u32) {
    if let Some(word) = touches.get_mut(slot as usize) {
        *word = tick << COUNT_BITS | (*word % COUNTS + 1).min(COUNTS - 1);
    }
}

/// The tick in a word of [`TouchKind::TickCount`] lowered by `by`, with the count that was there.
pub(crate) const fn lower(word: u32, by: u32) -> u32 {
    ((word >> COUNT_BITS).saturating_sub(by) << COUNT_BITS) | (word % COUNTS)
}

/// Sets a touch word.
pub(crate) fn mark(touches: &mut [u32], slot: Slot, word: u32) {
    if let Some(place) = touches.get_mut(slot as usize) {
        *place = word;
    }
}
