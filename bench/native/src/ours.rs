//! A cache of eight-byte keys and values on the core's live store, as JavaScript has one of strings.

use foldhash::fast::RandomState;
use hashbrown::HashTable;
use omnicache_core::policy::{Favor, PolicyKind, Slot};
use omnicache_core::store::{Limits, LiveStore, REBASE_AT};
use std::hash::BuildHasher;

/// Entries by slot and slots by key on this side, as quick_cache has them, who leaves on the core's.
pub struct Cache {
    hasher: RandomState,
    slots: HashTable<Slot>,
    entries: Vec<(u64, u64)>,
    store: LiveStore,
    tick: u32,
}

impl Cache {
    /// An empty cache.
    #[must_use]
    pub fn new(policy: PolicyKind, capacity: usize) -> Self {
        let max_entries = u32::try_from(capacity).unwrap_or(u32::MAX);
        let limits = Limits {
            max_entries,
            ..Limits::default()
        };
        Self {
            hasher: RandomState::default(),
            slots: HashTable::with_capacity(capacity),
            entries: Vec::with_capacity(capacity),
            store: LiveStore::new(policy, Favor::Objects, limits),
            tick: 0,
        }
    }

    /// The value of a key. Counts as a use.
    pub fn get(&mut self, key: u64) -> Option<u64> {
        let slot = self.find(self.hasher.hash_one(key), key)?;
        let tick = self.next_tick();
        self.store.touch(slot, tick);
        self.entries.get(slot as usize).map(|&(_, value)| value)
    }

    /// Sets the value of a key. Like quick_cache's, it looks first whether the key is there.
    pub fn insert(&mut self, key: u64, value: u64) {
        let hash = self.hasher.hash_one(key);
        if let Some(slot) = self.find(hash, key) {
            let tick = self.next_tick();
            self.store.touch(slot, tick);
            self.entries[slot as usize].1 = value;
        } else {
            self.add(hash, key, value);
        }
    }

    /// Takes in a key that is not there.
    fn add(&mut self, hash: u64, key: u64, value: u64) {
        let tick = self.next_tick();
        let inserted = self.store.insert(fold(hash), 1, f64::INFINITY, 0.0, tick);
        for &slot in self.store.outbox() {
            if let Some((left, _)) = self.entries.get(slot as usize) {
                let left = self.hasher.hash_one(left);
                if let Ok(there) = self.slots.find_entry(left, |&other| other == slot) {
                    there.remove();
                }
            }
        }
        let Ok(slot) = inserted else { return };
        let place = slot as usize;
        if place >= self.entries.len() {
            self.entries.resize(place + 1, (0, 0));
        }
        self.entries[place] = (key, value);
        let (entries, hasher) = (&self.entries, &self.hasher);
        self.slots.insert_unique(hash, slot, |&slot| {
            hasher.hash_one(entries[slot as usize].0)
        });
    }

    /// The slot of a key.
    fn find(&self, hash: u64, key: u64) -> Option<Slot> {
        let is_it = |&slot: &Slot| self.entries[slot as usize].0 == key;
        self.slots.find(hash, is_it).copied()
    }

    /// How many entries there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    /// Whether there are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    fn next_tick(&mut self) -> u32 {
        if self.tick >= REBASE_AT {
            self.tick = self.store.rebase(self.tick);
        }
        self.tick += 1;
        self.tick
    }
}

/// The 32 bits of a hash that the policies get.
#[expect(
    clippy::cast_possible_truncation,
    reason = "both halves are in what is left"
)]
const fn fold(hash: u64) -> u32 {
    (hash ^ (hash >> 32)) as u32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_policy_keeps_to_its_capacity_and_answers_what_was_stored() {
        for &kind in PolicyKind::ALL {
            let mut cache = Cache::new(kind, 10);
            for key in (0..100).flat_map(|key| [key, key]) {
                cache.insert(key, key * 2);
                assert!(cache.len() <= 10, "{kind:?}");
            }
            let found: Vec<u64> = (0..100)
                .filter(|&key| cache.get(key) == Some(key * 2))
                .collect();
            assert_eq!(found.len(), cache.len(), "{kind:?}");
            assert_eq!(found.len(), 10, "{kind:?}");
        }
    }
}
