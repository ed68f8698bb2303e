//! The live store.

#![forbid(unsafe_code)]

mod behaviour;
mod model;

use crate::policy::Slot;
use crate::store::{Departure, LiveStore};

/// Who left in the last call, and why.
fn departed(store: &LiveStore) -> Vec<(Slot, Departure)> {
    let (expired, evicted) = store.outbox().split_at(store.expired());
    let expired = expired.iter().map(|&slot| (slot, Departure::Expired));
    expired
        .chain(evicted.iter().map(|&slot| (slot, Departure::Evicted)))
        .collect()
}
