//! What the stores promise, one by one, and both against models of a few lines.

#![forbid(unsafe_code)]

mod index;
mod ledger;
mod live;
mod model;
mod packed;
mod wheel;

/// The deadline of an entry that does not expire.
const NEVER: f64 = f64::INFINITY;
