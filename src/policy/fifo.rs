//! First in, first out: the entry that came first leaves first, used or not.
//!
//! One ring of slots in order of insertion. A replacement keeps its place.
//!
//! 8 bytes a slot. The touch word is not used.

#![forbid(unsafe_code)]

use super::rings::Rings;
use super::{Candidate, Policy, Slot, TouchKind};

/// Evicts in order of insertion.
#[derive(Debug, Clone)]
pub struct Fifo {
    queue: Rings,
    len: u32,
}

impl Fifo {
    /// An empty queue.
    pub(super) fn new() -> Self {
        Self {
            queue: Rings::new(1),
            len: 0,
        }
    }
}

impl Policy for Fifo {
    const TOUCH: TouchKind = TouchKind::None;

    fn insert(&mut self, candidate: &Candidate, _touches: &mut [u32], _tick: u32) {
        self.remove(candidate.slot);
        self.queue.push_back(0, candidate.slot);
        self.len += 1;
    }

    fn update(
        &mut self,
        _slot: Slot,
        _weight: u32,
        _deadline: f64,
        _touches: &mut [u32],
        _tick: u32,
    ) {
    }

    fn remove(&mut self, slot: Slot) {
        self.len -= u32::from(self.queue.unlink(slot));
    }

    fn victim(&mut self, _touches: &mut [u32], protect: Option<Slot>) -> Option<Slot> {
        let first = self.queue.first(0)?;
        let slot = if Some(first) == protect {
            self.queue.after(first)?
        } else {
            first
        };
        self.remove(slot);
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
