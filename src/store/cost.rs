//! What a packed entry costs beyond its key and value.
//!
//! Bytes in WebAssembly, by part:
//!
//! | part | bytes |
//! | --- | --- |
//! | touch word | 4 |
//! | address | 4 |
//! | index, on average ([`index::KEY_BYTES`]) | 6 |
//! | head of the record ([`arena::HEAD_BYTES`]) | 4 |
//! | deadline ([`records::DEADLINE_BYTES`]) | 6 |
//! | wheel, from the first deadline on | 8 |
//! | policy: `lru`, `lfu`, `fifo`, `sieve` / `s3fifo` / `tinylfu`, `auto`, `ttl` | 8 / 14 / 16 |
//! | sum | 40 / 46 / 48 |
//!
//! Not in it are two bytes of the key's length where that is above 62, what growing tables hold
//! in reserve (an eighth of the touch words, up to as much again under `lru`), and free memory
//! between records, of which there is a tenth at the most before it is joined.

#![forbid(unsafe_code)]

use super::{arena, index, records, wheel};
use crate::policy::PolicyKind;

/// The bytes that an entry costs beyond its key and value under a policy: the sum of the
/// sizes in the structures that hold it.
#[must_use]
pub const fn entry_overhead(kind: PolicyKind) -> u32 {
    let touch = size_of::<u32>();
    let address = size_of::<arena::Address>();
    (touch
        + address
        + index::KEY_BYTES
        + arena::HEAD_BYTES
        + records::DEADLINE_BYTES
        + wheel::SLOT_BYTES
        + kind.slot_bytes()) as u32
}
