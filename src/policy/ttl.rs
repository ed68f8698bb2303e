//! Soonest to expire: the entry with the earliest deadline leaves first.
//!
//! Equal deadlines leave in order of insertion, entries that never expire last of all and so
//! first in, first out among themselves. Use makes no difference. A moved deadline does, and
//! counts as an insertion.
//!
//! Deadlines mostly come in order, as where all entries live for one time: such entries wait
//! in a queue, and those that never expire in another. Only one that comes with an earlier
//! deadline than some entry before it goes to a heap. The earlier of the firsts leaves.
//!
//! 16 bytes a slot: links 8, deadline 8; and 20 more for an entry in the heap. The touch word is
//! not used.

#![forbid(unsafe_code)]

use super::chunks::Chunks;
use super::heap::RankHeap;
use super::rings::Rings;
use super::{Candidate, Favor, Policy, Slot, Tables, TouchKind};

/// The queue of those whose deadlines came in order.
const TIMED: u32 = 0;
/// The queue of those that never expire.
const FOREVER: u32 = 1;

/// Evicts in order of deadline.
#[derive(Debug, Clone)]
pub struct Ttl {
    /// The two queues.
    queues: Rings,
    queued: u32,
    /// By slot, of those in a queue.
    ranks: Chunks<u64>,
    /// The largest rank that came to the queue since nothing waited there or in the heap.
    largest: u64,
    heap: RankHeap,
}

/// The number whose order among integers is the order of the deadline among deadlines.
const fn rank(deadline: f64) -> u64 {
    const SIGN: u64 = 1 << 63;
    let bits = (deadline + 0.0).to_bits(); // -0.0 + 0.0 is 0.0: the two zeros are one deadline.
    if bits & SIGN == 0 { bits | SIGN } else { !bits }
}

/// The rank of what never expires.
const NEVER: u64 = rank(f64::INFINITY);

impl Ttl {
    /// The rank of an entry.
    fn rank_of(&self, slot: Slot) -> Option<u64> {
        if self.queues.has(slot) {
            self.ranks.get(slot as usize)
        } else {
            self.heap.rank(slot)
        }
    }

    /// Takes an entry in; answers whether there was memory for it.
    fn add(&mut self, slot: Slot, rank: u64) -> bool {
        if rank == NEVER {
            return self.wait(FOREVER, slot, rank);
        }
        if self.queues.first(TIMED).is_none() && self.heap.len() == 0 {
            self.largest = 0;
        }
        if rank < self.largest {
            return self.heap.insert(slot, rank);
        }
        self.largest = rank;
        self.wait(TIMED, slot, rank)
    }

    /// Puts an entry at the end of a queue; answers whether there was memory.
    fn wait(&mut self, queue: u32, slot: Slot, rank: u64) -> bool {
        let is_in = self.ranks.extend_to(slot as usize + 1, 0).is_ok()
            && self.queues.push_back(queue, slot);
        self.ranks.set(slot as usize, rank);
        self.queued += u32::from(is_in);
        is_in
    }

    fn take(&mut self, slot: Slot) {
        if self.queues.unlink(slot) {
            self.queued -= 1;
        } else {
            self.heap.remove(slot);
        }
    }

    /// The first of all, but never `protect`.
    fn first(&self, protect: Option<Slot>) -> Option<Slot> {
        let timed = self.queues.first_but(TIMED, protect);
        match (timed, self.heap.peek_but(protect)) {
            // Of equal ones that in the queue came first: later ones went to the heap, as
            // something larger had come before.
            (Some(timed), Some(heaped)) if self.ranks.get(timed as usize) > Some(heaped.rank) => {
                Some(heaped.slot)
            }
            (Some(timed), _) => Some(timed),
            (None, Some(heaped)) => Some(heaped.slot),
            (None, None) => self.queues.first_but(FOREVER, protect),
        }
    }
}

impl Policy for Ttl {
    const TOUCH: TouchKind = TouchKind::None;
    const SLOT_BYTES: usize = Rings::SLOT_BYTES + size_of::<u64>();

    fn new(_favor: Favor) -> Self {
        Self {
            queues: Rings::new(2),
            queued: 0,
            ranks: Chunks::new(),
            largest: 0,
            heap: RankHeap::new(),
        }
    }

    fn insert(&mut self, candidate: &Candidate, _tables: &mut Tables<'_>, _tick: u32) -> bool {
        self.add(candidate.slot, rank(candidate.deadline))
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
        let rank = rank(deadline);
        if self.rank_of(slot).is_some_and(|old| old != rank) {
            self.take(slot);
            self.add(slot, rank);
        }
    }

    fn remove(&mut self, slot: Slot, _tables: &mut Tables<'_>) {
        self.take(slot);
    }

    fn victim(&mut self, _tables: &mut Tables<'_>, protect: Option<Slot>) -> Option<Slot> {
        let first = self.first(protect)?;
        self.take(first);
        Some(first)
    }

    fn len(&self) -> u32 {
        self.queued + self.heap.len() as u32
    }

    fn validate(&self) -> Result<(), String> {
        self.heap.validate()?;
        let first = self.queues.first(TIMED);
        let slots = std::iter::successors(first, |&slot| self.queues.after(slot));
        let ranks = slots.map(|slot| self.ranks.get(slot as usize).unwrap_or(NEVER));
        if !ranks.chain([self.largest]).is_sorted() {
            return Err("ttl: the queue is out of order".into());
        }
        match self.queues.validate()? {
            linked if linked == self.queued => Ok(()),
            linked => Err(format!(
                "ttl: {linked} in the queues, {} counted",
                self.queued
            )),
        }
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

    #[test]
    fn deadlines_that_come_in_order_need_no_heap() {
        let mut ttl = Ttl::new(Favor::Objects);
        assert!((0..100).all(|slot| ttl.add(slot, u64::from(slot / 3))));
        assert!(ttl.add(100, NEVER) && ttl.add(101, 33));
        assert_eq!((ttl.queued, ttl.heap.len()), (102, 0));
        assert!(ttl.add(102, 5));
        assert_eq!((ttl.queued, ttl.heap.len()), (102, 1));
        (0..103).for_each(|slot| ttl.take(slot));
        assert!(ttl.add(7, 1));
        assert_eq!((ttl.queued, ttl.heap.len()), (1, 0), "all begins anew");
    }
}
