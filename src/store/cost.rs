//! What a packed entry costs beyond its key and value.
//!
//! Bytes in WebAssembly, by part:
//!
//! | part | bytes |
//! | --- | --- |
//! | touch word, deadline, weight ([`SLOT_BYTES`]) | 16 |
//! | wheel | 8 |
//! | index, on average ([`index::KEY_BYTES`]) | 10 |
//! | pointer, length, allocator ([`arena::RECORD_BYTES`]) | 16 |
//! | length of the key | 2 |
//! | policy: `lru`, `fifo`, `sieve` / `s3fifo` / `lfu` / `ttl` | 8 / 14 / 16 / 20 |
//! | sum | 60 / 66 / 68 / 72 |
//!
//! What growing tables hold in reserve is not in it: at most a third of the slots' tables and
//! half of the others.

#![forbid(unsafe_code)]

use super::records::PREFIX_BYTES;
use super::slots::SLOT_BYTES;
use super::{arena, index, wheel};
use crate::policy::PolicyKind;

/// The bytes that an entry costs beyond its key and value under a policy: the sum of the
/// sizes in the structures that hold it.
#[must_use]
pub const fn entry_overhead(kind: PolicyKind) -> u32 {
    (SLOT_BYTES
        + wheel::SLOT_BYTES
        + index::KEY_BYTES
        + arena::RECORD_BYTES
        + PREFIX_BYTES
        + kind.slot_bytes()) as u32
}
