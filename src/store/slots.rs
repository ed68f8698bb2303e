//! The tables by slot: touch word, deadline, weight; and which slots are free.
//!
//! They are flat and as long as there are slots. A free slot has the deadline `-Infinity`,
//! so that a reader who still has its number misses, and in place of a weight the number of
//! the next free slot.
//!
//! 16 bytes a slot: touch word 4, deadline 8, weight 4.

#![forbid(unsafe_code)]

use super::terms::Refused;
use crate::policy::{Slot, Tables, Weights};

/// The deadline of a free slot.
const FREE: f64 = f64::NEG_INFINITY;
/// The end of the list of free slots.
const NONE: Slot = Slot::MAX;
/// More slots than any memory holds; the numbers above are left to those who need marks.
const MOST: usize = 1 << 31;
/// The least and the most slots that come at once: making more of them is work of one insertion.
const FEW: usize = 64;
const STEP: usize = 1 << 15;

/// The slots of one store.
#[derive(Debug, Clone)]
pub(super) struct Slots {
    pub(super) touches: Vec<u32>,
    deadlines: Vec<f64>,
    weights: Vec<u32>,
    /// The free slot that was taken last.
    free: Slot,
    /// A slot whose entry left for one that comes in the same call: still as that left it.
    vacant: Slot,
    /// What all that came weighed, while it was the same.
    weight: u32,
    alike: bool,
    /// Whether nothing that came had a deadline.
    timeless: bool,
    /// This slot and all after it were never taken.
    end: Slot,
    len: u32,
    bytes: u64,
}

impl Slots {
    pub(super) const fn new() -> Self {
        Self {
            touches: Vec::new(),
            deadlines: Vec::new(),
            weights: Vec::new(),
            free: NONE,
            vacant: NONE,
            weight: 0,
            alike: true,
            timeless: true,
            end: 0,
            len: 0,
            bytes: 0,
        }
    }

    /// How many slots are taken.
    pub(super) const fn len(&self) -> u32 {
        self.len
    }

    /// The sum of the weights.
    pub(super) const fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) fn deadlines(&self) -> &[f64] {
        &self.deadlines
    }

    pub(super) fn weights(&self) -> &[u32] {
        &self.weights
    }

    /// What a policy sees of the tables: weights only where they are `weighed`.
    pub(super) fn tables(&mut self, weighed: bool) -> Tables<'_> {
        Tables {
            touches: &mut self.touches,
            weights: if weighed {
                Weights::Listed(&self.weights)
            } else {
                Weights::Ones
            },
        }
    }

    /// The deadline of a slot that is taken.
    pub(super) fn deadline(&self, slot: Slot) -> Option<f64> {
        self.deadlines
            .get(slot as usize)
            .copied()
            .filter(|&deadline| deadline != FREE)
    }

    /// The weight of a slot that is taken.
    pub(super) fn weight(&self, slot: Slot) -> Option<u32> {
        self.deadline(slot).map(|_| self.weights[slot as usize])
    }

    /// Takes a free slot, the vacant one first; there are to be `most` at most.
    pub(super) fn take(&mut self, weight: u32, deadline: f64, most: u32) -> Result<Slot, Refused> {
        if self.end == 0 {
            self.weight = weight;
        }
        self.alike &= weight == self.weight;
        self.timeless &= deadline == f64::INFINITY;
        let vacant = std::mem::replace(&mut self.vacant, NONE);
        let slot = if vacant == NONE {
            self.unused(most)?
        } else {
            vacant
        };
        // Two tables are not looked at where who comes is as who left.
        if vacant == NONE || !self.alike {
            self.weights[slot as usize] = weight;
        }
        if vacant == NONE || !self.timeless {
            self.set_deadline(slot, deadline);
        }
        self.bytes += u64::from(weight);
        self.len += 1;
        Ok(slot)
    }

    /// A slot that is free, or was never taken.
    fn unused(&mut self, most: u32) -> Result<Slot, Refused> {
        if self.free != NONE {
            let slot = self.free;
            self.free = self.weights[slot as usize];
            return Ok(slot);
        }
        if self.end as usize == self.deadlines.len() {
            self.grow(most)?;
        }
        self.end += 1;
        Ok(self.end - 1)
    }

    /// Gives a slot another deadline, above that of a free one. The slot is taken.
    pub(super) fn set_deadline(&mut self, slot: Slot, deadline: f64) {
        self.timeless &= deadline == f64::INFINITY;
        // Of a number and none, f64::max is the number.
        self.deadlines[slot as usize] = deadline.max(f64::MIN);
    }

    /// Gives a slot another weight. The slot is taken.
    pub(super) fn set_weight(&mut self, slot: Slot, weight: u32) {
        self.alike &= weight == self.weight;
        let old = std::mem::replace(&mut self.weights[slot as usize], weight);
        self.bytes = self.bytes - u64::from(old) + u64::from(weight);
    }

    /// Frees a slot. The slot is taken.
    pub(super) fn release(&mut self, slot: Slot) {
        self.vacate(slot);
        self.settle();
    }

    /// Empties a slot, which is taken, for who comes next; if nobody does, [`settle`](Self::settle)
    /// must follow.
    pub(super) fn vacate(&mut self, slot: Slot) {
        self.settle();
        let weight = if self.alike {
            self.weight
        } else {
            self.weights[slot as usize]
        };
        self.bytes -= u64::from(weight);
        self.len -= 1;
        self.vacant = slot;
    }

    /// Frees the slot that is vacant.
    pub(super) fn settle(&mut self) {
        if self.vacant != NONE {
            self.deadlines[self.vacant as usize] = FREE;
            self.weights[self.vacant as usize] = self.free;
            self.free = std::mem::replace(&mut self.vacant, NONE);
        }
    }

    /// Checks the counts and the list of free slots.
    pub(super) fn validate(&self) -> Result<(), String> {
        if self.vacant != NONE {
            return Err(format!("slots: {} was left vacant", self.vacant));
        }
        let taken: Vec<Slot> = (0..self.end)
            .filter(|&slot| self.deadline(slot).is_some())
            .collect();
        let bytes: u64 = taken
            .iter()
            .map(|&slot| u64::from(self.weights[slot as usize]))
            .sum();
        if bytes != self.bytes || taken.len() != self.len as usize {
            let (len, count) = (self.len, taken.len());
            return Err(format!(
                "slots: {count} taken with {bytes} bytes, counted {len} with {}",
                self.bytes
            ));
        }
        let mut free = self.free;
        for _ in taken.len()..self.end as usize {
            match self.deadlines.get(free as usize) {
                Some(&FREE) => free = self.weights[free as usize],
                _ => return Err(format!("slots: {free} is listed as free and is not")),
            }
        }
        if free == NONE {
            Ok(())
        } else {
            Err("slots: the list of free slots is too long".into())
        }
    }

    /// Lengthens the tables by half, but by no more than [`STEP`], nor beyond what is allowed.
    ///
    /// Memory is taken for half as many again, and for all that are allowed once a sixteenth of
    /// them is there: so a store that fills up moves no large table, and has in the end as many
    /// slots as entries. Linear memory that nobody has written to takes none of the machine's.
    fn grow(&mut self, most: u32) -> Result<(), Refused> {
        let old = self.deadlines.len();
        let most = (most as usize).min(MOST);
        let new = (old + (old / 2).clamp(FEW, STEP)).min(most);
        if new <= old {
            return Err(Refused::Full);
        }
        let room = if new >= most / 16 {
            most
        } else {
            new + old / 2
        };
        reserve(&mut self.touches, room, new)?;
        reserve(&mut self.deadlines, room, new)?;
        reserve(&mut self.weights, room, new)?;
        self.touches.resize(new, 0);
        self.deadlines.resize(new, FREE);
        self.weights.resize(new, 0);
        Ok(())
    }
}

/// Sees to it that `table` has memory for `least` items; if it has not, it gets some for
/// `wanted`, or else for those alone.
fn reserve<T>(table: &mut Vec<T>, wanted: usize, least: usize) -> Result<(), Refused> {
    if table.capacity() >= least {
        return Ok(());
    }
    table
        .try_reserve_exact(wanted - table.len())
        .or_else(|_| table.try_reserve_exact(least - table.len()))
        .map_err(|_| Refused::OutOfMemory)
}
