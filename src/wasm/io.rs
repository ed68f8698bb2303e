//! The buffers through which bytes cross, and the scratch memory that all calls share.

use std::cell::RefCell;

use getrandom::fill;

#[cfg(feature = "codec")]
use crate::codec::Codec;

/// The longest key in bytes, and room for the worst case that `encodeInto` must be given.
pub const KEY_CAPACITY: usize = 65_536 * 3;
/// Buffers that have grown beyond this are given back.
const KEEP: usize = 1 << 20;
/// How many numbers an answer can have.
const RESULTS: usize = 10;

/// What a call works with: what JavaScript wrote, and where the answer goes.
pub struct Io<'a> {
    /// The key, as JavaScript wrote it.
    pub key: &'a [u8],
    /// The value or envelope, as JavaScript wrote it.
    pub value: &'a [u8],
    /// The stamp, as JavaScript wrote it.
    #[cfg(feature = "codec")]
    pub stamp: [u8; 16],
    /// Gets the output; empty at first.
    pub out: &'a mut Vec<u8>,
    /// Gets the numbers of the answer.
    pub results: &'a mut [f64; RESULTS],
    /// The codec's scratch memory.
    #[cfg(feature = "codec")]
    pub codec: &'a mut Codec,
}

struct Buffers {
    key: Vec<u8>,
    value: Vec<u8>,
    out: Vec<u8>,
    stamp: [u8; 16],
    results: Box<[f64; RESULTS]>,
    #[cfg(feature = "codec")]
    codec: Codec,
    used: Used,
}

/// How much of each buffer was in use since it was last overwritten.
#[derive(Default)]
struct Used {
    key: usize,
    value: usize,
    out: usize,
}

thread_local! {
    static BUFFERS: RefCell<Buffers> = RefCell::new(Buffers {
        key: vec![0; KEY_CAPACITY],
        value: Vec::new(),
        out: Vec::new(),
        stamp: [0; 16],
        results: Box::new([0.0; RESULTS]),
        #[cfg(feature = "codec")]
        codec: Codec::new(),
        used: Used::default(),
    });
}

impl Buffers {
    fn work<T>(&mut self, [key, value]: [usize; 2], work: impl FnOnce(Io<'_>) -> T) -> Option<T> {
        self.empty_output();
        self.used.key = self.used.key.max(key.min(self.key.len()));
        self.used.value = self.used.value.max(value.min(self.value.len()));
        Some(work(Io {
            key: self.key.get(..key)?,
            value: self.value.get(..value)?,
            #[cfg(feature = "codec")]
            stamp: self.stamp,
            out: &mut self.out,
            results: &mut self.results,
            #[cfg(feature = "codec")]
            codec: &mut self.codec,
        }))
    }

    fn empty_output(&mut self) {
        self.used.out = self.used.out.max(self.out.len());
        self.out.clear();
        if self.out.capacity() > KEEP {
            self.wipe_output();
            self.out = Vec::new();
        }
    }

    fn wipe_output(&mut self) {
        let used = std::mem::take(&mut self.used.out).max(self.out.len());
        // It had this length before, so nothing moves.
        self.out.resize(used, 0);
        overwrite(&mut self.out);
        self.out.clear();
    }

    fn wipe_input(&mut self) {
        let Used { key, value, .. } = self.used;
        overwrite(&mut self.key[..key]);
        overwrite(&mut self.value[..value]);
        (self.used.key, self.used.value) = (0, 0);
    }

    /// Gives the value buffer at least `length` bytes; answers whether there was memory. What
    /// was in it is lost: a value that moved would leave a copy behind.
    fn reserve(&mut self, length: usize) -> bool {
        let much = self.value.len() > KEEP && length <= KEEP;
        if much || length > self.value.len() {
            overwrite(&mut self.value[..self.used.value]);
            self.used.value = 0;
            self.value = Vec::new();
            let room = if length > KEEP {
                length
            } else {
                length.next_power_of_two()
            };
            if self.value.try_reserve_exact(room).is_err() {
                return false;
            }
            self.value.resize(room, 0);
        }
        self.used.value = self.used.value.max(length);
        true
    }
}

/// Overwrites bytes so that no optimisation leaves it out. Faster than `zeroize`, which goes
/// byte by byte: this is one `memory.fill`.
fn overwrite(bytes: &mut [u8]) {
    bytes.fill(0);
    std::hint::black_box(bytes);
}

/// Runs `work` on the first bytes of the key and the value buffer, or answers nothing where
/// these have not so many.
pub fn work<T>(lengths: [usize; 2], work: impl FnOnce(Io<'_>) -> T) -> Option<T> {
    BUFFERS.with_borrow_mut(|buffers| buffers.work(lengths, work))
}

/// The same, with what to answer then.
pub fn with<T>(lengths: [usize; 2], otherwise: T, run: impl FnOnce(Io<'_>) -> T) -> T {
    work(lengths, run).unwrap_or(otherwise)
}

/// Makes room for a value of `length` bytes, and answers where; null where there is no memory.
pub fn reserve_value(length: usize) -> *const u8 {
    BUFFERS.with_borrow_mut(|buffers| {
        if buffers.reserve(length) {
            buffers.value.as_ptr()
        } else {
            core::ptr::null()
        }
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
        buffers.wipe_input();
        buffers.wipe_output();
    });
}

/// Overwrites what calls left of keys and values.
#[cfg(feature = "codec")]
pub fn wipe_input() {
    BUFFERS.with_borrow_mut(Buffers::wipe_input);
}

/// Puts an address and a length into the first two of `results`.
pub fn point(results: &mut [f64], bytes: &[u8]) -> bool {
    results[0] = bytes.as_ptr() as usize as f64;
    results[1] = bytes.len() as f64;
    true
}

/// Fills `bytes` from the runtime's own source of randomness.
pub fn random(bytes: &mut [u8]) {
    // Nothing may be sealed without randomness. The trap is caught and told in JavaScript.
    // Not by `expect`, which would print the error in all its forms.
    assert!(fill(bytes).is_ok(), "the runtime has no random source");
}
