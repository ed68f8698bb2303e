//! A short memory of the keys that left: whether a fingerprint is among about the last so many.
//!
//! Buckets of up to 32 tags of 16 bits, in order of arrival: a newcomer pushes out the oldest
//! of its bucket, so an entry is remembered until as many as a bucket holds have come after it
//! there. With 32 places the time that this takes differs by a sixth between entries. A tag
//! is taken for another one once in 2,000 times.
//!
//! Memory is taken with the first key and again where the wanted length has moved by half;
//! then what was remembered is forgotten. If there is none, nothing is remembered.
//!
//! Four tags lie in a word of 64 bits and are compared at once.
//!
//! 2 bytes a key.

#![forbid(unsafe_code)]

/// The bytes of a key.
pub(super) const KEY_BYTES: usize = size_of::<u16>();

/// The bits of a tag.
const BITS: u32 = u16::BITS;
/// The tags of a word.
const LANES: usize = 4;
/// The words of a bucket.
const WORDS: usize = 8;
/// The tags of a bucket.
const PLACES: usize = LANES * WORDS;
/// The lowest bit of each tag of a word.
const ONES: u64 = 0x0001_0001_0001_0001;

/// The tags of a bucket, the latest in the lowest bits of the first word. An empty place is 0.
type Bucket = [u64; WORDS];

/// The keys that left lately.
#[derive(Debug, Clone, Default)]
pub(super) struct Ghost {
    buckets: Vec<Bucket>,
    /// How many places of each bucket are used.
    places: usize,
    /// For how many keys it was made.
    length: u32,
}

impl Ghost {
    /// Remembers a key as the latest, where about `length` are to be remembered.
    pub(super) fn insert(&mut self, hash: u64, length: u32) {
        if length > self.length + self.length / 2 || length < self.length / 2 {
            self.make(length);
        }
        let places = self.places;
        let (bucket, tag) = self.find(hash);
        let Some(bucket) = bucket else { return };
        let mut first = tag;
        for word in bucket.iter_mut() {
            let last = *word >> (BITS * 3);
            *word = *word << BITS | first;
            first = last;
        }
        if places < PLACES {
            bucket[places / LANES] &= !(0xFFFF << (BITS * (places % LANES) as u32));
        }
    }

    /// Forgets a key; answers whether it was remembered.
    pub(super) fn take(&mut self, hash: u64) -> bool {
        let (bucket, tag) = self.find(hash);
        let Some(bucket) = bucket else { return false };
        // Mostly it is not there, which is told without a branch for each word.
        if bucket.iter().fold(0, |any, &word| any | zeros(word, tag)) == 0 {
            return false;
        }
        let place = bucket.iter().position(|&word| zeros(word, tag) != 0);
        let Some(found) = place else { return false };
        // Those behind it move up.
        let below = (1 << (BITS * lane(bucket[found], tag))) - 1;
        let kept = bucket[found] & below;
        for at in found..WORDS {
            let next = bucket.get(at + 1).copied().unwrap_or(0);
            bucket[at] = bucket[at] >> BITS | next << (BITS * 3);
        }
        bucket[found] = bucket[found] & !below | kept;
        true
    }

    /// The bucket of a key and its tag there, which is not 0.
    fn find(&mut self, hash: u64) -> (Option<&mut Bucket>, u64) {
        let at = ((hash >> 32) * self.buckets.len() as u64) >> 32;
        let tag = hash & 0xFFFF;
        (self.buckets.get_mut(at as usize), tag.max(1))
    }

    fn make(&mut self, length: u32) {
        let buckets = (length as usize).div_ceil(PLACES);
        self.length = length;
        self.buckets = Vec::new();
        if self.buckets.try_reserve_exact(buckets).is_ok() {
            self.buckets.resize(buckets, [0; WORDS]);
            self.places = (length as usize).div_ceil(buckets.max(1)).max(1);
        }
    }
}

/// Of the first lane of a word that holds the tag the highest bit, and of none before it; 0 if
/// none does.
const fn zeros(word: u64, tag: u64) -> u64 {
    let differs = word ^ (tag * ONES);
    differs.wrapping_sub(ONES) & !differs & (ONES << (BITS - 1))
}

/// The first lane of a word that holds the tag; 4 if none does.
const fn lane(word: u64, tag: u64) -> u32 {
    zeros(word, tag).trailing_zeros() / BITS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(number: u32) -> u64 {
        crate::policy::mix(number)
    }

    #[test]
    fn a_key_is_remembered_until_it_is_taken() {
        let mut ghost = Ghost::default();
        assert!(!ghost.take(key(1)));
        ghost.insert(key(1), 10);
        assert!(ghost.take(key(1)) && !ghost.take(key(1)));
    }

    #[test]
    fn a_small_one_remembers_exactly_the_last() {
        let mut ghost = Ghost::default();
        (0..100).for_each(|number| ghost.insert(key(number), 12));
        let remembered: Vec<u32> = (0..100).filter(|&number| ghost.take(key(number))).collect();
        assert_eq!(remembered, (88..100).collect::<Vec<_>>());
    }

    #[test]
    fn a_large_one_remembers_about_as_many_and_hardly_any_older_ones() {
        let mut ghost = Ghost::default();
        (0..100_000).for_each(|number| ghost.insert(key(number), 10_000));
        let mut remembered = |from: u32, to: u32| {
            let found = (from..to).filter(|&number| ghost.take(key(number))).count();
            found as f64 / f64::from(to - from)
        };
        assert!(remembered(0, 80_000) < 0.01);
        assert!(remembered(80_000, 86_000) < 0.05);
        assert!(remembered(95_000, 100_000) > 0.95);
    }

    #[test]
    fn it_forgets_all_when_its_length_changes_much() {
        let mut ghost = Ghost::default();
        ghost.insert(key(1), 100);
        ghost.insert(key(2), 150);
        assert!(ghost.take(key(1)), "by half is not much");
        ghost.insert(key(3), 151);
        assert!(!ghost.take(key(2)) && ghost.take(key(3)));
        ghost.insert(key(4), 75);
        ghost.insert(key(5), 74);
        assert!(!ghost.take(key(4)) && ghost.take(key(5)));
    }
}
