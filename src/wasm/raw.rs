//! The half of [`PackedCore`] that works on bytes as they are, without a codec.

use wasm_bindgen::prelude::*;

use super::io;
use super::packed::{PackedCore, point};

#[wasm_bindgen]
impl PackedCore {
    /// The address and length of the bytes under the key, in the results; false where there
    /// are none.
    #[wasm_bindgen(js_name = rawGet)]
    pub fn raw_get(&mut self, key_length: usize, now: f64) -> bool {
        io::with([key_length, 0], false, |io| {
            let found = self.region.store.get(io.key, now);
            found.is_some_and(|(bytes, _)| point(io.results, bytes))
        })
    }

    /// As `rawGet`, without marking the entry as used.
    #[wasm_bindgen(js_name = rawPeek)]
    pub fn raw_peek(&self, key_length: usize, now: f64) -> bool {
        io::with([key_length, 0], false, |io| {
            let found = self.region.store.peek(io.key, now);
            found.is_some_and(|(bytes, _)| point(io.results, bytes))
        })
    }

    /// Stores the bytes in the value buffer, behind one byte `tag`; false where they are too
    /// heavy.
    #[wasm_bindgen(js_name = rawSet)]
    pub fn raw_set(
        &mut self,
        key_length: usize,
        value_length: usize,
        tag: u8,
        deadline: f64,
        now: f64,
    ) -> bool {
        io::with([key_length, value_length], false, |io| {
            self.told = 0;
            self.region
                .store
                .set(io.key, &[&[tag], io.value], deadline, now)
                .is_ok()
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
    /// address and length of its bytes, then of its key, then its deadline.
    #[wasm_bindgen(js_name = rawNext)]
    pub fn raw_next(&self, cursor: u32) -> f64 {
        io::with([0, 0], -1.0, |io| {
            let Some((next, key, bytes, deadline)) = self.region.store.next(cursor) else {
                return -1.0;
            };
            point(io.results, bytes);
            point(&mut io.results[2..], key);
            io.results[4] = deadline;
            f64::from(next)
        })
    }
}
