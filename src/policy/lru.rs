//! Least recently used: the entry whose last use is longest ago leaves first.
//!
//! The touch word is the running tick of the entry's last use, so the least word leaves.
//!
//! **Laziness.** Each entry is *filed* once, under a tick that it once had. Ticks only
//! grow, so an entry is never filed later than it belongs. Two structures together give the
//! entry that is filed earliest: what was not used since it came waits in a queue, in which
//! insertion keeps the order by itself; what was found to have been used goes to a heap.
//! If the earliest is filed under its true tick, it is the least recently used of all; if
//! not, it is filed anew and the next one is looked at. A scan never touches the heap and
//! costs what a queue costs.
//!
//! A removed entry stays filed: when its slot is taken again, it is an entry that was
//! filed earlier than it belongs, like any that was used. If the slot is still free when
//! its turn comes, it is dropped. So removal is O(1) and needs no positions.
//!
//! Two entries with one tick leave in order of slot. Ticks are made unique by readers that
//! raise theirs before each use, except that [`rebase`](Policy::rebase) gives 0 to all that
//! were last used more accesses ago than the ticks go back to.
//!
//! 8 bytes a slot, ¼ for the two flags, and what the queue's and the heap's vectors hold in
//! reserve.

#![forbid(unsafe_code)]

use std::cmp::Reverse;
use std::collections::{BinaryHeap, VecDeque};

use super::bits::Bits;
use super::{Candidate, Favor, Policy, REPAIRS, Slot, Tables, TouchKind};

/// A tick above, its slot below: compares as ticks do.
type Filed = u64;

const fn file(tick: u32, slot: Slot) -> Filed {
    (tick as u64) << 32 | slot as u64
}

const fn slot_of(filed: Filed) -> Slot {
    filed as Slot
}

/// Evicts the least recently used.
#[derive(Debug, Clone)]
pub struct Lru {
    /// Not found used since they came; in order.
    fresh: VecDeque<Filed>,
    /// Found used at least once.
    used: BinaryHeap<Reverse<Filed>>,
    /// The slots in one of the two.
    filed: Bits,
    /// The slots that are entries.
    live: Bits,
    len: u32,
    repairs: u32,
}

impl Lru {
    /// Takes out what is filed earliest.
    fn take_earliest(&mut self) -> Option<Filed> {
        match (self.fresh.front(), self.used.peek()) {
            (Some(fresh), Some(Reverse(used))) if used < fresh => {
                self.used.pop().map(|Reverse(filed)| filed)
            }
            (Some(_), _) => self.fresh.pop_front(),
            (None, _) => self.used.pop().map(|Reverse(filed)| filed),
        }
    }

    /// The least recently used of all but `protect`, unfiled; or, after so many repairs, the
    /// least recently used of those seen, which stays filed as a removed entry does.
    fn least(&mut self, tables: &Tables<'_>, protect: Option<Slot>) -> Option<Slot> {
        let mut aside = None;
        let mut best = Filed::MAX;
        let mut repairs = 0;
        let mut least = None;
        while let Some(filed) = self.take_earliest() {
            let slot = slot_of(filed);
            let now = file(tables.touch(slot), slot);
            if !self.live.has(slot) {
                self.filed.take(slot);
            } else if Some(slot) == protect {
                aside = Some(now);
            } else if now == filed {
                self.filed.take(slot);
                least = Some(slot);
                break;
            } else {
                self.used.push(Reverse(now));
                best = best.min(now);
                repairs += 1;
                if repairs >= self.repairs {
                    least = Some(slot_of(best));
                    break;
                }
            }
        }
        self.used.extend(aside.map(Reverse));
        least
    }

    /// How many slots the queue has memory for.
    #[cfg(test)]
    pub(super) fn queue_capacity(&self) -> usize {
        self.fresh.capacity()
    }

    /// Gives memory back after the queue has run empty into the heap.
    fn shrink(&mut self) {
        if self.fresh.capacity() > 64 + 4 * self.fresh.len() {
            self.fresh.shrink_to(2 * self.fresh.len());
        }
    }
}

impl Policy for Lru {
    const TOUCH: TouchKind = TouchKind::Tick;
    const SLOT_BYTES: usize = 8;

    fn new(_favor: Favor) -> Self {
        Self {
            fresh: VecDeque::new(),
            used: BinaryHeap::new(),
            filed: Bits::default(),
            live: Bits::default(),
            len: 0,
            repairs: REPAIRS,
        }
    }

    fn insert(&mut self, candidate: &Candidate, tables: &mut Tables<'_>, tick: u32) {
        let slot = candidate.slot;
        tables.mark(slot, tick);
        self.len += u32::from(self.live.add(slot));
        if self.filed.add(slot) {
            let filed = file(tick, slot);
            if self.fresh.back().is_none_or(|&last| last < filed) {
                self.fresh.push_back(filed);
            } else {
                self.used.push(Reverse(filed));
            }
        }
    }

    fn update(
        &mut self,
        slot: Slot,
        _weight: u32,
        _deadline: f64,
        tables: &mut Tables<'_>,
        tick: u32,
    ) {
        tables.mark(slot, tick);
    }

    fn remove(&mut self, slot: Slot, _tables: &mut Tables<'_>) {
        self.len -= u32::from(self.live.take(slot));
    }

    fn victim(&mut self, tables: &mut Tables<'_>, protect: Option<Slot>) -> Option<Slot> {
        let slot = self.least(tables, protect)?;
        self.len -= u32::from(self.live.take(slot));
        self.shrink();
        Some(slot)
    }

    fn limit_repairs(&mut self, repairs: u32) {
        self.repairs = repairs;
    }

    fn rebase(&mut self, tables: &mut Tables<'_>, by: u32) {
        let lower = |filed: Filed| file(((filed >> 32) as u32).saturating_sub(by), slot_of(filed));
        for word in tables.touches.iter_mut() {
            *word = word.saturating_sub(by);
        }
        // What had different ticks may now share one, and then slots decide.
        self.fresh
            .iter_mut()
            .for_each(|filed| *filed = lower(*filed));
        self.fresh.make_contiguous().sort_unstable();
        self.used = self
            .used
            .drain()
            .map(|Reverse(filed)| Reverse(lower(filed)))
            .collect();
    }

    fn len(&self) -> u32 {
        self.len
    }

    fn validate(&self) -> Result<(), String> {
        if !self.fresh.iter().is_sorted() {
            return Err("lru: the queue is out of order".into());
        }
        let filed = self.fresh.len() + self.used.len();
        if filed != self.filed.count() as usize {
            return Err(format!(
                "lru: {filed} slots are filed, {} are marked as filed",
                self.filed.count()
            ));
        }
        let mut live = 0;
        for &filed in self
            .fresh
            .iter()
            .chain(self.used.iter().map(|Reverse(filed)| filed))
        {
            if !self.filed.has(slot_of(filed)) {
                return Err(format!(
                    "lru: slot {} is filed and not marked so",
                    slot_of(filed)
                ));
            }
            live += u32::from(self.live.has(slot_of(filed)));
        }
        if live != self.len || self.live.count() != self.len {
            return Err(format!(
                "lru: {live} entries are filed, {} are counted",
                self.len
            ));
        }
        Ok(())
    }
}
