//! The packed store.

#![forbid(unsafe_code)]

mod behaviour;
mod churn;
mod model;

use crate::store::Departure;

/// The departures and keys of the outbox.
fn departed(mut outbox: &[u8]) -> Vec<(Departure, Vec<u8>)> {
    let mut all = Vec::new();
    while let [why, a, b, c, d, rest @ ..] = outbox {
        let why = if *why == 0 {
            Departure::Expired
        } else {
            Departure::Evicted
        };
        let (key, rest) = rest.split_at(u32::from_le_bytes([*a, *b, *c, *d]) as usize);
        all.push((why, key.to_vec()));
        outbox = rest;
    }
    assert!(outbox.is_empty());
    all
}
