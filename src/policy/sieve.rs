//! SIEVE: a hand walks over the entries from the oldest to the newest; what was used since it
//! last came by is passed over once more, what was not leaves.
//!
//! Zhang, Yang, Yue, Vigfusson and Rashmi, *SIEVE is Simpler than LRU: an Efficient Turn-Key
//! Eviction Algorithm for Web Caches*, NSDI 2024.
//!
//! Unlike in CLOCK, an entry that is passed over keeps its place in the order of insertion,
//! and the hand stays where it found its last victim. So newcomers meet it soon, and old
//! favourites rarely.
//!
//! The touch word is the bit of the paper: 0 at insertion, 1 after a use. It is lazy by birth.
//!
//! 8 bytes a slot.

#![forbid(unsafe_code)]

use super::rings::Rings;
use super::{Candidate, Favor, Policy, REPAIRS, Slot, Tables, TouchKind};

/// Evicts the first unused entry that a hand meets.
#[derive(Debug, Clone)]
pub struct Sieve {
    queue: Rings,
    /// Where the hand goes on; without one it begins with the oldest.
    hand: Option<Slot>,
    len: u32,
    repairs: u32,
}

impl Sieve {
    /// Takes an entry out, and the hand off it.
    fn unlink(&mut self, slot: Slot) {
        if self.hand == Some(slot) {
            self.hand = self.queue.after(slot);
        }
        self.len -= u32::from(self.queue.unlink(slot));
    }
}

impl Policy for Sieve {
    const TOUCH: TouchKind = TouchKind::Bit;
    const SLOT_BYTES: usize = 8;

    fn new(_favor: Favor) -> Self {
        Self {
            queue: Rings::new(1),
            hand: None,
            len: 0,
            repairs: REPAIRS,
        }
    }

    fn insert(&mut self, candidate: &Candidate, tables: &mut Tables<'_>, _tick: u32) -> bool {
        tables.mark(candidate.slot, 0);
        let is_in = self.queue.push_back(0, candidate.slot);
        self.len += u32::from(is_in);
        is_in
    }

    fn update(
        &mut self,
        slot: Slot,
        _weight: u32,
        _deadline: f64,
        tables: &mut Tables<'_>,
        _tick: u32,
    ) {
        tables.mark(slot, 1);
    }

    fn remove(&mut self, slot: Slot, _tables: &mut Tables<'_>) {
        self.unlink(slot);
    }

    fn victim(&mut self, tables: &mut Tables<'_>, protect: Option<Slot>) -> Option<Slot> {
        let mut passes = self.repairs;
        loop {
            let slot = self.hand.or_else(|| self.queue.first(0))?;
            self.hand = self.queue.after(slot);
            if Some(slot) == protect {
                if self.len == 1 {
                    return None;
                }
            } else if tables.touch(slot) != 0 && passes > 0 {
                tables.mark(slot, 0);
                passes -= 1;
            } else {
                self.unlink(slot);
                return Some(slot);
            }
        }
    }

    fn limit_repairs(&mut self, repairs: u32) {
        self.repairs = repairs;
    }

    fn len(&self) -> u32 {
        self.len
    }

    fn validate(&self) -> Result<(), String> {
        if self.hand.is_some_and(|slot| !self.queue.has(slot)) {
            return Err("sieve: the hand is on a slot that holds nothing".into());
        }
        match self.queue.validate()? {
            linked if linked == self.len => Ok(()),
            linked => Err(format!(
                "sieve: {linked} slots in the queue, {} counted",
                self.len
            )),
        }
    }
}
