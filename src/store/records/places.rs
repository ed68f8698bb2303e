//! Where records are put and moved, and what of them is fetched ahead.

#![forbid(unsafe_code)]

use super::layout::{DEADLINE_BYTES, Parts, Record};
use super::{Records, hash_of};
use crate::policy::Slot;
use crate::store::arena::{Address, OutOfMemory, Progress};

/// How many records one change moves at the most, while a segment is evacuated.
const MOVES: usize = 16;
/// And how many bytes, the last record's not counted.
const MOVED_BYTES: usize = 64 << 10;

/// The most bytes of a record that are fetched before its key was compared.
const FETCHED: u64 = 512;

impl Records {
    /// Has the record of a slot come into the processor's cache while something else is done.
    pub(in crate::store) fn fetch(&self, slot: Slot) {
        if let Some(at) = self.shelf.address(slot) {
            self.shelf.arena.fetch(at, self.likely_length());
        }
    }

    /// The hash of the key in a slot.
    pub(in crate::store) fn hash_at(&self, slot: Slot) -> u64 {
        hash_of(&self.shelf, self.seed, slot)
    }

    /// Has the places of keys in the index come, for many of them at once.
    pub(in crate::store) fn fetch_places(&self, hashes: &[u64]) {
        self.index.fetch(hashes);
    }

    /// The bytes of a record on average, or as many as are worth fetching.
    pub(super) fn likely_length(&self) -> usize {
        (self.payload / u64::from(self.len.max(1))).min(FETCHED) as usize
    }

    /// Makes a record.
    pub(super) fn place(&mut self, parts: &Parts<'_>) -> Result<Address, OutOfMemory> {
        let (note, more) = parts.note();
        let length = parts.payload().saturating_add(DEADLINE_BYTES + more);
        let arena = &mut self.shelf.arena;
        let vacated = self.vacated.filter(|&at| arena.reuse(at, length, note));
        let at = if let Some(at) = vacated {
            self.vacated = None;
            at
        } else {
            self.give_back();
            self.shelf.arena.allocate(length, note)?
        };
        parts.write(self.shelf.arena.get_mut(at));
        Ok(at)
    }

    /// Gives back the block of the record that left last.
    pub(super) fn give_back(&mut self) {
        if let Some(at) = self.vacated.take() {
            self.shelf.arena.free(at);
        }
    }

    /// Moves a few records, if free memory lies scattered.
    pub(super) fn tidy(&mut self) {
        if !self.shelf.arena.is_scattered() {
            return;
        }
        // What is vacated would be moved like a record, and nobody would follow.
        self.give_back();
        let mut moved = 0;
        for _ in 0..MOVES {
            match self.shelf.arena.evacuate() {
                Progress::Nothing => break,
                Progress::Passed => {}
                Progress::Moved { from, to } => moved += self.follow(from, to),
            }
            if moved > MOVED_BYTES {
                break;
            }
        }
    }

    /// Notes that a record has moved; answers how long it is.
    fn follow(&mut self, from: Address, to: Address) -> usize {
        let (note, bytes) = self.shelf.arena.get(to);
        let length = bytes.len();
        if let Some(record) = Record::read(note, bytes) {
            let is_at = |slot: Slot| self.shelf.addresses.get(slot as usize) == Some(from);
            if let Some(slot) = self.index.find(self.hash(record.key), is_at) {
                self.shelf.addresses.set(slot as usize, to);
                self.changes.note(slot);
            }
        }
        length
    }
}
