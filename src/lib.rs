//! The core of omnicache: what stays in a cache, what leaves, how it is packed, sealed and
//! counted.
//!
//! It is compiled to WebAssembly and runs below the TypeScript layer in Node, browsers and
//! edge workers. It also builds natively, and nearly all of it is tested so, for it takes
//! everything from outside that would make a run differ from the next: **the time is an
//! argument** (`now`, in ms, on any clock that does not go backwards), and so is
//! **randomness** (seeds, nonces). It does no I/O and has no clock, thread or timer.
//!
//! | module | knows | does not know |
//! | --- | --- | --- |
//! | [`policy`] | which of some numbered slots leaves next | keys, values, bytes, clocks |
//! | [`store`] | keys, bytes, budgets, deadlines | what the bytes mean |
//! | [`codec`] | serialized values, compressed, checked, sealed | where they are kept |
//! | [`metrics`] | counters and latencies | what is counted |
//! | [`region`] | one region: a store and a codec put together | JavaScript |
//! | `wasm` | the boundary to JavaScript, the one file tree with wasm-bindgen | the rest |
//!
//! # Two stores
//!
//! In a [`PackedStore`](store::PackedStore) keys and values are bytes in this memory: nothing
//! of it is on the JavaScript heap, and its weights are exact.
//!
//! ```
//! use omnicache_core::policy::{Favor, PolicyKind};
//! use omnicache_core::store::{Limits, PackedStore, Refused};
//!
//! let limits = Limits { max_bytes: 1_000, ..Limits::default() };
//! let seed = 0x5EED; // random in earnest
//! let mut store = PackedStore::new(PolicyKind::Lru, Favor::Objects, limits, seed);
//!
//! // A key, the parts of a value, its deadline and the time, in ms.
//! store.set(b"greeting", &[b"hello, ", b"world"], 5_000.0, 0.0)?;
//! assert_eq!(store.get(b"greeting", 4_999.0).map(|(value, _)| value), Some(&b"hello, world"[..]));
//! assert_eq!(store.get(b"greeting", 5_000.0), None);
//!
//! // The budget holds at every moment, the engine's own bytes included.
//! assert_eq!(store.bytes(), 8 + 12 + u64::from(store.overhead()));
//! assert_eq!(store.set(b"big", &[&[0; 1_000]], f64::INFINITY, 0.0), Err(Refused::TooHeavy));
//! # Ok::<(), Refused>(())
//! ```
//!
//! In a [`LiveStore`](store::LiveStore) keys and values stay in JavaScript, and here is what
//! a number can say of them: a slot, a weight, a deadline. A hit does not come here at all.
//! The reader looks at the deadline and leaves a mark in the touch table, both in shared
//! memory; the policy looks at the marks when something must leave.
//!
//! ```
//! use omnicache_core::policy::{Favor, PolicyKind};
//! use omnicache_core::store::{Limits, LiveStore, Refused};
//!
//! let limits = Limits { max_entries: 2, ..Limits::default() };
//! let mut store = LiveStore::new(PolicyKind::Lru, Favor::Objects, limits);
//! let mut tick = 0; // one more with each access
//! let mut next = || { tick += 1; tick };
//!
//! let never = f64::INFINITY;
//! let a = store.insert(0xA, 100, never, 0.0, next())?;
//! let b = store.insert(0xB, 100, never, 0.0, next())?;
//! store.touch(a, next()); // what JavaScript does through a typed array
//! store.insert(0xC, 100, never, 0.0, next())?;
//! assert_eq!(store.outbox(), [b]);
//! # Ok::<(), Refused>(())
//! ```
//!
//! # Features
//!
//! `codec`, on by default, is [`codec`], [`metrics`] and what [`region`] does with them. Without
//! it the core is what a cache in memory needs, and half as large.
//!
//! # What holds everywhere
//!
//! - No panic on input. What cannot be done is an error with a name, or no operation where
//!   a method says so.
//! - No `unsafe`.
//! - Every structure has a `validate`, and a property test that compares it with a naive
//!   model of itself under random operations.

#[cfg(feature = "codec")]
pub mod codec;
#[cfg(feature = "codec")]
pub mod metrics;
pub mod policy;
pub mod region;
pub mod store;
#[cfg(target_arch = "wasm32")]
pub mod wasm;
