//! A table addressed by hashes that grows and shrinks place by place.
//!
//! Linear hashing (Litwin, *Linear Hashing: A New Tool for File and Table Addressing*, 1980)
//! of a table whose places hold something about all the keys that come to them: when the table
//! grows by a place, one of the old ones is split. Half of its keys come to the new place from
//! then on, which begins as a copy, so what was known of them is still known. When it shrinks by
//! a place, the keys of that one go back to the place they came from, and what was known of them
//! is forgotten. Nothing is moved and no operation visits all places.

#![forbid(unsafe_code)]

use crate::policy::chunks::Chunks;

/// How many places one call adds at most, after the first.
const STEP: usize = 4;
/// A table shrinks that has more places than so many times those that are wanted. So one that is
/// emptied and filled again keeps most of what it knows.
const LAVISH: usize = 32;

/// Places, of which each key has one.
#[derive(Debug, Clone)]
pub(super) struct Spreading<T> {
    places: Chunks<T>,
    /// The least power of two that is not below the number of places, less one.
    mask: usize,
}

impl<T: Copy> Spreading<T> {
    pub(super) const fn new() -> Self {
        Self {
            places: Chunks::new(),
            mask: 0,
        }
    }

    pub(super) const fn len(&self) -> usize {
        self.places.len()
    }

    /// The number of the place that a hash belongs to.
    #[inline]
    pub(super) const fn place_of(&self, hash: u32) -> usize {
        let place = hash as usize & self.mask;
        if place < self.places.len() {
            place
        } else {
            hash as usize & (self.mask >> 1)
        }
    }

    /// What is at a place.
    #[inline]
    pub(super) fn get(&self, place: usize) -> Option<T> {
        self.places.get(place)
    }

    /// What is at a place, to be changed.
    #[inline]
    pub(super) fn get_mut(&mut self, place: usize) -> Option<&mut T> {
        self.places.get_mut(place)
    }

    /// Grows towards `wanted` places by a few, and from none to `first` of them, all `empty`; or
    /// shrinks by one place if it is far too large. Without memory it stays as it is.
    pub(super) fn fit(&mut self, wanted: usize, first: usize, empty: T) {
        if self.len() == 0 {
            let _ = self.places.extend_to(first, empty);
            self.mask = self.len().next_power_of_two() - 1;
        }
        if self.len() > LAVISH * wanted.max(first) {
            self.places.pop();
            self.mask = self.len().next_power_of_two() - 1;
        }
        for _ in 0..STEP.min(wanted.saturating_sub(self.len())) {
            let new = self.len();
            let mask = (new + 1).next_power_of_two() - 1;
            let split = self.places.get(new & (mask >> 1)).unwrap_or(empty);
            if self.places.push(split).is_err() {
                return;
            }
            self.mask = mask;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_known_of_a_key_is_known_after_every_growth() {
        let mut table = Spreading::new();
        table.fit(0, 8, 0u32);
        let hashes: Vec<u32> = (0..64u32)
            .map(|n| n.wrapping_mul(0x9E37_79B9) >> 7)
            .collect();
        for &hash in &hashes {
            let place = table.place_of(hash);
            *table.get_mut(place).expect("it is there") |= 1 << (hash % 32);
        }
        while table.len() < 1_000 {
            table.fit(1_000, 8, 0);
            for &hash in &hashes {
                let known = table.get(table.place_of(hash));
                assert!(known.is_some_and(|bits| bits >> (hash % 32) & 1 == 1));
            }
        }
    }

    #[test]
    fn each_call_adds_a_few_places_until_there_are_enough() {
        let mut table = Spreading::new();
        table.fit(100, 16, 0u8);
        assert_eq!(table.len(), 16 + STEP);
        (0..100).for_each(|_| table.fit(100, 16, 0));
        assert_eq!(table.len(), 100);
        table.fit(10, 16, 0);
        assert_eq!(table.len(), 100);
    }

    #[test]
    fn a_table_that_is_far_too_large_shrinks_place_by_place_and_every_hash_has_a_place() {
        let mut table = Spreading::new();
        (0..1_000).for_each(|_| table.fit(4_000, 16, 0u8));
        assert_eq!(table.len(), 4_000);
        for more in (LAVISH * 16..4_000).rev() {
            table.fit(1, 16, 0);
            assert_eq!(table.len(), more);
            assert!((0..100u32).all(|n| table.place_of(n.wrapping_mul(0x9E37_79B9)) < more));
        }
        table.fit(1, 16, 0);
        assert_eq!(table.len(), LAVISH * 16);
    }
}
