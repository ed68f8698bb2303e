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

use super::ghost::{self, Ghost};
use super::queues::{Queues, key_of};
use super::{Candidate, Favor, Policy, REPAIRS, Slot, Tables, TouchKind, mix, raise};

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
    queues: Queues<2>,
    ghost: Ghost,
    repairs: u32,
}

impl S3Fifo {
    /// The next entry to be looked at.
    fn next(&self, protect: Option<Slot>) -> Option<(u32, Slot)> {
        let total = self.queues.total();
        let queue = if self.queues.weight(MAIN) > total - total / SHARE {
            MAIN
        } else {
            SMALL
        };
        [queue, MAIN - queue]
            .into_iter()
            .find_map(|queue| Some((queue, self.queues.first(queue, protect)?)))
    }

    /// Takes an entry out, and remembers its key if it comes from the small queue.
    fn evict(&mut self, queue: u32, slot: Slot, weight: u32) -> Option<Slot> {
        // As many keys as the main queue has entries, if they weigh alike.
        let entries = self.queues.len();
        let length = (entries - entries / SHARE as u32).max(1);
        let key = self.queues.pull(slot, weight)?;
        if queue == SMALL {
            self.ghost.insert(mix(key), length);
        }
        Some(slot)
    }
}

impl Policy for S3Fifo {
    const TOUCH: TouchKind = TouchKind::Count;
    const SLOT_BYTES: usize = Queues::<2>::SLOT_BYTES + ghost::KEY_BYTES;

    fn new(_favor: Favor) -> Self {
        Self {
            queues: Queues::new(),
            ghost: Ghost::default(),
            repairs: REPAIRS,
        }
    }

    fn insert(&mut self, candidate: &Candidate, tables: &mut Tables<'_>, _tick: u32) -> bool {
        let &Candidate {
            slot,
            fingerprint,
            weight,
            ..
        } = candidate;
        tables.mark(slot, 0);
        let queue = if self.ghost.take(mix(key_of(fingerprint))) {
            MAIN
        } else {
            SMALL
        };
        self.queues.push(queue, slot, fingerprint, weight.max(1))
    }

    fn update(
        &mut self,
        slot: Slot,
        weight: u32,
        _deadline: f64,
        tables: &mut Tables<'_>,
        _tick: u32,
    ) {
        if self.queues.update(slot, tables.weight(slot), weight.max(1)) {
            raise(tables.touches, slot);
        }
    }

    fn remove(&mut self, slot: Slot, tables: &mut Tables<'_>) {
        self.queues.pull(slot, tables.weight(slot));
    }

    fn victim(&mut self, tables: &mut Tables<'_>, protect: Option<Slot>) -> Option<Slot> {
        let mut repairs = self.repairs;
        loop {
            let (queue, slot) = self.next(protect)?;
            let uses = tables.touch(slot).min(MOST_USES);
            let weight = tables.weight(slot);
            let enough = if queue == SMALL { PROMOTION } else { 1 };
            if repairs == 0 || uses < enough {
                return self.evict(queue, slot, weight);
            }
            repairs -= 1;
            tables.mark(slot, if queue == SMALL { 0 } else { uses - 1 });
            self.queues.shift(MAIN, slot, weight);
        }
    }

    fn limit_repairs(&mut self, repairs: u32) {
        self.repairs = repairs;
    }

    fn reweigh(&mut self, tables: &Tables<'_>) {
        self.queues.reweigh(tables);
    }

    fn len(&self) -> u32 {
        self.queues.len()
    }

    fn validate(&self) -> Result<(), String> {
        self.queues.validate()
    }
}
