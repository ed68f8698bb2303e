//! From the hash of a key to its slot: extendible hashing over small Robin Hood tables.
//!
//! One big table must at some moment be made anew, which at four million keys takes a
//! second. Here the index is many tables of 256 places, and a directory that is indexed by
//! the first bits of the hash says which one (Fagin et al., *Extendible hashing*, 1979).
//! A full table is split in two, by one more bit: no operation moves more than 224 keys.
//! The directory doubles now and then: 4 bytes for some 80 to 170 keys are copied.
//!
//! Within a table the search is linear from a home position, and of two keys the one
//! farther from home has precedence (Celis, *Robin Hood hashing*, 1986), so that a search
//! for what is not there ends early. Each place stores its key's home and eight more bits
//! of the hash: they tell nearly every other key apart without a look at its bytes, and
//! they let a removal close the gap behind it, so there are no tombstones.
//!
//! The index knows neither keys nor their hashes: it asks whoever calls. Tables are never
//! joined again; [`clear`](Index::clear) gives the memory back.
//!
//! [`PLACE_BYTES`] = 6 bytes a place. Tables are between 7/16 and 7/8 full, so 7 to 14
//! bytes a key, 10 on average over all sizes ([`KEY_BYTES`]).

#![forbid(unsafe_code)]

use crate::policy::Slot;

/// The bytes of one place in a table.
const PLACE_BYTES: usize = size_of::<Slot>() + size_of::<u16>();

/// The bytes of one key, on average over all sizes: places a key go from 8/7 to 16/7 as the
/// keys halve, on average (16/7 − 8/7) / ln 2 = 1.65, and 1.65 × [`PLACE_BYTES`] is 10.
pub(super) const KEY_BYTES: usize = (PLACE_BYTES * 165).div_ceil(100);

const PLACES: usize = 256;
pub(super) const FULL: u16 = 224;
const EMPTY: Slot = Slot::MAX;
/// 2^24 tables would hold more keys than memory has bytes for.
const DEEPEST: u8 = 24;

/// One small table: open addressing over 256 places.
#[derive(Debug, Clone)]
struct Table {
    slots: [Slot; PLACES],
    /// The home position in the low byte, more of the hash in the high one.
    marks: [u16; PLACES],
    len: u16,
    /// How many of the hash's first bits all its keys share.
    depth: u8,
}

/// Which bits of a hash a table uses: the last 16. The directory uses the first ones.
const fn mark(hash: u64) -> u16 {
    hash as u16
}

/// How far `at` is from the home that `mark` tells.
const fn distance(at: usize, mark: u16) -> usize {
    at.wrapping_sub(mark as usize) % PLACES
}

impl Table {
    const fn new(depth: u8) -> Self {
        Self {
            slots: [EMPTY; PLACES],
            marks: [0; PLACES],
            len: 0,
            depth,
        }
    }

    /// Where the slot is for which `is` holds, among those with this mark.
    fn find(&self, mark: u16, mut is: impl FnMut(Slot) -> bool) -> Option<usize> {
        let home = mark as usize % PLACES;
        for far in 0..PLACES {
            let at = (home + far) % PLACES;
            let slot = self.slots[at];
            if slot == EMPTY || distance(at, self.marks[at]) < far {
                return None;
            }
            if self.marks[at] == mark && is(slot) {
                return Some(at);
            }
        }
        None
    }

    /// Adds a slot. The table is not full.
    fn insert(&mut self, mut mark: u16, mut slot: Slot) {
        let mut at = mark as usize % PLACES;
        while self.slots[at] != EMPTY {
            if distance(at, self.marks[at]) < distance(at, mark) {
                std::mem::swap(&mut self.slots[at], &mut slot);
                std::mem::swap(&mut self.marks[at], &mut mark);
            }
            at = (at + 1) % PLACES;
        }
        self.slots[at] = slot;
        self.marks[at] = mark;
        self.len += 1;
    }

    /// Empties a place, and moves up what follows and is not at home.
    fn remove(&mut self, mut at: usize) {
        loop {
            let next = (at + 1) % PLACES;
            if self.slots[next] == EMPTY || distance(next, self.marks[next]) == 0 {
                break;
            }
            self.slots[at] = self.slots[next];
            self.marks[at] = self.marks[next];
            at = next;
        }
        self.slots[at] = EMPTY;
        self.len -= 1;
    }
}

/// The index of a packed store.
#[derive(Debug, Clone)]
pub(super) struct Index {
    /// 2^depth numbers of tables, by the first bits of the hash.
    directory: Vec<u32>,
    depth: u8,
    #[expect(
        clippy::vec_box,
        reason = "moving the tables when the vector grows would be a stall"
    )]
    tables: Vec<Box<Table>>,
    len: usize,
}

impl Default for Index {
    fn default() -> Self {
        Self::new()
    }
}

impl Index {
    /// An empty index.
    pub(super) fn new() -> Self {
        Self {
            directory: vec![0],
            depth: 0,
            tables: vec![Box::new(Table::new(0))],
            len: 0,
        }
    }

    /// How many keys it has.
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// The slot of the key with this hash for which `is` holds.
    pub(super) fn find(&self, hash: u64, is: impl FnMut(Slot) -> bool) -> Option<Slot> {
        let table = &self.tables[self.table(hash)];
        table.find(mark(hash), is).map(|at| table.slots[at])
    }

    /// Adds a key that is not there. `hash_of` gives the hash of any slot's key.
    ///
    /// Answers whether it could: only if more than 224 keys share the first 24 bits of
    /// their hash, which does not happen by chance, there is no place.
    pub(super) fn insert(&mut self, hash: u64, slot: Slot, hash_of: impl Fn(Slot) -> u64) -> bool {
        loop {
            let table = self.table(hash);
            if self.tables[table].len < FULL {
                self.tables[table].insert(mark(hash), slot);
                self.len += 1;
                return true;
            }
            if self.tables[table].depth == DEEPEST {
                return false;
            }
            self.split(table, hash, &hash_of);
        }
    }

    /// Takes a slot out; answers whether it was there, under this hash.
    pub(super) fn remove(&mut self, hash: u64, slot: Slot) -> bool {
        let table = self.table(hash);
        let Some(at) = self.tables[table].find(mark(hash), |other| other == slot) else {
            return false;
        };
        self.tables[table].remove(at);
        self.len -= 1;
        true
    }

    /// Takes everything out and gives the memory back.
    pub(super) fn clear(&mut self) {
        *self = Self::new();
    }

    /// The bytes of all places, taken or not.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.tables.len() * PLACES * PLACE_BYTES
    }

    /// Checks the structure. For tests.
    ///
    /// # Errors
    /// Says what is wrong.
    pub(super) fn validate(&self, hash_of: impl Fn(Slot) -> u64) -> Result<(), String> {
        let mut len = 0;
        for (number, table) in self.tables.iter().enumerate() {
            let shared = self
                .directory
                .iter()
                .filter(|&&entry| entry as usize == number)
                .count();
            if shared != 1 << (self.depth - table.depth) {
                return Err(format!(
                    "index: table {number} has {shared} entries in the directory"
                ));
            }
            let mut taken = 0;
            for at in (0..PLACES).filter(|&at| table.slots[at] != EMPTY) {
                taken += 1;
                let slot = table.slots[at];
                let hash = hash_of(slot);
                if self.table(hash) != number || table.marks[at] != mark(hash) {
                    return Err(format!(
                        "index: slot {slot} is where its hash does not lead"
                    ));
                }
                if table.find(mark(hash), |other| other == slot) != Some(at) {
                    return Err(format!("index: slot {slot} is there and cannot be found"));
                }
            }
            if taken != table.len {
                return Err(format!(
                    "index: table {number} has {taken} slots and counts {}",
                    table.len
                ));
            }
            len += taken as usize;
        }
        if len == self.len {
            Ok(())
        } else {
            Err(format!("index: {len} slots, {} counted", self.len))
        }
    }

    /// Where the directory leads for this hash.
    fn table(&self, hash: u64) -> usize {
        self.directory[first_bits(hash, self.depth)] as usize
    }

    /// Splits a full table by one more bit of the hash, one of its keys being given.
    fn split(&mut self, table: usize, hash: u64, hash_of: &impl Fn(Slot) -> u64) {
        let depth = self.tables[table].depth + 1;
        if depth > self.depth {
            self.directory = self
                .directory
                .iter()
                .flat_map(|&number| [number, number])
                .collect();
            self.depth += 1;
        }
        let old = std::mem::replace(&mut *self.tables[table], Table::new(depth));
        let mut other = Box::new(Table::new(depth));
        for slot in old.slots.into_iter().filter(|&slot| slot != EMPTY) {
            let hash = hash_of(slot);
            let half = if first_bits(hash, depth) & 1 == 0 {
                &mut self.tables[table]
            } else {
                &mut other
            };
            half.insert(mark(hash), slot);
        }
        // The entries of one table lie together; the second half of them gets the new one.
        let width = 1 << (self.depth - depth);
        let start = (first_bits(hash, depth) | 1) * width;
        let number = self.tables.len() as u32;
        self.directory[start..start + width].fill(number);
        self.tables.push(other);
    }
}

/// The first `count` bits of a hash, as a number.
const fn first_bits(hash: u64, count: u8) -> usize {
    if count == 0 {
        0
    } else {
        (hash >> (64 - count)) as usize
    }
}
