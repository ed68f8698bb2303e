//! The bytes of a packed store: keys and values by slot, and slots by key.

#![forbid(unsafe_code)]

mod changes;
mod entries;
mod layout;
mod places;

pub use layout::MAX_KEY;
use layout::same;
pub(super) use layout::{DEADLINE_BYTES, Parts, Record, kept};

use changes::Changes;

use super::arena::{Address, Arena, END, OutOfMemory};
use super::hash::hash;
use super::index::{Index, MOST_SLOTS};
use super::terms::Refused;
use crate::policy::chunks::Chunks;
use crate::policy::{Slot, Weigh};

/// In place of an address: the slot is free, and these bits are the next free one.
const FREE: Address = END;
/// The end of the list of free slots.
const NONE: Slot = MOST_SLOTS - 1;
const _: () = assert!(FREE.checked_add(NONE).is_some());

/// The table of touch words has this many more at a time, in memory for an eighth more.
const TOUCHES_STEP: usize = 64;
const TOUCHES_PART: usize = 8;
/// Where this part of all entries that are allowed is there, memory is taken for all of them.
const LIKELY_PART: usize = 16;

/// Keys and values, and where they are.
#[derive(Debug, Clone)]
pub(super) struct Records {
    shelf: Shelf,
    index: Index,
    pub(super) touches: Vec<u32>,
    changes: Changes,
    seed: u64,
    /// The free slot that was taken last.
    free: Slot,
    len: u32,
    /// The block of the record that left last: often one of the same length comes next, and
    /// takes it as it is. It is given back before another leaves.
    vacated: Option<Address>,
    /// The bytes of all keys and values.
    payload: u64,
    /// Whether the keys of what leaves are put in the outbox.
    pub(super) notify: bool,
    pub(super) outbox: Vec<u8>,
}

/// Where the record of each slot is.
#[derive(Debug, Clone)]
struct Shelf {
    addresses: Chunks<Address>,
    arena: Arena,
    /// What each entry weighs beyond its key and value.
    overhead: u32,
}

impl Shelf {
    fn address(&self, slot: Slot) -> Option<Address> {
        self.addresses.get(slot as usize).filter(|&at| at < END)
    }

    #[inline]
    fn record(&self, slot: Slot) -> Option<Record<'_>> {
        let (note, bytes) = self.arena.get(self.address(slot)?);
        Record::read(note, bytes)
    }

    /// The same, of which all bytes are wanted, `length` of them as it seems.
    #[inline]
    fn whole_record(&self, slot: Slot, length: usize) -> Option<Record<'_>> {
        let at = self.address(slot)?;
        self.arena.fetch(at, length);
        let (note, bytes) = self.arena.get(at);
        Record::read(note, bytes)
    }
}

impl Weigh for Shelf {
    fn weigh(&self, slot: Slot) -> u32 {
        self.record(slot)
            .map_or(0, |it| it.payload() as u32 + self.overhead)
    }
}

impl Records {
    pub(super) fn new(seed: u64, overhead: u32) -> Self {
        Self {
            shelf: Shelf {
                addresses: Chunks::new(),
                arena: Arena::new(),
                overhead,
            },
            index: Index::new(),
            touches: Vec::new(),
            changes: Changes::new(),
            seed,
            free: NONE,
            len: 0,
            vacated: None,
            payload: 0,
            notify: false,
            outbox: Vec::new(),
        }
    }

    /// The hash of a key.
    #[inline]
    pub(super) fn hash(&self, key: &[u8]) -> u64 {
        hash(key, self.seed)
    }

    /// The slot and the record of a key, whose hash is given.
    #[inline]
    pub(super) fn find(&self, hash: u64, key: &[u8]) -> Option<(Slot, Record<'_>)> {
        find(&self.index, hash, key, |slot| self.shelf.record(slot))
    }

    /// The same for one whose value is wanted, and the touch words beside.
    #[inline]
    pub(super) fn find_to_touch(
        &mut self,
        hash: u64,
        key: &[u8],
    ) -> Option<(Slot, Record<'_>, &mut [u32])> {
        let likely = self.likely_length();
        let Self {
            index,
            shelf,
            touches,
            ..
        } = self;
        let (slot, record) = find(index, hash, key, |slot| shelf.whole_record(slot, likely))?;
        Some((slot, record, touches))
    }

    /// How often something has changed in a slot, or in those that are counted with it.
    pub(super) fn changes(&self, slot: Slot) -> u32 {
        self.changes.of(slot)
    }

    /// Whether nothing has changed in a slot since there were so many changes.
    pub(super) fn is_unchanged(&self, slot: Slot, changes: u32) -> bool {
        slot < self.end() && self.changes.are(slot, changes)
    }

    /// What a slot holds.
    pub(super) fn record(&self, slot: Slot) -> Option<Record<'_>> {
        self.shelf.record(slot)
    }

    /// The first slot after all that were ever taken.
    pub(super) const fn end(&self) -> Slot {
        self.shelf.addresses.len() as Slot
    }

    /// Puts a key that is not there, whose hash is given, into a free slot; there are to be
    /// `most` entries at most.
    ///
    /// # Errors
    /// `Full`, `OutOfMemory`; then nothing has changed.
    pub(super) fn add(&mut self, hash: u64, parts: Parts<'_>, most: u32) -> Result<Slot, Refused> {
        self.tidy();
        if self.len >= most.min(NONE) {
            return Err(Refused::Full);
        }
        let slot = self.free_slot(most)?;
        let next = self
            .shelf
            .addresses
            .get(slot as usize)
            .unwrap_or(FREE + NONE)
            - FREE;
        let at = self.place(&parts)?;
        self.shelf.addresses.set(slot as usize, at);
        let Self {
            index, shelf, seed, ..
        } = self;
        let hash_of = |slot| hash_of(shelf, *seed, slot);
        if let Err(refused) = index.insert(hash, slot, hash_of) {
            self.shelf.arena.free(at);
            self.shelf.addresses.set(slot as usize, FREE + next);
            return Err(refused);
        }
        self.free = next;
        self.len += 1;
        self.payload += parts.payload() as u64;
        Ok(slot)
    }

    /// Gives the key of a slot another value and deadline.
    ///
    /// # Errors
    /// `OutOfMemory`; then nothing has changed.
    pub(super) fn rewrite(&mut self, slot: Slot, parts: Parts<'_>) -> Result<(), Refused> {
        self.tidy();
        let Some((old, before)) = self.shelf.address(slot).zip(self.record(slot)) else {
            return Err(Refused::NoSuchSlot);
        };
        let before = before.payload();
        self.changes.note(slot);
        if before == parts.payload() {
            parts.write(self.shelf.arena.get_mut(old));
        } else {
            let at = self.place(&parts)?;
            self.shelf.arena.free(old);
            self.shelf.addresses.set(slot as usize, at);
        }
        self.payload = self.payload - before as u64 + parts.payload() as u64;
        Ok(())
    }

    /// Says what each entry weighs beyond its key and value.
    pub(super) const fn set_overhead(&mut self, overhead: u32) {
        self.shelf.overhead = overhead;
    }

    /// Drops everything.
    pub(super) fn clear(&mut self) {
        self.changes.note_all();
        *self = Self {
            notify: self.notify,
            changes: std::mem::take(&mut self.changes),
            ..Self::new(self.seed, self.shelf.overhead)
        };
    }

    /// Checks every table against every other. For tests.
    ///
    /// # Errors
    /// Says what is wrong.
    pub(super) fn validate(&self) -> Result<(), String> {
        self.shelf.arena.validate()?;
        self.index
            .validate(|slot| hash_of(&self.shelf, self.seed, slot))?;
        let records: Vec<_> = (0..self.end())
            .filter_map(|slot| self.record(slot))
            .collect();
        let payload: u64 = records.iter().map(|it| it.payload() as u64).sum();
        let counts = [records.len(), self.index.len(), self.len as usize];
        if counts != [counts[0]; 3] || payload != self.payload {
            return Err(format!(
                "records: {counts:?} records, keys and entries, {payload} bytes, {} counted",
                self.payload
            ));
        }
        let free = |&slot: &Slot| {
            let link = self.shelf.addresses.get(slot as usize)?;
            link.checked_sub(FREE).filter(|&next| next != NONE)
        };
        let first = Some(self.free).filter(|&slot| slot != NONE);
        let listed = std::iter::successors(first, free).take(self.end() as usize + 1);
        if listed.count() + records.len() == self.end() as usize {
            Ok(())
        } else {
            Err("records: the list of free slots is not right".into())
        }
    }

    /// A free slot, the first of the list; there are to be `most` entries at most.
    fn free_slot(&mut self, most: u32) -> Result<Slot, Refused> {
        if self.free == NONE {
            let slot = self.end();
            if self.touches.len() <= slot as usize {
                self.lengthen_touches(most as usize)?;
            }
            self.shelf.addresses.push(FREE + NONE)?;
            self.free = slot;
        }
        Ok(self.free)
    }

    /// Lengthens the table of touch words, which is moved as seldom as can be: it lies in one
    /// piece. Linear memory that nobody has written to takes none of the machine's.
    fn lengthen_touches(&mut self, most: usize) -> Result<(), OutOfMemory> {
        let touches = &mut self.touches;
        let len = touches.len();
        if touches.capacity() < len + TOUCHES_STEP {
            let likely = len >= most / LIKELY_PART;
            let more = if likely {
                most.saturating_sub(len)
            } else {
                len / TOUCHES_PART
            };
            touches
                .try_reserve_exact(more.max(TOUCHES_STEP))
                .or_else(|_| touches.try_reserve_exact(TOUCHES_STEP))
                .map_err(|_| OutOfMemory)?;
        }
        touches.resize(len + TOUCHES_STEP, 0);
        Ok(())
    }
}

#[inline]
fn find<'a>(
    index: &Index,
    hash: u64,
    key: &[u8],
    record: impl Fn(Slot) -> Option<Record<'a>>,
) -> Option<(Slot, Record<'a>)> {
    let mut found = None;
    let slot = index.find(hash, |slot| {
        found = record(slot).filter(|it| same(it.key, key));
        found.is_some()
    })?;
    Some((slot, found?))
}

/// The hash of a slot's key.
fn hash_of(shelf: &Shelf, seed: u64, slot: Slot) -> u64 {
    hash(shelf.record(slot).map_or(&[], |it| it.key), seed)
}
