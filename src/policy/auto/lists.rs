//! The lists in which entries are, each list in order of arrival there, with their weights.
//!
//! 12 bytes a slot.

#![forbid(unsafe_code)]

use super::worth::CLASSES;
use crate::policy::queues::Queues;
use crate::policy::{Slot, Tables};

/// Newcomers.
pub(super) const WINDOW: u32 = 0;
/// Of the main part, those that were not used since they came there.
pub(super) const PROBATION: u32 = 1;
/// Those that were.
pub(super) const PROTECTED: u32 = 2;
/// Those in order of worth, a ring for each class.
pub(super) const RANKED: u32 = 3;

const LISTS: usize = RANKED as usize + 1;
const RINGS: usize = (RANKED + CLASSES) as usize;

/// All lists.
#[derive(Debug, Clone)]
pub(super) struct Lists {
    queues: Queues<LISTS, RINGS>,
    /// The classes that may have members, one bit each.
    classes: u64,
}

impl Lists {
    /// The bytes of a slot in these tables.
    pub(super) const SLOT_BYTES: usize = Queues::<LISTS, RINGS>::SLOT_BYTES;

    pub(super) fn new() -> Self {
        Self {
            queues: Queues::new(),
            classes: 0,
        }
    }

    /// How many entries there are.
    pub(super) const fn len(&self) -> u32 {
        self.queues.len()
    }

    /// What the entries of a list weigh.
    pub(super) const fn weight(&self, list: u32) -> u64 {
        self.queues.weight(list)
    }

    /// What all weigh.
    #[inline]
    pub(super) fn total(&self) -> u64 {
        self.queues.total()
    }

    /// What is known of an entry's key.
    #[inline]
    pub(super) fn key(&self, slot: Slot) -> u32 {
        self.queues.key(slot)
    }

    /// The list that an entry is in.
    pub(super) fn list_of(&self, slot: Slot) -> Option<u32> {
        self.queues.queue_of(slot)
    }

    /// The first of a list that is not `protect`.
    #[inline]
    pub(super) fn first(&self, list: u32, protect: Option<Slot>) -> Option<Slot> {
        self.queues.first(list, protect)
    }

    /// The entries of a list, in order.
    pub(super) fn iter(&self, list: u32) -> impl Iterator<Item = Slot> + '_ {
        self.queues.iter(list)
    }

    /// The first of each class, but for `protect`.
    pub(super) fn ranked(&self, protect: Option<Slot>) -> impl Iterator<Item = (u32, Slot)> + '_ {
        let mut left = self.classes;
        std::iter::from_fn(move || {
            let class = (left != 0).then(|| left.trailing_zeros())?;
            left &= left - 1;
            Some(class)
        })
        .filter_map(move |class| Some((class, self.queues.first(RANKED + class, protect)?)))
    }

    /// Takes in an entry of this key and weight, in a slot that holds none, at the end of a list.
    /// Answers whether it is there: there may be no memory for it.
    pub(super) fn push(&mut self, list: u32, slot: Slot, key: u32, weight: u32) -> bool {
        self.queues.push(list, slot, key, weight)
    }

    /// Takes out an entry of this weight; answers its key.
    pub(super) fn pull(&mut self, slot: Slot, weight: u32) -> Option<u32> {
        self.queues.pull(slot, weight)
    }

    /// Moves an entry of this weight to the end of a list.
    pub(super) fn shift(&mut self, list: u32, slot: Slot, weight: u32) {
        self.queues.shift(list, slot, weight);
    }

    /// Moves an entry of this weight to the end of a class.
    pub(super) fn rank(&mut self, class: u32, slot: Slot, weight: u32) {
        self.classes |= 1 << class;
        self.queues.shift(RANKED + class, slot, weight);
    }

    /// Forgets the classes that have no members.
    pub(super) fn tidy(&mut self) {
        let mut left = self.classes;
        while left != 0 {
            let class = left.trailing_zeros();
            left &= left - 1;
            if self.first(RANKED + class, None).is_none() {
                self.classes &= !(1 << class);
            }
        }
    }

    /// Gives an entry another weight; answers whether it is there.
    pub(super) fn update(&mut self, slot: Slot, old: u32, new: u32) -> bool {
        self.queues.update(slot, old, new)
    }

    /// Weighs all anew.
    pub(super) fn reweigh(&mut self, tables: &Tables<'_>) {
        self.queues.reweigh(tables);
    }

    /// Checks that each entry knows its list and each list its entries.
    pub(super) fn validate(&self) -> Result<(), String> {
        for class in (0..CLASSES).filter(|class| self.classes >> class & 1 == 0) {
            if self.first(RANKED + class, None).is_some() {
                return Err(format!("auto: class {class} has members"));
            }
        }
        self.queues.validate()
    }

    /// Checks the sums of the weights.
    #[cfg(test)]
    pub(super) fn validate_weights(&self, tables: &Tables<'_>) -> Result<(), String> {
        self.queues.validate_weights(tables)
    }
}
