//! Least frequently used, with ageing: the entry with the least count leaves first.
//!
//! The touch word is a saturating count: 1 at insertion, one more with every hit and every
//! replacement. Of equal counts the oldest insertion leaves.
//!
//! **Ageing.** Without it yesterday's favourites never leave (Arlitt et al., *Evaluating
//! content management techniques for web proxy caches*, 2000). All counts are halved,
//! rounding down, after every 10 × capacity accesses. To the letter: `advance(tick)` is
//! called before every insertion and replacement; the capacity is the number of resident
//! entries at that moment, at least 1; if 10 × capacity × n accesses have gone by since the
//! last halving, all counts are halved n times, and the halving counts as done
//! 10 × capacity × n accesses after the last. Counting starts with the insertion that ends
//! emptiness. One halving visits every entry: a tenth of an entry an access.
//!
//! **Laziness.** A heap holds each entry under a count that it once had. Counts only grow
//! between halvings, and a halving keeps their order, so the count in the heap is never
//! above the true one: if the entry at the top has its true count there, it is the least of
//! all, and if not, it sinks to its place and the next one is looked at.
//!
//! 16 bytes a slot.

#![forbid(unsafe_code)]

use super::heap::{RankHeap, Ranked};
use super::{Candidate, Favor, Policy, REPAIRS, Slot, Tables, TouchKind, raise};

/// How many accesses for each resident entry make the counts halve.
const PERIOD: u64 = 10;

/// Evicts the least used.
#[derive(Debug, Clone)]
pub struct Lfu {
    heap: RankHeap<u32>,
    halved_at: u32,
    repairs: u32,
}

impl Lfu {
    /// The entry to evict, once the top of the heap tells the truth or enough was repaired.
    fn least(&mut self, tables: &Tables<'_>, protect: Option<Slot>) -> Option<Ranked<u32>> {
        let mut best: Option<Ranked<u32>> = None;
        for _ in 0..self.repairs {
            let top = self.heap.peek()?;
            let count = tables.touch(top.slot);
            if count == top.rank && Some(top.slot) != protect {
                return Some(top);
            }
            if Some(top.slot) == protect {
                let aside = self.heap.remove(top.slot)?;
                let least = self.least(tables, None);
                self.heap.restore(aside);
                return least;
            }
            self.heap.change(top.slot, count);
            let repaired = Ranked { rank: count, ..top };
            best = Some(best.map_or(repaired, |best| best.min(repaired)));
        }
        best
    }
}

impl Policy for Lfu {
    const TOUCH: TouchKind = TouchKind::Count;
    const SLOT_BYTES: usize = 16;

    fn new(_favor: Favor) -> Self {
        Self {
            heap: RankHeap::new(),
            halved_at: 0,
            repairs: REPAIRS,
        }
    }

    fn insert(&mut self, candidate: &Candidate, tables: &mut Tables<'_>, tick: u32) {
        if self.heap.len() == 0 {
            self.halved_at = tick;
        }
        tables.mark(candidate.slot, 1);
        self.heap.insert(candidate.slot, 1);
    }

    fn update(
        &mut self,
        slot: Slot,
        _weight: u32,
        _deadline: f64,
        tables: &mut Tables<'_>,
        _tick: u32,
    ) {
        raise(tables.touches, slot);
    }

    fn remove(&mut self, slot: Slot, _tables: &mut Tables<'_>) {
        self.heap.remove(slot);
    }

    fn victim(&mut self, tables: &mut Tables<'_>, protect: Option<Slot>) -> Option<Slot> {
        let slot = self.least(tables, protect)?.slot;
        self.heap.remove(slot);
        Some(slot)
    }

    fn advance(&mut self, tables: &mut Tables<'_>, tick: u32) {
        let period = PERIOD * self.heap.len().max(1) as u64;
        let times = u64::from(tick.wrapping_sub(self.halved_at)) / period;
        if times == 0 {
            return;
        }
        // At most the accesses since the last halving, which are a u32.
        self.halved_at = self.halved_at.wrapping_add((times * period) as u32);
        let halve = |count: u32| count.checked_shr(times.min(32) as u32).unwrap_or(0);
        self.heap.change_all(|slot, count| {
            tables.mark(slot, halve(tables.touch(slot)));
            halve(count)
        });
    }

    fn limit_repairs(&mut self, repairs: u32) {
        self.repairs = repairs;
    }

    fn rebase(&mut self, _tables: &mut Tables<'_>, by: u32) {
        self.halved_at = self.halved_at.wrapping_sub(by);
    }

    fn len(&self) -> u32 {
        self.heap.len() as u32
    }

    fn validate(&self) -> Result<(), String> {
        self.heap.validate()
    }
}
