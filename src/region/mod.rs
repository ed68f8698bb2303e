//! One region, put together: its codec options and keys, and its packed store.
//!
//! Below this, policies know slots, stores know bytes, and the codec knows entries. Here a
//! value becomes a record and an envelope in one go, and is stored under its key, or in an
//! encrypted region under the key's HMAC.

#![forbid(unsafe_code)]

mod codec;
mod packed;
#[cfg(test)]
mod tests;

pub use codec::{Keys, RegionCodec, StoredKey};
pub use packed::{Got, Incoming, PackedRegion, Stored, Times};
