//! What goes into a store and what it answers.

#![forbid(unsafe_code)]

use super::arena::OutOfMemory;
use crate::policy::{Candidate, Slot, Tables, Weigh, Weights};

/// Why an entry was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Refused {
    /// It is heavier than the whole budget, or no entry is allowed at all.
    TooHeavy = 1,
    /// Its deadline is over already, or is not a number.
    Expired = 2,
    /// The slot that was to be replaced holds nothing.
    NoSuchSlot = 3,
    /// There are no more slots, or no more places in the index.
    Full = 4,
    /// No memory could be had.
    OutOfMemory = 5,
    /// The key is empty, or longer than 65,536 bytes.
    BadKey = 6,
}

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::TooHeavy => "the entry is heavier than the whole budget",
            Self::Expired => "the entry's deadline is over already",
            Self::NoSuchSlot => "the slot holds nothing",
            Self::Full => "there is no slot left",
            Self::OutOfMemory => "there is no memory left",
            Self::BadKey => "the key is empty or longer than 65,536 bytes",
        })
    }
}

impl std::error::Error for Refused {}

impl From<OutOfMemory> for Refused {
    fn from(_: OutOfMemory) -> Self {
        Self::OutOfMemory
    }
}

/// Why an entry left without being asked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum Departure {
    /// Its deadline was over.
    Expired = 0,
    /// Room was needed.
    Evicted = 1,
}

/// The entries of a store, each in a slot, as the ledger knows them.
pub(super) trait Entries {
    /// How many there are.
    fn len(&self) -> u32;

    /// The sum of their weights.
    fn bytes(&self) -> u64;

    /// What a policy sees of them: weights only where they are `weighed`.
    fn tables(&mut self, weighed: bool) -> Tables<'_>;

    /// The weight of the entry in a slot.
    fn weight(&self, slot: Slot) -> Option<u32>;

    /// The deadline of the entry in a slot.
    fn deadline(&self, slot: Slot) -> Option<f64>;

    /// Gives the entry in a slot another deadline.
    fn set_deadline(&mut self, slot: Slot, deadline: f64);

    /// Frees a slot that holds an entry.
    fn release(&mut self, slot: Slot);

    /// Frees the slot of an entry that leaves without being asked to.
    fn leave(&mut self, slot: Slot, why: Departure);
}

/// The weight of an entry as its policy was told it, where the entries have the old one still.
#[derive(Debug)]
pub(super) struct Told(pub(super) u32);

impl Told {
    /// What a policy sees that asks for this entry alone.
    pub(super) fn tables<'a>(&'a self, entries: &'a mut impl Entries) -> Tables<'a> {
        Tables {
            weights: Weights::Asked(self),
            ..entries.tables(true)
        }
    }
}

impl Weigh for Told {
    fn weigh(&self, _slot: Slot) -> u32 {
        self.0
    }
}

/// What a store may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The sum of the weights; `u64::MAX` is no limit.
    pub max_bytes: u64,
    /// The number of entries; `u32::MAX` is no limit.
    pub max_entries: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            max_bytes: u64::MAX,
            max_entries: u32::MAX,
        }
    }
}

/// An entry on its way in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Offer {
    /// A hash of its key.
    pub(super) fingerprint: u32,
    /// What it costs.
    pub(super) weight: u32,
    /// When it expires, in ms; `Infinity` is never.
    pub(super) deadline: f64,
}

impl Offer {
    /// What a policy is told of it; where entries are not `weighed`, each counts as one.
    pub(super) const fn candidate(self, slot: Slot, weighed: bool) -> Candidate {
        Candidate {
            slot,
            fingerprint: self.fingerprint,
            weight: if weighed { self.weight } else { 1 },
            deadline: self.deadline,
        }
    }
}

/// What is new about an entry that is replaced.
#[derive(Debug, Clone, Copy)]
pub(super) struct Change {
    /// What it costs now.
    pub(super) weight: u32,
    /// When it expires now, in ms; `Infinity` is never.
    pub(super) deadline: f64,
}

/// When something happens.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    /// The time in ms, on the clock of the deadlines.
    pub(super) now: f64,
    /// The running number of the access.
    pub(super) tick: u32,
}
