//! The half of [`PackedCore`] that works on bytes as they are, without a codec.

use wasm_bindgen::prelude::*;

use super::io;
use super::packed::PackedCore;
use crate::store::Refused;

#[wasm_bindgen]
impl PackedCore {
    /// The tag of the bytes under the key, which is not 0; 0 where there are none. Results:
    /// their address and length, their slot, how often it has changed, and when they expire.
    #[wasm_bindgen(js_name = rawGet)]
    pub fn raw_get(&mut self, key_length: usize, now: f64) -> u32 {
        io::with([key_length, 0], 0, |io| {
            let Some((bytes, slot, deadline)) = self.region.store.get_timed(io.key, now) else {
                return 0;
            };
            let tag = tagged(io.results, bytes);
            io.results[2] = f64::from(slot);
            io.results[4] = deadline;
            io.results[3] = f64::from(self.region.store.changes(slot));
            tag
        })
    }

    /// Marks what `rawGet` found in a slot as used once more, if nothing has changed there since;
    /// answers whether that is so.
    #[wasm_bindgen(js_name = rawUse)]
    pub fn raw_use(&mut self, slot: u32, changes: u32) -> bool {
        self.region.store.use_again(slot, changes)
    }

    /// As `rawGet`, without marking the entry as used.
    #[wasm_bindgen(js_name = rawPeek)]
    pub fn raw_peek(&self, key_length: usize, now: f64) -> u32 {
        io::with([key_length, 0], 0, |io| {
            let found = self.region.store.peek(io.key, now);
            found.map_or(0, |(bytes, _)| tagged(io.results, bytes))
        })
    }

    /// Stores the bytes in the value buffer with a tag, which is not 0: 1, or 0 where they
    /// are too heavy or over, or -1 where there is no memory.
    #[wasm_bindgen(js_name = rawSet)]
    pub fn raw_set(
        &mut self,
        key_length: usize,
        value_length: usize,
        tag: u8,
        deadline: f64,
        now: f64,
    ) -> i32 {
        io::with([key_length, value_length], 0, |io| {
            self.told = 0;
            let value = [&[tag][..], io.value];
            match self.region.store.set(io.key, &value, deadline, now) {
                Ok(_) => 1,
                Err(Refused::OutOfMemory | Refused::Full) => -1,
                Err(_) => 0,
            }
        })
    }

    /// Removes the bytes under the key; answers whether there were any.
    #[wasm_bindgen(js_name = rawRemove)]
    pub fn raw_remove(&mut self, key_length: usize, now: f64) -> bool {
        io::with([key_length, 0], false, |io| {
            let live = self.region.store.contains(io.key, now);
            self.region.store.remove(io.key);
            live
        })
    }

    /// When the bytes under the key expire; -1 where there are none.
    #[wasm_bindgen(js_name = rawDeadline)]
    pub fn raw_deadline(&self, key_length: usize, now: f64) -> f64 {
        io::with([key_length, 0], -1.0, |io| {
            self.region.store.deadline(io.key, now).unwrap_or(-1.0)
        })
    }

    /// Moves the deadline of the bytes under the key, which is no use of them; false where
    /// there are none.
    #[wasm_bindgen(js_name = rawSetDeadline)]
    pub fn raw_set_deadline(&mut self, key_length: usize, deadline: f64, now: f64) -> bool {
        io::with([key_length, 0], false, |io| {
            self.region.store.set_deadline(io.key, deadline, now)
        })
    }

    /// The cursor behind the next entry at or after `cursor`, or -1 at the end. Results: the
    /// address and length of its bytes, then of its key, then its deadline, then its tag.
    #[wasm_bindgen(js_name = rawNext)]
    pub fn raw_next(&self, cursor: u32) -> f64 {
        io::with([0, 0], -1.0, |io| {
            let Some((next, key, bytes, deadline)) = self.region.store.next(cursor) else {
                return -1.0;
            };
            io.results[5] = f64::from(tagged(io.results, bytes));
            io::point(&mut io.results[2..], key);
            io.results[4] = deadline;
            f64::from(next)
        })
    }
}

/// Puts where the bytes behind the tag are into the results; answers the tag.
fn tagged(results: &mut [f64], bytes: &[u8]) -> u32 {
    let Some((&tag, rest)) = bytes.split_first() else {
        return 0;
    };
    io::point(results, rest);
    u32::from(tag)
}
