//! How often the records have changed, so that somebody who knows where one lies can tell whether
//! it is still there.

#![forbid(unsafe_code)]

use crate::policy::Slot;

/// So many slots are told apart; the others are counted with one of these.
const CLASSES: usize = 4096;

/// How often a slot's record was written, moved or freed, for each class of slots.
#[derive(Debug, Clone)]
pub(super) struct Changes(Vec<u32>);

impl Default for Changes {
    fn default() -> Self {
        Self::new()
    }
}

impl Changes {
    pub(super) fn new() -> Self {
        Self(vec![0; CLASSES])
    }

    /// The changes of a slot's class.
    pub(super) fn of(&self, slot: Slot) -> u32 {
        self.0[slot as usize % CLASSES]
    }

    /// Whether there are as many as there were. Where counting has come to its end, nobody knows.
    pub(super) fn are(&self, slot: Slot, as_before: u32) -> bool {
        as_before != u32::MAX && self.of(slot) == as_before
    }

    /// Counts a change.
    pub(super) fn note(&mut self, slot: Slot) {
        let count = &mut self.0[slot as usize % CLASSES];
        *count = count.saturating_add(1);
    }

    /// Counts a change in every slot.
    pub(super) fn note_all(&mut self) {
        for count in &mut self.0 {
            *count = count.saturating_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_of_a_slot_is_seen_in_its_class_alone() {
        let mut changes = Changes::new();
        let (one, other) = (changes.of(7), changes.of(8));
        changes.note(7 + CLASSES as Slot);
        assert!(!changes.are(7, one) && changes.are(8, other));
        changes.note_all();
        assert!(!changes.are(8, other));
    }

    #[test]
    fn where_counting_has_come_to_its_end_nothing_is_unchanged() {
        let mut changes = Changes(vec![u32::MAX - 1; CLASSES]);
        assert!(changes.are(7, changes.of(7)));
        changes.note(7);
        assert!(!changes.are(7, changes.of(7)));
        changes.note(7);
        assert!(!changes.are(7, changes.of(7)));
    }
}
