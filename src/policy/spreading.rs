//! A table addressed by hashes that grows and shrinks place by place.
//!
//! Linear hashing (Litwin, *Linear Hashing: A New Tool for File and Table Addressing*, 1980)
//! of a table whose places hold something about all the keys that come to them: when the table
//! grows by a place, one of the old ones is split. Half of its keys come to the new place from
//! then on, which begins as a copy, so what was known of them is still known. Nothing is moved and
//! no operation visits all places.
//!
//! While a round of splitting is under way, places that were split have half the keys of those
//! that were not. A table that [stretches](Spreading::stretch) before anything is known has no
//! such rounds: all its places have alike.

#![forbid(unsafe_code)]

use super::chunks::Chunks;

/// How many places one call adds at most, after the first.
const STEP: usize = 4;
/// A table that has more places than so many times those that are wanted is begun anew. So one that
/// is emptied and filled again keeps what it knows.
const LAVISH: usize = 32;

/// Places, of which each key has one.
#[derive(Debug, Clone)]
pub(super) struct Spreading<T> {
    places: Chunks<T>,
    /// How many places there were when something was known first.
    base: usize,
    /// The least power of two by which the first places have to be multiplied to have no fewer
    /// than there are, less one.
    mask: usize,
}

impl<T: Copy> Spreading<T> {
    pub(super) const fn new() -> Self {
        Self {
            places: Chunks::new(),
            base: 0,
            mask: 0,
        }
    }

    pub(super) const fn len(&self) -> usize {
        self.places.len()
    }

    /// The number of the place that a hash belongs to.
    #[inline]
    pub(super) const fn place_of(&self, hash: u32) -> usize {
        // By its upper bits one of the first places, by its lower ones one of those split off it.
        let first = ((hash as u64 * self.base as u64) >> 32) as usize;
        let place = first + self.base * (hash as usize & self.mask);
        if place < self.places.len() {
            place
        } else {
            first + self.base * (hash as usize & (self.mask >> 1))
        }
    }

    /// What is at a place.
    #[inline]
    pub(super) fn get(&self, place: usize) -> Option<&T> {
        self.places.get_ref(place)
    }

    /// What is at a place, to be changed.
    #[inline]
    pub(super) fn get_mut(&mut self, place: usize) -> Option<&mut T> {
        self.places.get_mut(place)
    }

    /// Grows towards `wanted` places by a few, and from none to `fewest`, all `empty`. What was
    /// known is mixed up by it.
    pub(super) fn stretch(&mut self, wanted: usize, fewest: usize, empty: T) {
        let more = self.len() + STEP.min(wanted.saturating_sub(self.len()));
        // Without memory it stays as it is.
        let _ = self.places.extend_to(more.max(fewest), empty);
        self.base = self.len();
        self.mask = 0;
    }

    /// Grows towards `wanted` places by a few, and from none to `fewest`; or is begun anew if it is
    /// far too large. Without memory it stays as it is.
    #[inline]
    pub(super) fn fit(&mut self, wanted: usize, fewest: usize, empty: T) {
        if self.len() != wanted.max(fewest) {
            self.refit(wanted, fewest, empty);
        }
    }

    fn refit(&mut self, wanted: usize, fewest: usize, empty: T) {
        if self.len() > LAVISH * wanted.max(fewest) {
            *self = Self::new();
        }
        if self.len() == 0 {
            self.stretch(0, fewest, empty);
        }
        for _ in 0..STEP.min(wanted.saturating_sub(self.len())) {
            self.split(empty);
        }
    }

    /// Adds a place that has half the keys of an old one, and what is known of them.
    fn split(&mut self, empty: T) {
        let new = self.len();
        let Some(round) = new.checked_div(self.base) else {
            return;
        };
        let mask = (round + 1).next_power_of_two() - 1;
        let old = new - self.base * (round - (round & (mask >> 1)));
        let known = self.places.get(old).unwrap_or(empty);
        if self.places.push(known).is_ok() {
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
    fn places_of_a_table_that_was_stretched_have_alike() {
        let mut table = Spreading::new();
        (0..100).for_each(|_| table.stretch(150, 16, 0u32));
        for number in 0..150_000u32 {
            let place = table.place_of((crate::policy::mix(number) >> 32) as u32);
            *table.get_mut(place).expect("it is there") += 1;
        }
        assert_eq!(table.len(), 150);
        assert!(table.places.iter().all(|keys| (800..1_200).contains(&keys)));
    }

    #[test]
    fn a_table_that_is_far_too_large_is_begun_anew() {
        let mut table = Spreading::new();
        (0..1_000).for_each(|_| table.stretch(4_000, 16, 0u8));
        table.fit(4_000 / LAVISH, 16, 0);
        assert_eq!(table.len(), 4_000);
        table.fit(4_000 / LAVISH - 1, 16, 0);
        assert_eq!(table.len(), 16 + STEP);
    }
}
