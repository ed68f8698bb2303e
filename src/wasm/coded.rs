//! The half of [`PackedCore`] that works on entries, with a codec: one call an operation.

use wasm_bindgen::prelude::*;

use super::codec::{CodecCore, divide, fields};
use super::coded_io::{self as io, HostRandom, Io};
use super::packed::PackedCore;
use crate::codec::{Entry, Local};
use crate::region::{Got, Incoming, Sought, Stored, Times};

/// No serializer: these have one byte.
const LARGE: i32 = 256;

#[wasm_bindgen]
impl PackedCore {
    /// The serializer of the entry under the key, 0 where there is none, negative where it
    /// does not open, 256 where its payload has `large` bytes or more and a host is faster at it.
    /// Results: fresh-until, checked-until, the payload's address and length; those of the side
    /// block from the eighth on, and last until when it is kept.
    pub fn get(&mut self, codec: &CodecCore, key_length: usize, now: f64, large: u32) -> i32 {
        let beyond = io::code(io::BEYOND);
        io::with_region(&codec.0, [key_length, 0], beyond, |mut io| {
            let Io {
                key,
                out,
                codec: scratch,
                ..
            } = &mut io;
            match self.region.get(&codec.0, scratch, key, (now, large), out) {
                Err(error) => io::code(error),
                Ok(Sought::Nothing) => 0,
                Ok(Sought::Large) => LARGE,
                Ok(Sought::Entry(got)) => answer(&mut io, &got),
            }
        })
    }

    /// Whether there is an entry whose payload has `large` bytes or more and a host is faster at; it is
    /// not marked as used. Results: its deadline, address and length of its record.
    pub fn large(&self, codec: &CodecCore, key_length: usize, now: f64, large: u32) -> bool {
        io::with_region(&codec.0, [key_length, 0], false, |io| {
            let found = self.region.large(&codec.0, io.key, large, now);
            found.is_some_and(|(record, deadline)| {
                io.results[0] = deadline;
                io::point(&mut io.results[1..], record)
            })
        })
    }

    /// Whether there is an entry under the key.
    pub fn has(&self, codec: &CodecCore, key_length: usize, now: f64) -> bool {
        io::with_region(&codec.0, [key_length, 0], false, |io| {
            self.region.contains(&codec.0, io.key, now)
        })
    }

    /// Stores the value: 1, or 0 where it is too heavy, or negative where it was refused.
    /// The side block lies behind the value. It is kept until `deadline`. Results: the length of the envelope in the output,
    /// and of the record.
    #[expect(clippy::too_many_arguments, reason = "numbers are all that crosses")]
    pub fn set(
        &mut self,
        codec: &CodecCore,
        key_length: usize,
        value_length: usize,
        side_length: usize,
        serializer: u32,
        created: f64,
        fresh_until: f64,
        stale_until: f64,
        local_fresh_until: f64,
        local_checked_until: f64,
        deadline: f64,
        now: f64,
        wants_envelope: bool,
    ) -> i32 {
        let times = [created, fresh_until, stale_until];
        let local = Local {
            fresh_until: local_fresh_until,
            checked_until: local_checked_until,
        };
        let beyond = io::code(io::BEYOND);
        let value = value_length.saturating_add(side_length);
        let answer = io::with_region(&codec.0, [key_length, value], beyond, |io| {
            let made = fields(&io, serializer, times)
                .and_then(|fields| Ok((fields, divide(io.value, value_length)?)));
            let (fields, (payload, side)) = match made {
                Ok(made) => made,
                Err(error) => return io::code(error),
            };
            let entry = Entry {
                fields: &fields,
                side,
                payload,
            };
            let times = Times {
                local,
                deadline,
                now,
            };
            let incoming = Incoming { entry, times };
            let envelope = wants_envelope.then_some(&mut *io.out);
            let stored = self.region.set(
                &codec.0,
                io.codec,
                io.key,
                &incoming,
                &mut HostRandom,
                envelope,
            );
            io.results[0] = io.out.len() as f64;
            stored.map_or_else(io::code, |stored| outcome(stored, &mut io.results[1]))
        });
        self.stored(answer)
    }

    /// Stores the entry of the envelope in the value buffer; answers as `set`. With `opened`, the caller has
    /// opened or made it just now.
    #[expect(clippy::too_many_arguments, reason = "numbers are all that crosses")]
    pub fn fill(
        &mut self,
        codec: &CodecCore,
        key_length: usize,
        envelope_length: usize,
        fresh_until: f64,
        checked_until: f64,
        deadline: f64,
        now: f64,
        opened: bool,
    ) -> i32 {
        let times = Times {
            local: Local {
                fresh_until,
                checked_until,
            },
            deadline,
            now,
        };
        let beyond = io::code(io::BEYOND);
        let answer = io::with_region(&codec.0, [key_length, envelope_length], beyond, |io| {
            let stored = if opened {
                self.region.fill_opened(&codec.0, io.key, io.value, &times)
            } else {
                self.region.fill(&codec.0, io.key, io.value, &times, io.out)
            };
            stored.map_or_else(io::code, |stored| outcome(stored, &mut io.results[1]))
        });
        self.stored(answer)
    }

    /// Removes the entry; answers whether there was one.
    pub fn remove(&mut self, codec: &CodecCore, key_length: usize, now: f64) -> bool {
        io::with_region(&codec.0, [key_length, 0], false, |io| {
            self.region.remove(&codec.0, io.key, now)
        })
    }

    /// The cursor behind the next entry at or after `cursor`, or -1 at the end. Results as of
    /// `get`, then the key's address and length, then the serializer, 0 where this step has
    /// no entry.
    pub fn next(&self, codec: &CodecCore, cursor: u32, now: f64) -> f64 {
        io::with_region(&codec.0, [0, 0], -1.0, |mut io| {
            let Io {
                out,
                codec: scratch,
                ..
            } = &mut io;
            let Some((next, got)) = self.region.next(&codec.0, scratch, cursor, now, out) else {
                return -1.0;
            };
            io.results[6] = got.map_or(0.0, |got| f64::from(answer(&mut io, &got)));
            f64::from(next)
        })
    }
}

impl PackedCore {
    /// Passes on the answer of a call that was to store something. The store does not know of
    /// one that the codec refused, so its outbox is as it was, and must not be told again.
    fn stored(&mut self, answer: i32) -> i32 {
        self.told = if answer < 0 {
            self.region.store.outbox().len()
        } else {
            0
        };
        answer
    }
}

/// Puts what was found into the results; answers its serializer.
fn answer(io: &mut Io<'_>, got: &Got) -> i32 {
    io.results[0] = got.local.fresh_until;
    io.results[1] = got.local.checked_until;
    io::point(&mut io.results[2..], &io.out[got.payload.clone()]);
    io::point(&mut io.results[4..], &io.out[got.key.clone()]);
    io::point(&mut io.results[7..], &io.out[got.side.clone()]);
    io.results[9] = got.deadline;
    i32::from(got.serializer.id())
}

fn outcome(stored: Stored, length: &mut f64) -> i32 {
    match stored {
        Ok(bytes) => {
            *length = bytes as f64;
            1
        }
        Err(_) => 0,
    }
}
