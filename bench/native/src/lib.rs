//! The policies of omnicache's core beside other Rust caches, on one thread.
//!
//! Every contender does the same work: keys and values of eight bytes, one fast hash for all
//! ([`foldhash`]), so many entries at the most, and for each request a read and, where it
//! finds nothing, an insertion. `npm run bench:native` prints time, instructions and hit ratio
//! beside one another; `cargo bench` has divan measure each by itself.

pub mod contenders;
pub mod ours;
pub mod trace;
