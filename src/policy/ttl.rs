//! Soonest to expire: the entry with the earliest deadline leaves first.
//!
//! A heap by deadline; equal deadlines leave in order of insertion, entries that never
//! expire last of all and so first in, first out among themselves. Use makes no
//! difference, a moved deadline does.
//!
//! 20 bytes a slot. The touch word is not used.

#![forbid(unsafe_code)]

use super::heap::RankHeap;
use super::{Candidate, Favor, Policy, Slot, Tables, TouchKind};

/// Evicts in order of deadline.
#[derive(Debug, Clone)]
pub struct Ttl {
    heap: RankHeap<u64>,
}

/// The number whose order among integers is the order of the deadline among deadlines.
const fn rank(deadline: f64) -> u64 {
    const SIGN: u64 = 1 << 63;
    let bits = (deadline + 0.0).to_bits(); // -0.0 + 0.0 is 0.0: the two zeros are one deadline.
    if bits & SIGN == 0 { bits | SIGN } else { !bits }
}

impl Policy for Ttl {
    const TOUCH: TouchKind = TouchKind::None;
    const SLOT_BYTES: usize = 20;

    fn new(_favor: Favor) -> Self {
        Self {
            heap: RankHeap::new(),
        }
    }

    fn insert(&mut self, candidate: &Candidate, _tables: &mut Tables<'_>, _tick: u32) {
        self.heap.insert(candidate.slot, rank(candidate.deadline));
    }

    fn update(
        &mut self,
        slot: Slot,
        _weight: u32,
        deadline: f64,
        _tables: &mut Tables<'_>,
        _tick: u32,
    ) {
        self.rerank(slot, deadline);
    }

    fn rerank(&mut self, slot: Slot, deadline: f64) {
        self.heap.change(slot, rank(deadline));
    }

    fn remove(&mut self, slot: Slot, _tables: &mut Tables<'_>) {
        self.heap.remove(slot);
    }

    fn victim(&mut self, _tables: &mut Tables<'_>, protect: Option<Slot>) -> Option<Slot> {
        let first = self.heap.peek()?.slot;
        if Some(first) != protect {
            self.heap.remove(first);
            return Some(first);
        }
        let aside = self.heap.remove(first)?;
        let second = self.heap.peek().map(|node| node.slot);
        if let Some(slot) = second {
            self.heap.remove(slot);
        }
        self.heap.restore(aside);
        second
    }

    fn len(&self) -> u32 {
        self.heap.len() as u32
    }

    fn validate(&self) -> Result<(), String> {
        self.heap.validate()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ranks_order_as_deadlines_do() {
        let deadlines = [
            f64::MIN,
            -2.5,
            -1.0,
            0.0,
            1e-300,
            1.0,
            1.5,
            1e300,
            f64::INFINITY,
        ];
        assert!(deadlines.map(rank).is_sorted_by(|a, b| a < b));
        assert_eq!(rank(-0.0), rank(0.0));
    }
}
