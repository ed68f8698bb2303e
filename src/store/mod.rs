//! Stores: what is there, what it costs, and when it leaves.
//!
//! | file | what it is |
//! | --- | --- |
//! | `live` | [`LiveStore`]: keys and values are elsewhere (in JavaScript), by slot |
//! | `packed` | [`PackedStore`]: byte strings, wholly in this memory |
//! | `ledger` | what both rest on: the budget, who leaves and when |
//! | `slots` | touch word, deadline and weight by slot |
//! | `wheel` | which entries have expired |
//! | `records`, `arena` | the bytes of a packed store, and where they lie |
//! | `index`, `hash` | from a key's bytes to its slot |
//! | `ahead` | fetches the records of the next victims |
//! | `cost` | what a packed entry costs beyond its key and value |
//! | `terms` | limits, refusals, departures |
//!
//! The rules that hold for both stores:
//!
//! - **The budget holds at every moment.** Room is made before an entry comes in, first by
//!   taking out what has expired, then by the policy. An entry that is heavier than the
//!   whole budget is refused, and if it was to replace another, that one is gone: the old
//!   value is not the current one any more.
//! - **An entry is over at its deadline**, not after it: it is a hit while `deadline > now`.
//! - **Nothing here panics on input.** A slot that holds nothing is an error or no
//!   operation, as each method says; sums saturate.
//! - **No allocation an operation** but for growth, and in a packed store the record itself.

#![forbid(unsafe_code)]

mod ahead;
mod arena;
mod cost;
mod hash;
mod index;
mod ledger;
mod live;
mod packed;
mod records;
mod slots;
mod terms;
mod wheel;

#[cfg(test)]
mod tests;

pub use cost::entry_overhead;
pub use hash::hash;
pub use ledger::REBASE_AT;
pub use live::LiveStore;
pub use packed::{PackedStore, SetOutcome};
pub use records::MAX_KEY;
pub use terms::{Departure, Limits, Refused};
pub use wheel::RESOLUTION;
