//! A few queues of entries, each with its weight, and the entries' keys.
//!
//! An entry is in one queue at most, which it knows. The last queue may consist of many rings, of
//! which it is in one.
//!
//! 12 bytes a slot: links 8, and 4 for 30 bits of the key's fingerprint and the queue's number.

#![forbid(unsafe_code)]

use super::chunks::Chunks;
use super::{Slot, Tables};

/// The bits of a key's word that are the queue's number.
const QUEUE: u32 = 3;
/// The link of a slot that is in no queue.
const UNLINKED: u32 = u32::MAX;

/// What a policy knows a key by: a fingerprint without its lowest bits.
pub(super) const fn key_of(fingerprint: u32) -> u32 {
    fingerprint & !QUEUE
}

/// The head of a queue, which its ends link to, or an entry.
#[derive(Debug, Clone, Copy)]
struct Node {
    prev: u32,
    next: u32,
    /// The key, and the queue in its lowest bits.
    word: u32,
}

/// `N` queues, named 0 to `N - 1`; four at the most. Each is a ring of the same name, but the last
/// has all rings from `N - 1` to `RINGS - 1`.
#[derive(Debug, Clone)]
pub(super) struct Queues<const N: usize, const RINGS: usize = N> {
    /// The heads, then one node a slot.
    nodes: Chunks<Node>,
    weights: [u64; N],
    len: u32,
}

impl<const N: usize, const RINGS: usize> Queues<N, RINGS> {
    /// The bytes of a slot.
    pub(super) const SLOT_BYTES: usize = size_of::<Node>();

    pub(super) fn new() -> Self {
        let heads = (0..RINGS as u32).map(|head| Node {
            prev: head,
            next: head,
            word: 0,
        });
        Self {
            nodes: heads.collect(),
            weights: [0; N],
            len: 0,
        }
    }

    /// How many entries there are.
    pub(super) const fn len(&self) -> u32 {
        self.len
    }

    /// What the entries of a queue weigh.
    pub(super) const fn weight(&self, queue: u32) -> u64 {
        self.weights[queue as usize]
    }

    /// What all weigh.
    pub(super) fn total(&self) -> u64 {
        self.weights.iter().sum()
    }

    /// The key of an entry.
    pub(super) fn key(&self, slot: Slot) -> u32 {
        self.entry(slot).map_or(0, |node| key_of(node.word))
    }

    /// The queue that an entry is in.
    pub(super) fn queue_of(&self, slot: Slot) -> Option<u32> {
        self.entry(slot).map(|node| queue_of(node) as u32)
    }

    /// The first of a ring that is not `protect`.
    #[inline]
    pub(super) fn first(&self, ring: u32, protect: Option<Slot>) -> Option<Slot> {
        let first = slot_at::<RINGS>(self.at(ring).next)?;
        if Some(first) == protect {
            slot_at::<RINGS>(self.entry(first)?.next)
        } else {
            Some(first)
        }
    }

    /// Takes in an entry at the end of a ring; answers whether there was memory for it.
    pub(super) fn push(&mut self, ring: u32, slot: Slot, key: u32, weight: u32) -> bool {
        let free = Node {
            prev: UNLINKED,
            next: UNLINKED,
            word: 0,
        };
        let is_in = self
            .nodes
            .extend_to(RINGS + slot as usize + 1, free)
            .is_ok();
        if is_in {
            self.append(ring, slot, key);
            self.weights[Self::queue(ring)] += u64::from(weight);
            self.len += 1;
        }
        is_in
    }

    /// Takes out an entry of this weight; answers its key.
    pub(super) fn pull(&mut self, slot: Slot, weight: u32) -> Option<u32> {
        let node = self.entry(slot)?;
        self.detach(node);
        self.link(slot + RINGS as u32, |it| it.next = UNLINKED);
        self.weights[queue_of(node)] -= u64::from(weight);
        self.len -= 1;
        Some(key_of(node.word))
    }

    /// Moves an entry of this weight to the end of a ring.
    pub(super) fn shift(&mut self, ring: u32, slot: Slot, weight: u32) {
        if let Some(node) = self.entry(slot) {
            self.detach(node);
            self.append(ring, slot, node.word);
            self.weights[queue_of(node)] -= u64::from(weight);
            self.weights[Self::queue(ring)] += u64::from(weight);
        }
    }

    /// Gives an entry another weight; answers whether it is there.
    pub(super) fn update(&mut self, slot: Slot, old: u32, new: u32) -> bool {
        let entry = self.entry(slot);
        if let Some(node) = entry {
            let sum = &mut self.weights[queue_of(node)];
            *sum = *sum - u64::from(old) + u64::from(new);
        }
        entry.is_some()
    }

    /// Weighs all anew.
    pub(super) fn reweigh(&mut self, tables: &Tables<'_>) {
        self.weights = self.weigh(|slot| u64::from(tables.weight(slot)));
    }

    /// The sums over the entries of each queue.
    fn weigh(&self, weight: impl Fn(Slot) -> u64) -> [u64; N] {
        let mut weights = [0; N];
        for ring in 0..RINGS as u32 {
            weights[Self::queue(ring)] += self.iter(ring).map(&weight).sum::<u64>();
        }
        weights
    }

    /// Checks the queues, and that their weights can be those of their entries.
    pub(super) fn validate(&self) -> Result<(), String> {
        for ring in 0..RINGS as u32 {
            let mut last = ring;
            for slot in self.iter(ring) {
                let node = self.at(slot + RINGS as u32);
                if queue_of(node) != Self::queue(ring) || node.prev != last {
                    return Err(format!(
                        "queues: slot {slot} does not know its place in ring {ring}"
                    ));
                }
                last = slot + RINGS as u32;
            }
            if self.at(ring).prev != last {
                return Err(format!("queues: {last} is not the end of ring {ring}"));
            }
        }
        let counts = self.weigh(|_| 1);
        for (queue, (&count, &weight)) in counts.iter().zip(&self.weights).enumerate() {
            if weight < count || (count == 0 && weight > 0) {
                return Err(format!(
                    "queues: {count} entries weigh {weight} in queue {queue}"
                ));
            }
        }
        match counts.iter().sum::<u64>() {
            linked if linked == u64::from(self.len) => Ok(()),
            linked => Err(format!("queues: {linked} slots, {} counted", self.len)),
        }
    }

    /// Checks that the weights are those of the entries.
    #[cfg(test)]
    pub(super) fn validate_weights(&self, tables: &Tables<'_>) -> Result<(), String> {
        match self.weigh(|slot| u64::from(tables.weight(slot))) {
            sums if sums == self.weights => Ok(()),
            sums => Err(format!(
                "queues: {sums:?} are counted as {:?}",
                self.weights
            )),
        }
    }

    /// The queue to which a ring belongs.
    const fn queue(ring: u32) -> usize {
        if (ring as usize) < N {
            ring as usize
        } else {
            N - 1
        }
    }

    /// The entries of a ring, in order.
    pub(super) fn iter(&self, ring: u32) -> impl Iterator<Item = Slot> + '_ {
        let first = slot_at::<RINGS>(self.at(ring).next);
        std::iter::successors(first, |&slot| slot_at::<RINGS>(self.entry(slot)?.next))
    }

    /// The node of an entry, if the slot holds one.
    fn entry(&self, slot: Slot) -> Option<Node> {
        let at = (slot as usize).checked_add(RINGS)?;
        self.nodes.get(at).filter(|node| node.next != UNLINKED)
    }

    /// A node of which there is one.
    fn at(&self, place: u32) -> Node {
        self.nodes.get(place as usize).unwrap_or(Node {
            prev: place,
            next: place,
            word: 0,
        })
    }

    fn link(&mut self, place: u32, change: impl FnOnce(&mut Node)) {
        if let Some(node) = self.nodes.get_mut(place as usize) {
            change(node);
        }
    }

    /// Links the neighbours of a node to one another.
    fn detach(&mut self, Node { prev, next, .. }: Node) {
        self.link(prev, |it| it.next = next);
        self.link(next, |it| it.prev = prev);
    }

    /// Links an entry that is in no ring to the end of one.
    fn append(&mut self, ring: u32, slot: Slot, word: u32) {
        let (place, last) = (slot + RINGS as u32, self.at(ring).prev);
        let node = Node {
            prev: last,
            next: ring,
            word: key_of(word) | Self::queue(ring) as u32,
        };
        self.nodes.set(place as usize, node);
        self.link(last, |it| it.next = place);
        self.link(ring, |it| it.prev = place);
    }
}

/// The queue that an entry is in.
const fn queue_of(node: Node) -> usize {
    (node.word & QUEUE) as usize
}

/// The slot whose node is at this place, if it is no head.
const fn slot_at<const RINGS: usize>(place: u32) -> Option<Slot> {
    place.checked_sub(RINGS as u32)
}
