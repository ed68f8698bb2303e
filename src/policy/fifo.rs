//! First in, first out: the entry that came first leaves first, used or not.
//!
//! One ring of slots in order of insertion. A replacement keeps its place.
//!
//! 8 bytes a slot. The touch word is not used.

#![forbid(unsafe_code)]

use super::rings::Rings;
use super::{Candidate, Favor, Policy, Slot, Tables, TouchKind};

/// Evicts in order of insertion.
#[derive(Debug, Clone)]
pub struct Fifo {
    queue: Rings,
    len: u32,
}

impl Policy for Fifo {
    const TOUCH: TouchKind = TouchKind::None;
    const SLOT_BYTES: usize = 8;

    fn new(_favor: Favor) -> Self {
        Self {
            queue: Rings::new(1),
            len: 0,
        }
    }

    fn insert(&mut self, candidate: &Candidate, _tables: &mut Tables<'_>, _tick: u32) -> bool {
        let is_in = self.queue.push_back(0, candidate.slot);
        self.len += u32::from(is_in);
        is_in
    }

    fn update(
        &mut self,
        _slot: Slot,
        _weight: u32,
        _deadline: f64,
        _tables: &mut Tables<'_>,
        _tick: u32,
    ) {
    }

    fn remove(&mut self, slot: Slot, _tables: &mut Tables<'_>) {
        self.len -= u32::from(self.queue.unlink(slot));
    }

    fn victim(&mut self, _tables: &mut Tables<'_>, protect: Option<Slot>) -> Option<Slot> {
        let slot = self.queue.first_but(0, protect)?;
        self.len -= u32::from(self.queue.unlink(slot));
        Some(slot)
    }

    fn len(&self) -> u32 {
        self.len
    }

    fn validate(&self) -> Result<(), String> {
        match self.queue.validate()? {
            linked if linked == self.len => Ok(()),
            linked => Err(format!(
                "fifo: {linked} slots in the queue, {} counted",
                self.len
            )),
        }
    }
}
