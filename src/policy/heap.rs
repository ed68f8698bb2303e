//! A min-heap of slots by rank, in which equal ranks leave in order of insertion.
//!
//! Four children a node: half the depth of a binary heap, and the four lie side by side.
//! The position of each slot is kept, so that one in the middle can change or leave in
//! O(log n). Insertion numbers are 32 bits wide and are dealt out anew, in their order,
//! when they run out.
//!
//! Nodes and positions lie in pieces, so that no growth moves them all.
//!
//! 20 bytes a slot: rank 8, insertion number 4, slot 4, and its position 4.

#![forbid(unsafe_code)]

use super::Slot;
use super::chunks::Chunks;

const CHILDREN: usize = 4;
const ABSENT: u32 = u32::MAX;

/// One slot in the heap. Compares by rank, then by insertion.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Ranked {
    /// Least leaves first.
    pub(crate) rank: u64,
    /// The number of its insertion.
    pub(crate) order: u32,
    /// The slot that has this rank.
    pub(crate) slot: Slot,
}

/// The heap.
#[derive(Debug, Clone)]
pub(crate) struct RankHeap {
    nodes: Chunks<Ranked>,
    positions: Chunks<u32>,
    next_order: u32,
}

impl RankHeap {
    pub(crate) const fn new() -> Self {
        Self {
            nodes: Chunks::new(),
            positions: Chunks::new(),
            next_order: 0,
        }
    }

    pub(crate) const fn len(&self) -> usize {
        self.nodes.len()
    }

    /// The slot that leaves first.
    pub(crate) fn peek(&self) -> Option<Ranked> {
        self.nodes.get(0)
    }

    /// The slot that leaves first of all but one.
    pub(crate) fn peek_but(&self, but: Option<Slot>) -> Option<Ranked> {
        let first = self.peek()?;
        if Some(first.slot) == but {
            (1..=CHILDREN).filter_map(|at| self.nodes.get(at)).min()
        } else {
            Some(first)
        }
    }

    /// The rank of a slot.
    pub(crate) fn rank(&self, slot: Slot) -> Option<u64> {
        self.nodes.get(self.position(slot)?).map(|node| node.rank)
    }

    /// Adds `slot` as the latest insertion; one that is there already is inserted anew. Answers
    /// whether there was memory for it.
    pub(crate) fn insert(&mut self, slot: Slot, rank: u64) -> bool {
        self.remove(slot);
        if self.next_order == u32::MAX {
            self.renumber();
        }
        let node = Ranked {
            rank,
            order: self.next_order,
            slot,
        };
        let positions = self.positions.extend_to(slot as usize + 1, ABSENT);
        let is_in = positions.and_then(|()| self.nodes.push(node)).is_ok();
        if is_in {
            self.next_order += 1;
            self.rise(self.nodes.len() - 1, node);
        }
        is_in
    }

    /// Takes `slot` out.
    pub(crate) fn remove(&mut self, slot: Slot) -> Option<Ranked> {
        let at = self.position(slot)?;
        let gone = self.nodes.get(at)?;
        let last = self.nodes.pop()?;
        self.positions.set(slot as usize, ABSENT);
        if at < self.nodes.len() {
            self.settle(at, last);
        }
        Some(gone)
    }

    /// Checks the order of the heap and the position of every slot.
    pub(crate) fn validate(&self) -> Result<(), String> {
        for (at, node) in self.nodes.iter().enumerate() {
            if at > 0 && self.nodes.get((at - 1) / CHILDREN) > Some(node) {
                return Err(format!(
                    "heap: the parent of slot {} comes after it",
                    node.slot
                ));
            }
            if self.position(node.slot) != Some(at) {
                return Err(format!(
                    "heap: slot {} does not know its position {at}",
                    node.slot
                ));
            }
            if node.order >= self.next_order {
                return Err(format!(
                    "heap: slot {} has an insertion number of the future",
                    node.slot
                ));
            }
        }
        let placed = self.positions.iter().filter(|&at| at != ABSENT).count();
        if placed != self.nodes.len() {
            return Err(format!(
                "heap: {placed} positions for {} slots",
                self.nodes.len()
            ));
        }
        Ok(())
    }

    fn position(&self, slot: Slot) -> Option<usize> {
        self.positions
            .get(slot as usize)
            .filter(|&at| at != ABSENT)
            .map(|at| at as usize)
    }

    /// Puts `node` in the place of the one at `at`, and from there to its own.
    fn settle(&mut self, at: usize, node: Ranked) {
        let at = self.rise(at, node);
        self.sink(at, node);
    }

    /// Moves `node` from `at` up to its place; answers where that is.
    fn rise(&mut self, mut at: usize, node: Ranked) -> usize {
        while at > 0 {
            let above = (at - 1) / CHILDREN;
            let Some(parent) = self.nodes.get(above).filter(|&parent| parent > node) else {
                break;
            };
            self.place(at, parent);
            at = above;
        }
        self.place(at, node);
        at
    }

    /// Moves `node` from `at` down to its place.
    fn sink(&mut self, mut at: usize, node: Ranked) {
        loop {
            let first = at * CHILDREN + 1;
            let children =
                (first..first + CHILDREN).filter_map(|child| Some((self.nodes.get(child)?, child)));
            let Some((least, below)) = children.min().filter(|&(least, _)| least < node) else {
                break;
            };
            self.place(at, least);
            at = below;
        }
        self.place(at, node);
    }

    fn place(&mut self, at: usize, node: Ranked) {
        self.nodes.set(at, node);
        // A heap has fewer than 2^32 nodes, as slots are 32 bits wide.
        self.positions.set(node.slot as usize, at as u32);
    }

    /// Numbers the insertions from zero, in the order they have.
    fn renumber(&mut self) {
        let positions = self.nodes.iter().zip(0u64..);
        // As plain numbers, so that all policies share one sort: each other one is 9 KB of code.
        let mut order: Vec<u64> = positions
            .map(|(node, at)| u64::from(node.order) << 32 | at)
            .collect();
        order.sort_unstable();
        for (number, &at) in (0u32..).zip(&order) {
            if let Some(node) = self.nodes.get_mut(at as u32 as usize) {
                node.order = number;
            }
        }
        self.next_order = self.nodes.len() as u32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drain(heap: &mut RankHeap) -> Vec<Slot> {
        std::iter::from_fn(|| heap.remove(heap.peek()?.slot).map(|node| node.slot)).collect()
    }

    #[test]
    fn equal_ranks_leave_in_order_of_insertion() {
        let mut heap = RankHeap::new();
        for slot in [7, 2, 9, 4] {
            heap.insert(slot, 1);
        }
        heap.insert(7, 1);
        assert_eq!(heap.validate(), Ok(()));
        assert_eq!(drain(&mut heap), [2, 9, 4, 7]);
    }

    #[test]
    fn the_order_survives_the_end_of_the_insertion_numbers() {
        let mut heap = RankHeap::new();
        heap.next_order = u32::MAX - 3;
        for slot in [8, 6, 7, 5, 3, 0, 9] {
            heap.insert(slot, 1);
            assert_eq!(heap.validate(), Ok(()));
        }
        assert_eq!(heap.next_order, 7);
        assert_eq!(drain(&mut heap), [8, 6, 7, 5, 3, 0, 9]);
    }

    #[test]
    fn slots_leave_from_anywhere() {
        let mut heap = RankHeap::new();
        for slot in 0..100 {
            heap.insert(slot, u64::from((slot * 37) % 100));
        }
        assert_eq!(heap.rank(3), Some(11));
        for slot in (0..100).step_by(3) {
            assert_eq!(heap.peek(), heap.nodes.iter().min());
            let first = heap.peek().map(|node| node.slot);
            let others = heap.nodes.iter().filter(|node| Some(node.slot) != first);
            assert_eq!(heap.peek_but(first), others.min());
            assert!(heap.remove(slot).is_some() && heap.remove(slot).is_none());
            assert_eq!(heap.validate(), Ok(()));
        }
        let ranks: Vec<u32> = drain(&mut heap)
            .iter()
            .map(|slot| (slot * 37) % 100)
            .collect();
        assert!(ranks.len() == 66 && ranks.is_sorted());
        assert_eq!(heap.rank(3), None);
    }
}
