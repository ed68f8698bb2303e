//! A bucket: an array without gaps, in the order of the marks.

#![forbid(unsafe_code)]

use crate::policy::Slot;
use crate::store::arena::OutOfMemory;

/// Slots are below this number.
pub(in crate::store) const MOST_SLOTS: u32 = 1 << SLOT_BITS;
const SLOT_BITS: u32 = 27;
const MARK_BITS: u32 = 40 - SLOT_BITS;
/// How many places a bucket grows by.
pub(super) const GROWTH: usize = 8;

/// The first 8 bits of a mark; then its last 5 bits and the slot, little endian.
pub(super) type Place = [u8; 5];

/// A mark above, a slot below: in the order of marks.
pub(super) const fn join(mark: u32, slot: Slot) -> u64 {
    (mark as u64) << SLOT_BITS | slot as u64
}

const fn pack(joined: u64) -> Place {
    let [a, b, c, d] = (joined as u32).to_le_bytes();
    [(joined >> 32) as u8, a, b, c, d]
}

pub(super) const fn unpack([high, a, b, c, d]: Place) -> u64 {
    (high as u64) << 32 | u32::from_le_bytes([a, b, c, d]) as u64
}

pub(super) const fn slot_of(joined: u64) -> Slot {
    joined as u32 & (MOST_SLOTS - 1)
}

/// Which bits of a hash a bucket uses. The directory uses the first ones.
pub(super) const fn mark(hash: u64) -> u32 {
    hash as u32 & ((1 << MARK_BITS) - 1)
}

/// Keys whose hashes begin alike.
#[derive(Debug, Clone, Default)]
pub(super) struct Bucket {
    pub(super) places: Vec<Place>,
    /// How many of the hash's first bits all its keys share.
    pub(super) depth: u8,
}

impl Bucket {
    /// Where a mark is, if marks are spread evenly.
    #[inline]
    const fn guess(&self, mark: u32) -> usize {
        (mark as usize * self.places.len()) >> MARK_BITS
    }

    /// The first byte of the place where a mark may be.
    pub(super) fn likely(&self, mark: u32) -> Option<u8> {
        self.places.get(self.guess(mark)).map(|place| place[0])
    }

    /// The first place that is not before `joined`.
    fn lower_bound(&self, joined: u64) -> usize {
        let places = &self.places;
        let mut at = self.guess((joined >> SLOT_BITS) as u32);
        while at > 0 && unpack(places[at - 1]) >= joined {
            at -= 1;
        }
        while at < places.len() && unpack(places[at]) < joined {
            at += 1;
        }
        at
    }

    /// Where the slot is for which `is` holds, among those with this mark.
    #[inline]
    pub(super) fn find(&self, mark: u32, mut is: impl FnMut(Slot) -> bool) -> Option<usize> {
        let start = self.lower_bound(join(mark, 0));
        let same = (self.places[start..].iter())
            .take_while(|&&place| unpack(place) >> SLOT_BITS == u64::from(mark));
        (start..)
            .zip(same)
            .find(|&(_, &place)| is(slot_of(unpack(place))))
            .map(|(at, _)| at)
    }

    /// Adds a slot. The bucket is not full.
    pub(super) fn insert(&mut self, mark: u32, slot: Slot) -> Result<(), OutOfMemory> {
        if self.places.len() == self.places.capacity() {
            self.places
                .try_reserve_exact(GROWTH)
                .map_err(|_| OutOfMemory)?;
        }
        let joined = join(mark, slot);
        self.places.insert(self.lower_bound(joined), pack(joined));
        Ok(())
    }

    /// Empties a place, and gives memory back when half of it is not in use.
    pub(super) fn remove(&mut self, at: usize) {
        self.places.remove(at);
        if self.places.capacity() > 2 * self.places.len() + 2 * GROWTH {
            self.places.shrink_to(self.places.len() + GROWTH);
        }
    }
}
