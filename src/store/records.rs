//! The bytes of a packed store: keys and values by slot, and slots by key.
//!
//! A record is the length of the key less one in two bytes, the key, and the value.

#![forbid(unsafe_code)]

use super::arena::Arena;
use super::hash::hash;
use super::index::Index;
use super::slots::Slots;
use super::terms::{Departure, Entries, Refused};
use crate::policy::{Slot, Tables};

/// The longest key, in bytes.
pub const MAX_KEY: usize = 1 << 16;

/// The bytes before the key in a record.
pub(super) const PREFIX_BYTES: usize = 2;

/// Keys and values, and where they are.
#[derive(Debug, Clone)]
pub(super) struct Records {
    pub(super) slots: Slots,
    index: Index,
    arena: Arena,
    seed: u64,
    /// Whether the keys of what leaves are put in the outbox.
    pub(super) notify: bool,
    pub(super) outbox: Vec<u8>,
}

impl Records {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            slots: Slots::new(),
            index: Index::new(),
            arena: Arena::new(),
            seed,
            notify: false,
            outbox: Vec::new(),
        }
    }

    /// The hash of a key.
    pub(super) fn hash(&self, key: &[u8]) -> u64 {
        hash(key, self.seed)
    }

    /// The slot of a key, whose hash is given.
    pub(super) fn find(&self, hash: u64, key: &[u8]) -> Option<Slot> {
        self.index.find(hash, |slot| self.key(slot) == key)
    }

    /// The key of a slot.
    pub(super) fn key(&self, slot: Slot) -> &[u8] {
        split(self.arena.get(slot)).0
    }

    /// The value of a slot.
    pub(super) fn value(&self, slot: Slot) -> &[u8] {
        split(self.arena.get(slot)).1
    }

    /// The value of a slot, to be changed in place.
    pub(super) fn value_mut(&mut self, slot: Slot) -> &mut [u8] {
        let len = self.value(slot).len();
        let record = self.arena.get_mut(slot);
        let start = record.len() - len;
        &mut record[start..]
    }

    /// Writes the record of a slot that is in the index, or is about to be. Without memory
    /// for it the slot has none.
    pub(super) fn write(&mut self, slot: Slot, key: &[u8], value: &[&[u8]]) -> Result<(), Refused> {
        let prefix = (key.len().wrapping_sub(1) as u16).to_le_bytes();
        let head = [&prefix[..], key];
        self.arena
            .put(slot, head.iter().chain(value).copied())
            .map_err(|_| Refused::OutOfMemory)
    }

    /// Puts a slot that has a record into the index, where its key is not yet.
    pub(super) fn add(&mut self, hash: u64, slot: Slot) -> Result<(), Refused> {
        let Self {
            index, arena, seed, ..
        } = self;
        let hash_of = |slot| super::hash::hash(split(arena.get(slot)).0, *seed);
        if index.insert(hash, slot, hash_of) {
            Ok(())
        } else {
            Err(Refused::Full)
        }
    }

    /// Drops everything.
    pub(super) fn clear(&mut self) {
        self.slots = Slots::new();
        self.index.clear();
        self.arena.clear();
        self.outbox = Vec::new();
    }

    /// How many keys there are.
    pub(super) const fn keys(&self) -> usize {
        self.index.len()
    }

    /// The bytes of all records.
    pub(super) const fn payload(&self) -> u64 {
        self.arena.bytes()
    }

    /// Checks that every key leads to its slot, and the sum of the bytes.
    pub(super) fn validate(&self) -> Result<(), String> {
        self.slots.validate()?;
        self.arena.validate()?;
        self.index.validate(|slot| self.hash(self.key(slot)))
    }
}

impl Entries for Records {
    fn len(&self) -> u32 {
        self.slots.len()
    }

    fn bytes(&self) -> u64 {
        self.slots.bytes()
    }

    fn tables(&mut self, weighed: bool) -> Tables<'_> {
        self.slots.tables(weighed)
    }

    fn weight(&self, slot: Slot) -> Option<u32> {
        self.slots.weight(slot)
    }

    fn deadline(&self, slot: Slot) -> Option<f64> {
        self.slots.deadline(slot)
    }

    fn set_deadline(&mut self, slot: Slot, deadline: f64) {
        self.slots.set_deadline(slot, deadline);
    }

    fn release(&mut self, slot: Slot) {
        let hash = self.hash(self.key(slot));
        self.index.remove(hash, slot);
        self.arena.free(slot);
        self.slots.release(slot);
    }

    /// Notes the key, if anybody wants to know.
    fn leave(&mut self, slot: Slot, why: Departure) {
        if self.notify {
            let key = split(self.arena.get(slot)).0;
            self.outbox.push(why as u8);
            self.outbox
                .extend_from_slice(&(key.len() as u32).to_le_bytes());
            self.outbox.extend_from_slice(key);
        }
        self.release(slot);
    }
}

/// The key and the value of a record.
fn split(record: &[u8]) -> (&[u8], &[u8]) {
    let Some((prefix, rest)) = record.split_first_chunk::<PREFIX_BYTES>() else {
        return (&[], &[]);
    };
    rest.split_at_checked(usize::from(u16::from_le_bytes(*prefix)) + 1)
        .unwrap_or_default()
}
