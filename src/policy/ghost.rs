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
//! 2 bytes a key.

#![forbid(unsafe_code)]

use super::mix;

/// The bytes of a key.
pub(super) const KEY_BYTES: usize = size_of::<u16>();

/// The tags of a bucket.
const PLACES: usize = 32;

/// The tag of an empty place.
const EMPTY: u16 = 0;

/// The keys that left lately.
#[derive(Debug, Clone, Default)]
pub(super) struct Ghost {
    buckets: Vec<[u16; PLACES]>,
    /// How many places of each bucket are used.
    places: usize,
    /// For how many keys it was made.
    length: u32,
}

impl Ghost {
    /// Remembers a key as the latest, where about `length` are to be remembered.
    pub(super) fn insert(&mut self, fingerprint: u32, length: u32) {
        if length > self.length + self.length / 2 || length < self.length / 2 {
            self.make(length);
        }
        let places = self.places;
        let (bucket, tag) = self.find(fingerprint);
        if let Some(bucket) = bucket {
            bucket.copy_within(..places - 1, 1);
            bucket[0] = tag;
        }
    }

    /// Forgets a key; answers whether it was remembered.
    pub(super) fn take(&mut self, fingerprint: u32) -> bool {
        let (bucket, tag) = self.find(fingerprint);
        let Some(bucket) = bucket else { return false };
        let Some(at) = bucket.iter().position(|&other| other == tag) else {
            return false;
        };
        bucket.copy_within(at + 1.., at);
        bucket[PLACES - 1] = EMPTY;
        true
    }

    /// The bucket of a key and its tag there.
    fn find(&mut self, fingerprint: u32) -> (Option<&mut [u16; PLACES]>, u16) {
        let hash = mix(fingerprint);
        let at = ((hash >> 32) * self.buckets.len() as u64) >> 32;
        (self.buckets.get_mut(at as usize), (hash as u16).max(1))
    }

    fn make(&mut self, length: u32) {
        let buckets = (length as usize).div_ceil(PLACES);
        self.length = length;
        self.buckets = Vec::new();
        if self.buckets.try_reserve_exact(buckets).is_ok() {
            self.buckets.resize(buckets, [EMPTY; PLACES]);
            self.places = (length as usize).div_ceil(buckets.max(1)).max(1);
        }
    }
}
