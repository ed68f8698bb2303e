//! From the hash of a key to its slot: extendible hashing over short sorted buckets.
//!
//! One big table must at some moment be made anew, which at four million keys takes a
//! second. Here the index is many buckets, and a directory that is indexed by the first bits
//! of the hash says which one (Fagin et al., *Extendible hashing*, 1979). A bucket of 128
//! keys is split in two, by one more bit: no operation moves more. The directory doubles now
//! and then: 4 bytes for some 30 to 90 keys are copied.
//!
//! A bucket is an array without gaps, in the order of the *marks*, which are the last 13 bits
//! of the hashes. As hashes are spread evenly, so are marks, and where one must be follows
//! from itself (interpolation search: Perl, Itai and Avni, 1978): a few steps from there it is
//! found, or seen to be absent. A place is five bytes: the mark, and 27 bits for the slot. So
//! one key of a hundred in the same bucket is taken for another one until its bytes are looked
//! at.
//!
//! The index knows neither keys nor their hashes: it asks whoever calls. Buckets are never
//! joined again.
//!
//! 5 bytes a key, and for each bucket of 64 to 128 keys up to 7 places in reserve, 16 bytes,
//! what the allocator adds and its part of the directory: 6 bytes on average ([`KEY_BYTES`]).

#![forbid(unsafe_code)]

mod bucket;

use core::hint::black_box;

pub(super) use bucket::MOST_SLOTS;

use super::arena::OutOfMemory;
use super::terms::Refused;
use crate::policy::Slot;
use bucket::{Bucket, GROWTH, Place, join, mark, slot_of, unpack};

/// The bytes of one key, on average over all sizes.
pub(super) const KEY_BYTES: usize = size_of::<Place>() + 1;

/// The most keys of a bucket.
pub(super) const FULL: usize = 128;
/// 2^24 buckets would hold more keys than memory has bytes for.
const DEEPEST: u8 = 24;

/// The index of a packed store.
#[derive(Debug, Clone)]
pub(super) struct Index {
    /// 2^depth numbers of buckets, by the first bits of the hash.
    directory: Vec<u32>,
    depth: u8,
    buckets: Vec<Bucket>,
    len: usize,
}

impl Index {
    /// An empty index.
    pub(super) fn new() -> Self {
        Self {
            directory: vec![0],
            depth: 0,
            buckets: vec![Bucket::default()],
            len: 0,
        }
    }

    /// How many keys it has.
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// The slot of the key with this hash for which `is` holds.
    #[inline]
    pub(super) fn find(&self, hash: u64, is: impl FnMut(Slot) -> bool) -> Option<Slot> {
        let bucket = &self.buckets[self.bucket(hash)];
        let at = bucket.find(mark(hash), is)?;
        Some(slot_of(unpack(bucket.places[at])))
    }

    /// Has the processor fetch the lines where the places of keys are: first where the buckets are
    /// told of, all at once, then where they lie.
    pub(super) fn fetch(&self, hashes: &[u64]) {
        for &hash in hashes {
            black_box(self.buckets[self.bucket(hash)].depth);
        }
        for &hash in hashes {
            black_box(self.buckets[self.bucket(hash)].likely(mark(hash)));
        }
    }

    /// Adds a key that is not there. `hash_of` gives the hash of any slot's key.
    ///
    /// # Errors
    /// `OutOfMemory`; and `Full` if more than 128 keys share the first 24 bits of their hash,
    /// which does not happen by chance.
    pub(super) fn insert(
        &mut self,
        hash: u64,
        slot: Slot,
        hash_of: impl Fn(Slot) -> u64,
    ) -> Result<(), Refused> {
        loop {
            let number = self.bucket(hash);
            let bucket = &mut self.buckets[number];
            if bucket.places.len() < FULL {
                bucket.insert(mark(hash), slot)?;
                self.len += 1;
                return Ok(());
            }
            if bucket.depth == DEEPEST {
                return Err(Refused::Full);
            }
            self.split(number, hash, &hash_of)?;
        }
    }

    /// Takes a slot out; answers whether it was there, under this hash.
    pub(super) fn remove(&mut self, hash: u64, slot: Slot) -> bool {
        let number = self.bucket(hash);
        let bucket = &mut self.buckets[number];
        let Some(at) = bucket.find(mark(hash), |other| other == slot) else {
            return false;
        };
        bucket.remove(at);
        self.len -= 1;
        true
    }

    /// The bytes that it takes in WebAssembly: places, 16 for each bucket with 8 of the
    /// allocator's, directory.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        let places = |it: &Bucket| it.places.capacity() * size_of::<Place>() + 24;
        self.buckets.iter().map(places).sum::<usize>() + self.directory.len() * size_of::<u32>()
    }

    /// Checks the structure. For tests.
    ///
    /// # Errors
    /// Says what is wrong.
    pub(super) fn validate(&self, hash_of: impl Fn(Slot) -> u64) -> Result<(), String> {
        let mut len = 0;
        let mut shared = vec![0; self.buckets.len()];
        for &number in &self.directory {
            shared[number as usize] += 1;
        }
        for (number, bucket) in self.buckets.iter().enumerate() {
            if shared[number] != 1 << (self.depth - bucket.depth) {
                let shared = shared[number];
                return Err(format!(
                    "index: bucket {number} has {shared} entries in the directory"
                ));
            }
            for &place in &bucket.places {
                let slot = slot_of(unpack(place));
                let hash = hash_of(slot);
                if self.bucket(hash) != number || unpack(place) != join(mark(hash), slot) {
                    return Err(format!(
                        "index: slot {slot} is where its hash does not lead"
                    ));
                }
            }
            if !bucket.places.is_sorted_by_key(|&place| unpack(place)) {
                return Err(format!("index: bucket {number} is out of order"));
            }
            len += bucket.places.len();
        }
        if len == self.len {
            Ok(())
        } else {
            Err(format!("index: {len} slots, {} counted", self.len))
        }
    }

    /// Where the directory leads for this hash.
    #[inline]
    fn bucket(&self, hash: u64) -> usize {
        self.directory[first_bits(hash, self.depth)] as usize
    }

    /// Splits a full bucket by one more bit of the hash, one of its keys being given.
    fn split(
        &mut self,
        number: usize,
        hash: u64,
        hash_of: &impl Fn(Slot) -> u64,
    ) -> Result<(), OutOfMemory> {
        let depth = self.buckets[number].depth + 1;
        let mut halves = [Vec::new(), Vec::new()];
        for half in &mut halves {
            half.try_reserve_exact(FULL).map_err(|_| OutOfMemory)?;
        }
        self.buckets.try_reserve(1).map_err(|_| OutOfMemory)?;
        if depth > self.depth {
            self.double()?;
        }
        for &place in &self.buckets[number].places {
            let hash = hash_of(slot_of(unpack(place)));
            halves[first_bits(hash, depth) & 1].push(place);
        }
        let [lower, upper] = halves.map(|mut places| {
            places.shrink_to(places.len() + GROWTH);
            Bucket { places, depth }
        });
        self.buckets[number] = lower;
        // The entries of one bucket lie together; the second half of them gets the new one.
        let width = 1 << (self.depth - depth);
        let start = (first_bits(hash, depth) | 1) * width;
        self.directory[start..start + width].fill(self.buckets.len() as u32);
        self.buckets.push(upper);
        Ok(())
    }

    /// Gives the directory one more bit.
    fn double(&mut self) -> Result<(), OutOfMemory> {
        let mut directory = Vec::new();
        directory
            .try_reserve_exact(2 * self.directory.len())
            .map_err(|_| OutOfMemory)?;
        directory.extend(self.directory.iter().flat_map(|&number| [number, number]));
        self.directory = directory;
        self.depth += 1;
        Ok(())
    }
}

/// The first `count` bits of a hash, as a number.
#[inline]
const fn first_bits(hash: u64, count: u8) -> usize {
    if count == 0 {
        0
    } else {
        (hash >> (64 - count)) as usize
    }
}
