//! The lists in which entries are, each list in order of arrival there, with their weights.
//!
//! 12 bytes a slot: links 8, and 4 for 30 bits of the key's fingerprint and the list's number.

#![forbid(unsafe_code)]

use super::worth::CLASSES;
use crate::policy::chunks::Chunks;
use crate::policy::rings::Rings;
use crate::policy::{Slot, Tables};

/// Newcomers.
pub(super) const WINDOW: u32 = 0;
/// Of the main part, those that were not used since they came there.
pub(super) const PROBATION: u32 = 1;
/// Those that were.
pub(super) const PROTECTED: u32 = 2;
/// Those in order of worth, a ring for each class.
pub(super) const RANKED: u32 = 3;

/// The bits of an entry's word that are the list's number.
const LIST: u32 = 3;

/// All lists.
#[derive(Debug, Clone)]
pub(super) struct Lists {
    rings: Rings,
    /// By slot: the key, and the list in its lowest bits.
    words: Chunks<u32>,
    weights: [u64; 4],
    len: u32,
    /// The classes that may have members, one bit each.
    classes: u64,
}

impl Lists {
    /// The bytes of a slot in these tables.
    pub(super) const SLOT_BYTES: usize = 8 + size_of::<u32>();

    pub(super) fn new() -> Self {
        Self {
            rings: Rings::new(RANKED + CLASSES),
            words: Chunks::new(),
            weights: [0; 4],
            len: 0,
            classes: 0,
        }
    }

    /// How many entries there are.
    pub(super) const fn len(&self) -> u32 {
        self.len
    }

    /// What the entries of a list weigh.
    pub(super) const fn weight(&self, list: u32) -> u64 {
        self.weights[list as usize]
    }

    /// What all weigh.
    pub(super) fn total(&self) -> u64 {
        self.weights.iter().sum()
    }

    /// What is known of an entry's key.
    #[inline]
    pub(super) fn key(&self, slot: Slot) -> u32 {
        self.words.get(slot as usize).unwrap_or(0) & !LIST
    }

    /// The list that an entry is in.
    #[inline]
    pub(super) fn list_of(&self, slot: Slot) -> Option<u32> {
        let word = self.words.get(slot as usize)?;
        self.rings.has(slot).then_some(word & LIST)
    }

    /// The first of a list that is not `protect`.
    #[inline]
    pub(super) fn first(&self, list: u32, protect: Option<Slot>) -> Option<Slot> {
        let first = self.rings.first(list)?;
        if Some(first) == protect {
            self.rings.after(first)
        } else {
            Some(first)
        }
    }

    /// The first of each class, but for `protect`.
    pub(super) fn ranked(&self, protect: Option<Slot>) -> impl Iterator<Item = (u32, Slot)> + '_ {
        let mut left = self.classes;
        std::iter::from_fn(move || {
            let class = (left != 0).then(|| left.trailing_zeros())?;
            left &= left - 1;
            Some(class)
        })
        .filter_map(move |class| Some((class, self.first(RANKED + class, protect)?)))
    }

    /// Takes in an entry of this key and weight at the end of a list. Answers whether it is
    /// there: there may be no memory for it.
    pub(super) fn push(&mut self, list: u32, slot: Slot, key: u32, weight: u32) -> bool {
        self.pull(slot, weight);
        if self.words.extend_to(slot as usize + 1, 0).is_err() || self.rings.reserve(slot).is_err()
        {
            return false;
        }
        self.words.set(slot as usize, key & !LIST | list);
        self.rings.push_back(list, slot);
        self.weights[list as usize] += u64::from(weight);
        self.len += 1;
        true
    }

    /// Takes out an entry of this weight; answers the list it was in.
    pub(super) fn pull(&mut self, slot: Slot, weight: u32) -> Option<u32> {
        let list = self.list_of(slot)?;
        self.rings.unlink(slot);
        self.weights[list as usize] -= u64::from(weight);
        self.len -= 1;
        Some(list)
    }

    /// Moves an entry of this weight to the end of a list.
    pub(super) fn shift(&mut self, list: u32, slot: Slot, weight: u32) {
        self.place(list, list, slot, weight);
    }

    /// Moves an entry of this weight to the end of a class.
    pub(super) fn rank(&mut self, class: u32, slot: Slot, weight: u32) {
        self.classes |= 1 << class;
        self.place(RANKED, RANKED + class, slot, weight);
    }

    fn place(&mut self, list: u32, ring: u32, slot: Slot, weight: u32) {
        if let Some(from) = self.list_of(slot) {
            self.weights[from as usize] -= u64::from(weight);
            self.weights[list as usize] += u64::from(weight);
            self.words.set(slot as usize, self.key(slot) | list);
            self.rings.push_back(ring, slot);
        }
    }

    /// Forgets the classes that have no members.
    pub(super) fn tidy(&mut self) {
        let mut left = self.classes;
        while left != 0 {
            let class = left.trailing_zeros();
            left &= left - 1;
            if self.rings.first(RANKED + class).is_none() {
                self.classes &= !(1 << class);
            }
        }
    }

    /// Gives an entry another weight; answers whether it is there.
    pub(super) fn update(&mut self, slot: Slot, old: u32, new: u32) -> bool {
        let list = self.list_of(slot);
        if let Some(list) = list {
            let sum = &mut self.weights[list as usize];
            *sum = *sum - u64::from(old) + u64::from(new);
        }
        list.is_some()
    }

    /// Weighs all anew.
    pub(super) fn reweigh(&mut self, tables: &Tables<'_>) {
        self.weights = self.weigh(tables);
    }

    fn weigh(&self, tables: &Tables<'_>) -> [u64; 4] {
        let mut weights = [0; 4];
        for slot in 0..self.words.len() as u32 {
            if let Some(list) = self.list_of(slot) {
                weights[list as usize] += u64::from(tables.weight(slot));
            }
        }
        weights
    }

    /// The entries of a ring, in order.
    fn iter(&self, ring: u32) -> impl Iterator<Item = Slot> + '_ {
        std::iter::successors(self.rings.first(ring), |&slot| self.rings.after(slot))
    }

    /// Checks that each entry knows its list and each list its entries.
    pub(super) fn validate(&self) -> Result<(), String> {
        for ring in 0..RANKED + CLASSES {
            let list = ring.min(RANKED);
            if let Some(slot) = self
                .iter(ring)
                .find(|&slot| self.list_of(slot) != Some(list))
            {
                return Err(format!("auto: slot {slot} does not know its list {list}"));
            }
            let known = ring < RANKED || self.classes >> (ring - RANKED) & 1 == 1;
            if !known && self.rings.first(ring).is_some() {
                return Err(format!("auto: class {} has members", ring - RANKED));
            }
        }
        match self.rings.validate()? {
            linked if linked == self.len => Ok(()),
            linked => Err(format!(
                "auto: {linked} slots in lists, {} counted",
                self.len
            )),
        }
    }

    /// Checks the sums of the weights.
    #[cfg(test)]
    pub(super) fn validate_weights(&self, tables: &Tables<'_>) -> Result<(), String> {
        let weights = self.weigh(tables);
        if weights == self.weights {
            Ok(())
        } else {
            Err(format!(
                "auto: the lists weigh {weights:?}, not {:?}",
                self.weights
            ))
        }
    }
}
