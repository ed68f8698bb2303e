//! S3-FIFO: three queues. What comes is on probation in a small one; what was used there
//! more than once moves to the main one; what was not leaves, and a ghost remembers its key.
//! A key that comes back while it is remembered goes straight to the main queue.
//!
//! Yang, Zhang, Qiu, Yue and Rashmi, *FIFO Queues are All You Need for Cache Eviction*,
//! SOSP 2023. As there, the small queue has a tenth of the budget, the main one the rest, and
//! the ghost as many keys as the main queue has entries. In the main queue an entry that was
//! used goes round again, up to three times for so many uses.
//!
//! The touch word counts the uses since the entry came or went round; only its first three
//! matter. Nothing is done at a hit in the paper either, so there is nothing lazy about it.
//!
//! 14 bytes a slot: links 8, fingerprint and queue 4, ghost 2.

#![forbid(unsafe_code)]

use super::ghost::Ghost;
use super::rings::Rings;
use super::{Candidate, Favor, Policy, REPAIRS, Slot, Tables, TouchKind, raise};

const SMALL: u32 = 0;
const MAIN: u32 = 1;

/// The small queue's share of the budget is 1 / `SHARE`.
const SHARE: u64 = 10;

/// The uses that take an entry from the small queue to the main one.
const PROMOTION: u32 = 2;

/// The most uses that count.
const MOST_USES: u32 = 3;

/// Evicts from the small queue what was not used twice, and from the main one by a clock.
#[derive(Debug, Clone)]
pub struct S3Fifo {
    queues: Rings,
    /// By slot: the fingerprint's upper 31 bits, and the queue.
    keys: Vec<u32>,
    /// The weight of each queue.
    weights: [u64; 2],
    len: u32,
    ghost: Ghost,
    repairs: u32,
}

impl S3Fifo {
    /// The queue that a slot is in.
    fn queue_of(&self, slot: Slot) -> Option<u32> {
        self.queues
            .has(slot)
            .then(|| self.keys[slot as usize] & MAIN)
    }

    /// Puts an entry at the end of a queue; it was in none.
    fn push(&mut self, slot: Slot, key: u32, queue: u32, weight: u32) {
        if slot as usize >= self.keys.len() {
            self.keys.resize(slot as usize + 1, 0);
        }
        self.keys[slot as usize] = key & !MAIN | queue;
        self.queues.push_back(queue, slot);
        self.weights[queue as usize] += u64::from(weight);
        self.len += 1;
    }

    /// Takes an entry out of its queue; answers its key.
    fn pull(&mut self, slot: Slot, weight: u32) -> Option<u32> {
        let queue = self.queue_of(slot)?;
        self.queues.unlink(slot);
        self.weights[queue as usize] -= u64::from(weight);
        self.len -= 1;
        Some(self.keys[slot as usize] & !MAIN)
    }

    /// The first of a queue that is not `protect`.
    fn first(&self, queue: u32, protect: Option<Slot>) -> Option<Slot> {
        let first = self.queues.first(queue)?;
        if Some(first) == protect {
            self.queues.after(first)
        } else {
            Some(first)
        }
    }

    /// The next entry to be looked at.
    fn next(&self, protect: Option<Slot>) -> Option<(u32, Slot)> {
        let [small, main] = self.weights;
        let total = small + main;
        let queue = if main > total - total / SHARE {
            MAIN
        } else {
            SMALL
        };
        [queue, MAIN - queue]
            .into_iter()
            .find_map(|queue| Some((queue, self.first(queue, protect)?)))
    }
}

impl Policy for S3Fifo {
    const TOUCH: TouchKind = TouchKind::Count;
    const SLOT_BYTES: usize = 14;

    fn new(_favor: Favor) -> Self {
        Self {
            queues: Rings::new(2),
            keys: Vec::new(),
            weights: [0; 2],
            len: 0,
            ghost: Ghost::default(),
            repairs: REPAIRS,
        }
    }

    fn insert(&mut self, candidate: &Candidate, tables: &mut Tables<'_>, _tick: u32) {
        let &Candidate {
            slot,
            fingerprint,
            weight,
            ..
        } = candidate;
        self.pull(slot, tables.weight(slot));
        tables.mark(slot, 0);
        let queue = if self.ghost.take(fingerprint & !MAIN) {
            MAIN
        } else {
            SMALL
        };
        self.push(slot, fingerprint, queue, weight.max(1));
    }

    fn update(
        &mut self,
        slot: Slot,
        weight: u32,
        _deadline: f64,
        tables: &mut Tables<'_>,
        _tick: u32,
    ) {
        if let Some(queue) = self.queue_of(slot) {
            let sum = &mut self.weights[queue as usize];
            *sum = *sum - u64::from(tables.weight(slot)) + u64::from(weight.max(1));
            raise(tables.touches, slot);
        }
    }

    fn remove(&mut self, slot: Slot, tables: &mut Tables<'_>) {
        self.pull(slot, tables.weight(slot));
    }

    fn victim(&mut self, tables: &mut Tables<'_>, protect: Option<Slot>) -> Option<Slot> {
        let mut steps = self.repairs;
        loop {
            let (queue, slot) = self.next(protect)?;
            let uses = tables.touch(slot).min(MOST_USES);
            let weight = tables.weight(slot);
            let key = self.pull(slot, weight)?;
            if steps == 0 || uses < if queue == SMALL { PROMOTION } else { 1 } {
                if queue == SMALL {
                    // As many as the main queue has entries, if they weigh alike.
                    let length = self.len.saturating_add(1);
                    self.ghost
                        .insert(key, (length - length / SHARE as u32).max(1));
                }
                return Some(slot);
            }
            steps -= 1;
            tables.mark(slot, if queue == SMALL { 0 } else { uses - 1 });
            self.push(slot, key, MAIN, weight);
        }
    }

    fn limit_repairs(&mut self, repairs: u32) {
        self.repairs = repairs;
    }

    fn reweigh(&mut self, tables: &Tables<'_>) {
        self.weights = [SMALL, MAIN].map(|queue| {
            let first = self.queues.first(queue);
            std::iter::successors(first, |&slot| self.queues.after(slot))
                .map(|slot| u64::from(tables.weight(slot)))
                .sum()
        });
    }

    fn len(&self) -> u32 {
        self.len
    }

    fn validate(&self) -> Result<(), String> {
        for queue in [SMALL, MAIN] {
            let first = self.queues.first(queue);
            let mut slots = std::iter::successors(first, |&slot| self.queues.after(slot));
            if let Some(slot) = slots.find(|&slot| self.queue_of(slot) != Some(queue)) {
                return Err(format!(
                    "s3fifo: slot {slot} does not know its queue {queue}"
                ));
            }
        }
        match self.queues.validate()? {
            linked if linked == self.len => Ok(()),
            linked => Err(format!(
                "s3fifo: {linked} slots in the queues, {} counted",
                self.len
            )),
        }
    }
}
