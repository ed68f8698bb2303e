//! A table addressed by hashes that grows place by place.
//!
//! Linear hashing (Litwin, *Linear Hashing: A New Tool for File and Table Addressing*, 1980)
//! of a table whose places hold something about all the keys that come to them: when the table
//! grows by a place, one of the old ones is split. Half of its keys come to the new place from
//! then on, which begins as a copy, so what was known of them is still known. Nothing is moved
//! and no operation visits all places.

#![forbid(unsafe_code)]

use crate::policy::chunks::Chunks;

/// How many places one call adds at most, after the first.
const STEP: usize = 4;

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

    /// Grows towards `wanted` places by a few, and from none to `first` of them, all `empty`.
    /// Without memory it stays as it is.
    pub(super) fn grow(&mut self, wanted: usize, first: usize, empty: T) {
        if self.len() == 0 {
            let _ = self.places.extend_to(first, empty);
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
        table.grow(0, 8, 0u32);
        let hashes: Vec<u32> = (0..64u32)
            .map(|n| n.wrapping_mul(0x9E37_79B9) >> 7)
            .collect();
        for &hash in &hashes {
            let place = table.place_of(hash);
            *table.get_mut(place).expect("it is there") |= 1 << (hash % 32);
        }
        while table.len() < 1_000 {
            table.grow(1_000, 8, 0);
            for &hash in &hashes {
                let known = table.get(table.place_of(hash));
                assert!(known.is_some_and(|bits| bits >> (hash % 32) & 1 == 1));
            }
        }
    }

    #[test]
    fn each_call_adds_a_few_places_until_there_are_enough() {
        let mut table = Spreading::new();
        table.grow(100, 16, 0u8);
        assert_eq!(table.len(), 16 + STEP);
        (0..100).for_each(|_| table.grow(100, 16, 0));
        assert_eq!(table.len(), 100);
        table.grow(10, 16, 0);
        assert_eq!(table.len(), 100);
    }
}
