//! The buffers through which bytes cross, and the scratch memory that all calls share.

use std::cell::RefCell;

use getrandom::fill;
use zeroize::Zeroize;

use crate::codec::{Codec, Error, ErrorKind, Random, Stamp};

/// The longest key in bytes, and room for the worst case that `encodeInto` must be given.
pub const KEY_CAPACITY: usize = 65_536 * 3;
/// Buffers that have grown beyond this are given back.
const KEEP: usize = 1 << 20;
/// How many numbers an answer can have.
const RESULTS: usize = 8;

/// What a call works with: what JavaScript wrote, and where the answer goes.
pub struct Io<'a> {
    /// The key, as JavaScript wrote it.
    pub key: &'a [u8],
    /// The value or envelope, as JavaScript wrote it.
    pub value: &'a [u8],
    /// The stamp, as JavaScript wrote it.
    pub stamp: Stamp,
    /// Gets the output; empty at first.
    pub out: &'a mut Vec<u8>,
    /// Gets the numbers of the answer.
    pub results: &'a mut [f64; RESULTS],
    /// The codec's scratch memory.
    pub codec: &'a mut Codec,
}

struct Buffers {
    key: Vec<u8>,
    value: Vec<u8>,
    out: Vec<u8>,
    stamp: [u8; 16],
    results: Box<[f64; RESULTS]>,
    codec: Codec,
    /// How much of the key and the value buffer was in use since they were last wiped.
    used: [usize; 2],
}

thread_local! {
    static BUFFERS: RefCell<Buffers> = RefCell::new(Buffers {
        key: vec![0; KEY_CAPACITY],
        value: Vec::new(),
        out: Vec::new(),
        stamp: [0; 16],
        results: Box::new([0.0; RESULTS]),
        codec: Codec::new(),
        used: [0; 2],
    });
}

/// Runs `work` on the first `key_length` and `value_length` bytes of the buffers.
pub fn with<T>(key_length: usize, value_length: usize, work: impl FnOnce(Io<'_>) -> T) -> T {
    BUFFERS.with_borrow_mut(|buffers| {
        if buffers.out.capacity() > KEEP {
            buffers.out = Vec::new();
        }
        buffers.out.clear();
        buffers.used[0] = buffers.used[0].max(key_length.min(buffers.key.len()));
        buffers.used[1] = buffers.used[1].max(value_length.min(buffers.value.len()));
        work(Io {
            key: buffers.key.get(..key_length).unwrap_or_default(),
            value: buffers.value.get(..value_length).unwrap_or_default(),
            stamp: Stamp(buffers.stamp),
            out: &mut buffers.out,
            results: &mut buffers.results,
            codec: &mut buffers.codec,
        })
    })
}

/// Makes room for a value of `length` bytes, and answers where; null where there is no memory.
pub fn reserve_value(length: usize) -> *const u8 {
    BUFFERS.with_borrow_mut(|buffers| {
        if buffers.value.len() > KEEP && length <= KEEP {
            buffers.value = Vec::new();
            buffers.used[1] = 0;
        }
        let more = length.saturating_sub(buffers.value.len());
        if buffers.value.try_reserve_exact(more).is_err() {
            return core::ptr::null();
        }
        if more > 0 {
            buffers.value.resize(length, 0);
        }
        buffers.value.as_ptr()
    })
}

/// Where the key, the stamp, the output and the results are.
pub fn addresses() -> [usize; 4] {
    BUFFERS.with_borrow(|buffers| {
        [
            buffers.key.as_ptr() as usize,
            buffers.stamp.as_ptr() as usize,
            buffers.out.as_ptr() as usize,
            buffers.results.as_ptr() as usize,
        ]
    })
}

/// Overwrites what calls left of keys, values and output in the buffers.
pub fn wipe() {
    BUFFERS.with_borrow_mut(|buffers| {
        let [key, value] = core::mem::take(&mut buffers.used);
        buffers.key[..key].zeroize();
        buffers.value[..value].zeroize();
        buffers.out.as_mut_slice().zeroize();
        buffers.out.clear();
    });
}

/// The runtime's own source of random bytes.
pub struct HostRandom;

impl Random for HostRandom {
    fn fill(&mut self, bytes: &mut [u8]) {
        // Nothing may be sealed without randomness. The trap is caught and told in JavaScript.
        fill(bytes).expect("the runtime has no random source");
    }
}

/// The negative number by which an error crosses.
pub fn code(error: Error) -> i32 {
    let index = ErrorKind::ALL.iter().position(|kind| *kind == error.kind);
    -(index.unwrap_or(ErrorKind::ALL.len()) as i32) - 1
}

/// The stable name of a negative number.
pub fn name(code: i32) -> &'static str {
    let index = usize::try_from(-i64::from(code) - 1).unwrap_or(usize::MAX);
    ErrorKind::ALL.get(index).map_or("unknown", |kind| kind.name())
}
