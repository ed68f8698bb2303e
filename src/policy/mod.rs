//! Policies: which entry leaves when room is needed.
//!
//! A policy knows *slots* and nothing else: no keys, values, bytes or clocks. It is told
//! what comes ([`Candidate`]), what changes and what goes, and answers one question: who
//! leaves next ([`Policy::victim`]).
//!
//! It is **not** told of a hit. A reader leaves a mark in the *touch table*, one `u32` a
//! slot, whose meaning the policy's [`TouchKind`] gives; from JavaScript that is one store
//! through a typed array on linear memory, with no call at all. The policy reads the marks
//! when it must choose a victim, and only those of the slots it then considers. Hits are so
//! cheap because the work they cause is done later, once for many hits, and not at all for
//! entries that never come up for eviction.
//!
//! | policy | who leaves | touch | bytes a slot, the touch word aside |
//! | --- | --- | --- | --- |
//! | [`Lru`] | the least recently used | running tick | 8 |
//! | [`Lfu`] | the least often used, with ageing | count | 8 |
//! | [`Fifo`] | the first that came | none | 8 |
//! | [`Ttl`] | the soonest to expire | none | 16, and 20 where deadlines come out of order |
//! | [`Sieve`] | what a hand finds unused | bit | 8 |
//! | [`S3Fifo`] | what came and was not used twice, or not again | count | 14 |
//! | [`TinyLfu`] | the less used of an old newcomer and an old resident | count | 16 |
//! | [`Auto`] | what was used less than others of late, as it has learnt to tell | tick and count | 16 |
//!
//! [`AnyPolicy`] holds one of them. A new policy is a file, a line in the list of `any.rs` and a
//! line in the oracle of the tests.

#![forbid(unsafe_code)]

mod any;
mod auto;
mod calendar;

pub(crate) mod chunks;
mod climber;
mod fifo;
mod flags;
mod ghost;
mod heap;
mod lfu;
mod line;
mod lru;
mod min_heap;
mod queues;
pub(crate) mod rings;
mod s3fifo;
mod sample;
mod sieve;
mod sketch;
mod spreading;
mod tinylfu;
mod touch;
mod ttl;

#[cfg(test)]
pub(crate) mod tests;

pub use any::{AnyPolicy, PolicyKind, UnknownPolicy};
pub use auto::Auto;
pub use fifo::Fifo;
pub use lfu::Lfu;
pub use lru::Lru;
pub use s3fifo::S3Fifo;
pub use sieve::Sieve;
pub use tinylfu::TinyLfu;
pub use touch::TouchKind;
pub(crate) use touch::{mark, raise, stamp};
pub use ttl::Ttl;

/// The number of an entry's place in a store, and in every table of one.
pub type Slot = u32;

/// How many outdated slots one choice of a victim puts right before it takes the best seen.
///
/// So that one insertion never pays for a million hits at once. As a slot is outdated by a hit,
/// it is one slot a hit on average, or less, whatever the limit. Each choice goes on where the
/// last one stopped, and only a choice right after a long time without any is inexact.
pub const REPAIRS: u32 = 4_096;

/// What a cache is to save, where entries are of different weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Favor {
    /// Misses, each counting as one: small entries stay rather than large ones.
    #[default]
    Objects,
    /// Bytes missed.
    Bytes,
}

/// What a policy is told of an entry.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// The entry's place.
    pub slot: Slot,
    /// A hash of its key, by which a policy may know it again after it has left.
    pub fingerprint: u32,
    /// What it takes of the budget: bytes, or 1 in a store that only counts its entries.
    pub weight: u32,
    /// A rank: of two entries the one with the lesser deadline expires first.
    pub deadline: f64,
}

/// A store's tables by slot, as far as policies see them. They cover every slot that the
/// policy was given.
#[derive(Debug)]
pub struct Tables<'a> {
    /// The touch words.
    pub touches: &'a mut [u32],
    /// What the entries take of the budget.
    pub weights: Weights<'a>,
}

/// What the entries of a store take of its budget.
#[derive(Debug, Clone, Copy)]
pub enum Weights<'a> {
    /// One each: the store only counts them.
    Ones,
    /// A number a slot.
    Listed(&'a [u32]),
    /// What whoever holds the entries says.
    Asked(&'a dyn Weigh),
}

/// Knows what entries weigh.
pub trait Weigh {
    /// The weight of the entry in a slot; 0 if there is none.
    fn weigh(&self, slot: Slot) -> u32;
}

/// A bound `Weigh: Debug` would put the printing of a whole store into every build, as a part of
/// what a `dyn Weigh` can do.
impl std::fmt::Debug for dyn Weigh + '_ {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("dyn Weigh")
    }
}

impl Tables<'_> {
    /// A slot's touch word.
    #[inline]
    #[must_use]
    pub fn touch(&self, slot: Slot) -> u32 {
        self.touches.get(slot as usize).copied().unwrap_or(0)
    }

    /// Sets a slot's touch word.
    #[inline]
    pub fn mark(&mut self, slot: Slot, word: u32) {
        mark(self.touches, slot, word);
    }

    /// What an entry takes of the budget, at least 1.
    #[inline]
    #[must_use]
    pub fn weight(&self, slot: Slot) -> u32 {
        match self.weights {
            Weights::Ones => 1,
            Weights::Listed(weights) => weights.get(slot as usize).map_or(1, |&it| it.max(1)),
            Weights::Asked(store) => store.weigh(slot).max(1),
        }
    }
}

/// Decides which entry leaves.
///
/// A victim is asked for when the store is full: what is there then is the capacity. Every
/// method takes a slot that the policy does not know for what it is, and does nothing.
pub trait Policy {
    /// What a reader leaves in the touch table.
    const TOUCH: TouchKind;

    /// What it has in memory for each slot, in bytes.
    const SLOT_BYTES: usize;

    /// An empty policy.
    fn new(favor: Favor) -> Self
    where
        Self: Sized;

    /// An entry has come to stay, in a slot that held none. Its touch word is set, as for one
    /// that was not used since. `tick` is the running number of the access that brought it.
    ///
    /// Answers whether there was memory for it; if not, the policy does not know it.
    fn insert(&mut self, candidate: &Candidate, tables: &mut Tables<'_>, tick: u32) -> bool;

    /// An entry has another value, weight and deadline. This counts as a use of it. The table
    /// still has its old weight.
    fn update(
        &mut self,
        slot: Slot,
        weight: u32,
        deadline: f64,
        tables: &mut Tables<'_>,
        tick: u32,
    );

    /// An entry's deadline has moved. This is no use of it.
    fn rerank(&mut self, _slot: Slot, _deadline: f64) {}

    /// An entry has gone for another reason than being the victim.
    fn remove(&mut self, slot: Slot, tables: &mut Tables<'_>);

    /// Chooses the entry that leaves, and forgets it. Never `protect`.
    fn victim(&mut self, tables: &mut Tables<'_>, protect: Option<Slot>) -> Option<Slot>;

    /// A key may come soon. Nothing depends on it but what memory is fetched ahead.
    fn expect(&self, _fingerprint: u32) {}

    /// Who may be the next victims, and after how many others: a guess, for which at most `count`
    /// slots of each list are looked at. Nothing depends on it but what memory is fetched ahead.
    fn outlook(&self, _count: usize, _look: impl FnMut(usize, Slot))
    where
        Self: Sized,
    {
    }

    /// Does what is due after so many accesses. `tick` is their running number.
    fn advance(&mut self, _tables: &mut Tables<'_>, _tick: u32) {}

    /// Limits how many outdated slots one choice puts right; [`REPAIRS`] unless said
    /// otherwise. With `u32::MAX` every choice is exact, at whatever cost.
    fn limit_repairs(&mut self, _repairs: u32) {}

    /// The running tick is about to be lowered by `by`; what holds ticks is to follow.
    fn rebase(&mut self, _tables: &mut Tables<'_>, _by: u32) {}

    /// Many weights have changed, and `tables` has the new ones.
    fn reweigh(&mut self, _tables: &Tables<'_>) {}

    /// How many entries it holds.
    fn len(&self) -> u32;

    /// Whether it holds none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Checks the structure. For tests.
    ///
    /// # Errors
    /// Says what is wrong.
    fn validate(&self) -> Result<(), String>;
}

/// Spreads a fingerprint over 64 bits, so that every part of it can be an address.
pub(crate) const fn mix(fingerprint: u32) -> u64 {
    let hash = (fingerprint as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    (hash ^ hash >> 29).wrapping_mul(0xBF58_476D_1CE4_E5B9)
}
