//! What [`io`](super::io) has beside its buffers where there is a codec: secrets are
//! overwritten, errors cross as numbers.

pub use super::io::{Io, point};

use super::io::{random, wipe_input, work};
use crate::codec::{Error, ErrorKind, Random};
use crate::region::RegionCodec;

/// How much of the stack one call can have used, as far as secrets go: 6 KB were enough in all tests.
const STACK: usize = 8 << 10;

/// Overwrites what calls left behind below their caller's frame: keys on their way into a
/// cipher, blocks on their way through a hash. What a type wipes when it is dropped it does
/// not wipe where it was moved from.
#[inline(never)]
pub fn burn_stack() {
    let mut stack = [0; STACK];
    std::hint::black_box(&mut stack);
}

/// Runs `run` as [`with`](super::io::with) does, for a region. Of an encrypted one nothing is left in the two
/// buffers.
pub fn with_region<T>(
    region: &RegionCodec,
    lengths: [usize; 2],
    otherwise: T,
    run: impl FnOnce(Io<'_>) -> T,
) -> T {
    let answer = work(lengths, run);
    if region.is_encrypted() {
        wipe_input();
        burn_stack();
    }
    answer.unwrap_or(otherwise)
}

/// The runtime's own source of random bytes.
pub struct HostRandom;

impl Random for HostRandom {
    fn fill(&mut self, bytes: &mut [u8]) {
        random(bytes);
    }
}

/// The answer where a length is beyond its buffer.
pub const BEYOND: Error = Error {
    kind: ErrorKind::Length,
    detail: 0,
};

/// The negative number by which an error crosses.
pub fn code(error: Error) -> i32 {
    let index = ErrorKind::ALL.iter().position(|kind| *kind == error.kind);
    -(index.unwrap_or(ErrorKind::ALL.len()) as i32) - 1
}

/// The stable name of a negative number.
pub fn name(code: i32) -> &'static str {
    let index = usize::try_from(-i64::from(code) - 1).unwrap_or(usize::MAX);
    ErrorKind::ALL
        .get(index)
        .map_or("unknown", |kind| kind.name())
}
