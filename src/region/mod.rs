//! One region, put together: its codec options and keys, and its packed store.
//!
//! Below this, policies know slots, stores know bytes, and the codec knows entries. Here a
//! value becomes a record and an envelope in one go, and is stored under its key, or in an
//! encrypted region under the key's HMAC.

#![forbid(unsafe_code)]

#[cfg(not(feature = "codec"))]
mod bare;
#[cfg(feature = "codec")]
mod codec;
#[cfg(feature = "codec")]
mod packed;
#[cfg(all(test, feature = "codec"))]
mod tests;

#[cfg(not(feature = "codec"))]
pub use bare::PackedRegion;
#[cfg(feature = "codec")]
pub use codec::{Keys, RegionCodec, StoredKey};
#[cfg(feature = "codec")]
pub use packed::{Got, Incoming, PackedRegion, Sought, Stored, Times};
