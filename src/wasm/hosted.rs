//! The half of [`CodecCore`] that leaves the bulk of an envelope to the host.

use wasm_bindgen::prelude::*;

use super::codec::{CodecCore, fields};
use super::coded_io::{self as io, HostRandom};
use crate::codec::hosted::Frame;
use crate::codec::probe::is_noise;
use crate::codec::{Compression, Entry, side};

#[wasm_bindgen]
impl CodecCore {
    /// Puts what a host needs to seal a body into the output, whose side block lies in the value buffer;
    /// answers 0, or why not. Results: the lengths of its four parts, see [`Frame`].
    #[expect(clippy::too_many_arguments, reason = "numbers are all that crosses")]
    pub fn frame(
        &self,
        key_length: usize,
        side_length: usize,
        serializer: u32,
        compression: u8,
        original_length: u32,
        created: f64,
        fresh_until: f64,
        stale_until: f64,
    ) -> i32 {
        let times = [created, fresh_until, stale_until];
        let beyond = io::code(io::BEYOND);
        io::with_region(&self.0, [key_length, side_length], beyond, |io| {
            let framed = fields(&io, serializer, times).and_then(|fields| {
                side::read(io.value)?;
                let form = (Compression::from_id(compression)?, original_length);
                let entry = Entry {
                    fields: &fields,
                    side: io.value,
                    payload: &[],
                };
                self.0.frame(io.key, &entry, form, &mut HostRandom, io.out)
            });
            framed.map_or_else(io::code, |frame| tell(&mut io.results[..], frame))
        })
    }

    /// Whether the bytes in the value buffer look like noise: eight stretches of 128 are enough.
    #[wasm_bindgen(js_name = isNoise)]
    pub fn is_noise(&self, length: usize) -> bool {
        io::with_region(&self.0, [0, length], true, |io| is_noise(io.value))
    }

    /// Whether the bytes in the value buffer are a side block.
    #[wasm_bindgen(js_name = isSide)]
    pub fn is_side(&self, length: usize) -> bool {
        io::with_region(&self.0, [0, length], false, |io| {
            !io.value.is_empty() && side::read(io.value).is_ok()
        })
    }

    /// Puts what a host needs to open an envelope into the output, whose first bytes lie in the value buffer;
    /// answers its serializer, or why not. Results: as of `frame`, then created, fresh-until, stale-until,
    /// the compression, and 1 where there is a side block.
    pub fn unframe(&self, key_length: usize, length: usize) -> i32 {
        let beyond = io::code(io::BEYOND);
        io::with_region(&self.0, [key_length, length], beyond, |io| {
            let (header, frame) = match self.0.unframe(io.key, io.value, io.out) {
                Ok(unframed) => unframed,
                Err(error) => return io::code(error),
            };
            tell(&mut io.results[..], frame);
            let fields = &header.fields;
            let times = [fields.created, fields.fresh_until, fields.stale_until];
            io.results[4..7].copy_from_slice(&times);
            io.results[7] = f64::from(header.compression.id());
            io.results[8] = f64::from(u8::from(header.has_side));
            i32::from(fields.serializer.id())
        })
    }
}

fn tell(results: &mut [f64], frame: Frame) -> i32 {
    let parts = [frame.head, frame.prefix, frame.associated, frame.key];
    for (result, part) in results.iter_mut().zip(parts) {
        *result = part as f64;
    }
    0
}
