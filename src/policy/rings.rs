//! Many doubly linked rings over slots, in one table.
//!
//! A ring begins and ends at its *head*, a node of its own, so that linking and
//! unlinking have no special cases and unlinking need not know the ring. The heads come
//! first in the table, then one node a slot. A slot is in one ring at most.
//!
//! 8 bytes a slot, 8 bytes a head.

#![forbid(unsafe_code)]

use super::Slot;
use super::chunks::{Chunks, OutOfMemory};

/// The link of a slot that is in no ring.
const UNLINKED: u32 = u32::MAX;

#[derive(Debug, Clone, Copy)]
struct Node {
    prev: u32,
    next: u32,
}

impl Node {
    /// The node of a slot that is in no ring.
    const FREE: Self = Self {
        prev: UNLINKED,
        next: UNLINKED,
    };
}

/// A fixed number of rings over any number of slots.
#[derive(Debug, Clone)]
pub(crate) struct Rings {
    heads: u32,
    nodes: Chunks<Node>,
}

impl Rings {
    /// The bytes of a slot.
    pub(crate) const SLOT_BYTES: usize = size_of::<Node>();

    /// `heads` empty rings, named 0 to `heads - 1`.
    pub(crate) fn new(heads: u32) -> Self {
        let nodes = (0..heads).map(|head| Node {
            prev: head,
            next: head,
        });
        Self {
            heads,
            nodes: nodes.collect(),
        }
    }

    /// Takes memory for all slots up to this one, so that [`push_back`](Self::push_back) needs none.
    ///
    /// # Errors
    /// [`OutOfMemory`]
    pub(crate) fn reserve(&mut self, slot: Slot) -> Result<(), OutOfMemory> {
        let len = self.heads as usize + slot as usize + 1;
        self.nodes.extend_to(len, Node::FREE)
    }

    /// Puts `slot` at the end of the ring `head`; takes it out of the ring it was in. Without
    /// memory for its node it stays out, and the answer is false.
    pub(crate) fn push_back(&mut self, head: u32, slot: Slot) -> bool {
        self.unlink(slot);
        let node = self.heads + slot;
        if node as usize >= self.nodes.len() && self.reserve(slot).is_err() {
            return false;
        }
        let last = self.at(head).prev;
        self.nodes.set(
            node as usize,
            Node {
                prev: last,
                next: head,
            },
        );
        self.set_next(last, node);
        self.set_prev(head, node);
        true
    }

    /// Takes `slot` out of its ring; answers whether it was in one.
    pub(crate) fn unlink(&mut self, slot: Slot) -> bool {
        let Some(Node { prev, next }) = self.node(slot) else {
            return false;
        };
        self.set_next(prev, next);
        self.set_prev(next, prev);
        self.nodes.set((self.heads + slot) as usize, Node::FREE);
        true
    }

    /// Whether `slot` is in a ring.
    pub(crate) fn has(&self, slot: Slot) -> bool {
        self.node(slot).is_some()
    }

    /// The ring in which `slot` is alone, if it is alone in one.
    pub(crate) fn alone_in(&self, slot: Slot) -> Option<u32> {
        self.node(slot)
            .filter(|node| node.prev == node.next && node.prev < self.heads)
            .map(|node| node.prev)
    }

    /// The first slot of a ring.
    #[inline]
    pub(crate) fn first(&self, head: u32) -> Option<Slot> {
        self.at(head).next.checked_sub(self.heads)
    }

    /// The first slot of a ring that is not `but`.
    pub(crate) fn first_but(&self, head: u32, but: Option<Slot>) -> Option<Slot> {
        let first = self.first(head)?;
        if Some(first) == but {
            self.after(first)
        } else {
            Some(first)
        }
    }

    /// Moves all slots of the ring `from` to the end of the ring `to`, in their order.
    pub(crate) fn append(&mut self, to: u32, from: u32) {
        let Node {
            prev: last,
            next: first,
        } = self.at(from);
        if to == from || first == from {
            return;
        }
        let before = self.at(to).prev;
        self.set_next(before, first);
        self.set_prev(first, before);
        self.set_next(last, to);
        self.set_prev(to, last);
        self.set_next(from, from);
        self.set_prev(from, from);
    }

    /// The slot after `slot` in its ring; `None` at the end.
    #[inline]
    pub(crate) fn after(&self, slot: Slot) -> Option<Slot> {
        self.node(slot)?.next.checked_sub(self.heads)
    }

    /// The slots of one ring, in order.
    #[cfg(test)]
    pub(crate) fn iter(&self, head: u32) -> impl Iterator<Item = Slot> + '_ {
        std::iter::successors(self.first(head), |&slot| self.after(slot))
    }

    /// Checks that every link is answered by its neighbour; answers how many slots are linked.
    pub(crate) fn validate(&self) -> Result<u32, String> {
        let mut linked = 0;
        for (at, node) in (0u32..).zip(self.nodes.iter()) {
            if node.prev == UNLINKED && node.next == UNLINKED && at >= self.heads {
                continue;
            }
            linked += u32::from(at >= self.heads);
            let next = self
                .nodes
                .get(node.next as usize)
                .ok_or(format!("node {at} links out of the table"))?;
            if next.prev != at {
                return Err(format!(
                    "node {at} links to {}, which links back to {}",
                    node.next, next.prev
                ));
            }
        }
        Ok(linked)
    }

    #[inline]
    fn node(&self, slot: Slot) -> Option<Node> {
        let at = self.heads.checked_add(slot)? as usize;
        self.nodes.get(at).filter(|node| node.next != UNLINKED)
    }

    #[inline]
    fn at(&self, node: u32) -> Node {
        self.nodes.get(node as usize).unwrap_or(Node::FREE)
    }

    #[inline]
    fn set_next(&mut self, node: u32, next: u32) {
        if let Some(node) = self.nodes.get_mut(node as usize) {
            node.next = next;
        }
    }

    #[inline]
    fn set_prev(&mut self, node: u32, prev: u32) {
        if let Some(node) = self.nodes.get_mut(node as usize) {
            node.prev = prev;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slots_move_between_rings_and_keep_their_order() {
        let mut rings = Rings::new(2);
        for slot in [5, 1, 3] {
            rings.push_back(0, slot);
        }
        rings.push_back(1, 1);
        assert_eq!(rings.iter(0).collect::<Vec<_>>(), [5, 3]);
        assert_eq!(rings.alone_in(1), Some(1));
        assert_eq!(rings.alone_in(3), None);
        assert_eq!(rings.validate(), Ok(3));
        assert!(
            rings.unlink(5)
                && !rings.unlink(5)
                && !rings.unlink(1_000_000)
                && !rings.unlink(u32::MAX)
        );
        assert_eq!(rings.first(0), Some(3));
        assert_eq!(rings.after(3), None);
    }

    #[test]
    fn a_ring_is_appended_to_another() {
        let mut rings = Rings::new(3);
        for (head, slot) in [(0, 4), (0, 2), (1, 7), (1, 0)] {
            rings.push_back(head, slot);
        }
        for (to, from) in [(0, 2), (1, 1), (0, 1), (2, 0)] {
            rings.append(to, from);
            assert_eq!(rings.validate(), Ok(4));
        }
        assert_eq!(rings.iter(2).collect::<Vec<_>>(), [4, 2, 7, 0]);
        assert_eq!((rings.first(0), rings.first(1)), (None, None));
        assert_eq!(rings.first_but(2, Some(4)), Some(2));
        assert_eq!(rings.first_but(2, Some(2)), Some(4));
    }
}
