//! What the cache counts and how long it takes, per region and per tier.
//!
//! Counting itself happens where it is cheapest (for a hit in a live region that is
//! JavaScript); totals are handed in, latencies are recorded, and this module answers with a
//! [`Snapshot`] for `cache.metrics()` or a page in Prometheus' text format. No clock, no I/O.
//!
//! | file | what it knows |
//! | --- | --- |
//! | [`counter`] | every counter and gauge: name, meaning, unit. The one table |
//! | [`histogram`] | latencies in bounded memory, quantiles within 2 % |
//! | [`registry`] | regions and tiers by name, in the order of their declaration |
//! | [`snapshot`] | the derived figures: ratios, rates, percentiles |
//! | [`prometheus`] | the text format |

#![forbid(unsafe_code)]

pub mod counter;
pub mod histogram;
pub mod prometheus;
pub mod registry;
pub mod snapshot;
#[cfg(test)]
mod tests;

pub use counter::{Counter, Gauge, Operation};
pub use histogram::Histogram;
pub use registry::{Metrics, Registry};
pub use snapshot::Snapshot;
