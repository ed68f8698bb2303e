//! A few queues of entries, each with its weight, and the entries' keys.
//!
//! An entry is in one queue at most, which it knows.
//!
//! 12 bytes a slot: links 8, and 4 for 30 bits of the key's fingerprint and the queue's number.

#![forbid(unsafe_code)]

use super::rings::Rings;
use super::{Slot, Tables};

/// The bits of a key's word that are the queue's number.
const QUEUE: u32 = 3;

/// What a policy knows a key by: a fingerprint without its lowest bits.
pub(super) const fn key_of(fingerprint: u32) -> u32 {
    fingerprint & !QUEUE
}

/// `N` queues, named 0 to `N - 1`; four at the most.
#[derive(Debug, Clone)]
pub(super) struct Queues<const N: usize> {
    rings: Rings,
    /// By slot: the key, and the queue in its lowest bits.
    words: Vec<u32>,
    weights: [u64; N],
    len: u32,
}

impl<const N: usize> Queues<N> {
    /// The bytes of a slot in these tables.
    pub(super) const SLOT_BYTES: usize = Rings::SLOT_BYTES + size_of::<u32>();

    pub(super) fn new() -> Self {
        Self {
            rings: Rings::new(N as u32),
            words: Vec::new(),
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
        self.words
            .get(slot as usize)
            .map_or(0, |&word| key_of(word))
    }

    /// The queue that an entry is in.
    fn queue_of(&self, slot: Slot) -> Option<u32> {
        let word = self.words.get(slot as usize)?;
        self.rings.has(slot).then_some(word & QUEUE)
    }

    /// The first of a queue that is not `protect`.
    pub(super) fn first(&self, queue: u32, protect: Option<Slot>) -> Option<Slot> {
        self.rings.first_but(queue, protect)
    }

    /// Puts an entry at the end of a queue, out of the one that it may be in.
    pub(super) fn push(&mut self, queue: u32, slot: Slot, key: u32, weight: u32) {
        self.pull(slot, weight);
        if slot as usize >= self.words.len() {
            self.words.resize(slot as usize + 1, 0);
        }
        self.words[slot as usize] = key_of(key) | queue;
        self.rings.push_back(queue, slot);
        self.weights[queue as usize] += u64::from(weight);
        self.len += 1;
    }

    /// Takes out an entry of this weight; answers its key.
    pub(super) fn pull(&mut self, slot: Slot, weight: u32) -> Option<u32> {
        let queue = self.queue_of(slot)?;
        self.rings.unlink(slot);
        self.weights[queue as usize] -= u64::from(weight);
        self.len -= 1;
        Some(self.key(slot))
    }

    /// Moves an entry of this weight to the end of a queue.
    pub(super) fn shift(&mut self, queue: u32, slot: Slot, weight: u32) {
        if let Some(from) = self.queue_of(slot) {
            self.weights[from as usize] -= u64::from(weight);
            self.weights[queue as usize] += u64::from(weight);
            self.words[slot as usize] = self.key(slot) | queue;
            self.rings.push_back(queue, slot);
        }
    }

    /// Gives an entry another weight; answers whether it is there.
    pub(super) fn update(&mut self, slot: Slot, old: u32, new: u32) -> bool {
        let queue = self.queue_of(slot);
        if let Some(queue) = queue {
            let sum = &mut self.weights[queue as usize];
            *sum = *sum - u64::from(old) + u64::from(new);
        }
        queue.is_some()
    }

    /// Weighs all anew.
    pub(super) fn reweigh(&mut self, tables: &Tables<'_>) {
        for queue in 0..N {
            self.weights[queue] = self
                .iter(queue as u32)
                .map(|slot| u64::from(tables.weight(slot)))
                .sum();
        }
    }

    /// The entries of a queue, in order.
    fn iter(&self, queue: u32) -> impl Iterator<Item = Slot> + '_ {
        let first = self.rings.first(queue);
        std::iter::successors(first, |&slot| self.rings.after(slot))
    }

    /// Checks the queues, and that their weights can be those of their entries.
    pub(super) fn validate(&self) -> Result<(), String> {
        for queue in 0..N as u32 {
            if let Some(slot) = self
                .iter(queue)
                .find(|&slot| self.queue_of(slot) != Some(queue))
            {
                return Err(format!(
                    "queues: slot {slot} does not know its queue {queue}"
                ));
            }
            let count = self.iter(queue).count() as u64;
            if self.weight(queue) < count || (count == 0 && self.weight(queue) > 0) {
                let weight = self.weight(queue);
                return Err(format!(
                    "queues: {count} entries weigh {weight} in queue {queue}"
                ));
            }
        }
        match self.rings.validate()? {
            linked if linked == self.len => Ok(()),
            linked => Err(format!("queues: {linked} slots, {} counted", self.len)),
        }
    }
}
