//! A packed region where there is no codec: the store alone.

#![forbid(unsafe_code)]

use crate::store::PackedStore;

/// A packed store of bytes as they are.
#[derive(Debug)]
pub struct PackedRegion {
    /// The store itself: limits, policy, expiry.
    pub store: PackedStore,
}

impl PackedRegion {
    /// A region over an empty store.
    #[must_use]
    pub const fn new(store: PackedStore) -> Self {
        Self { store }
    }
}
