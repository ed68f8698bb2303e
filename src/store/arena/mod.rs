//! Where the records of a packed store lie.
//!
//! Memory is taken in segments, of 32 KB at first and of a 16th of all memory later, up
//! to 4 MB. A segment is filled from its beginning; what was freed in it is used again: the
//! free blocks of all segments are in lists by length ([`bins`]), and free neighbours become
//! one ([`block`]). A record that is long for a segment has an allocation of its own
//! ([`large`]). A segment in which nothing is left goes back to the allocator.
//!
//! Where a tenth of all segments is free and yet in pieces, the emptiest segment is
//! *evacuated*, a few records with each operation ([`evacuation`]). So whoever keeps an
//! [`Address`] must follow when its record moves.
//!
//! [`HEAD_BYTES`] = 4 bytes a record beyond its own. Everything is addressed by 32 bits: the
//! number of the segment in 10, the place in it in 22.

#![forbid(unsafe_code)]

mod bins;
mod block;
mod evacuation;
mod large;
mod lists;
#[cfg(test)]
mod tests;
mod validate;

pub(super) use crate::policy::chunks::OutOfMemory;
pub(super) use block::{HEAD_BYTES, NOTES};
pub(super) use evacuation::Progress;

use core::hint::black_box;

use bins::Bins;
use block::{Head, LISTED, LONGEST, MOST_SLACK, start_of_free, write_free};
use evacuation::Evacuation;
use large::Large;

/// Where a record is. Numbers from [`END`] on are never given out.
pub(super) type Address = u32;

/// What a processor fetches at once, in bytes.
const LINE: usize = 64;

/// Records are below this address.
pub(super) const END: Address = 0xF800_0000;
/// From here on, addresses are numbers of large records.
const LARGE: Address = 0xF7C0_0000;

const PLACE_BITS: u32 = 22;
/// The longest segment and the allocator's bytes.
const ROUND: usize = LONGEST.next_power_of_two();
const MOST_SEGMENTS: usize = (LARGE >> PLACE_BITS) as usize;
/// The first segment, and the last resort when memory runs out.
const SHORTEST: usize = 32 << 10;
/// The part of all memory that a segment is to be.
const SEGMENTS: usize = 16;
/// A record that is longer than this part of a segment has an allocation of its own.
const LARGE_PART: usize = 8;

/// A run of blocks without a gap, and room for more behind them.
#[derive(Debug, Clone, Default)]
struct Segment {
    /// Its capacity is the segment's. None at all is a segment that is not there.
    bytes: Vec<u8>,
    /// The bytes of its free blocks.
    free: usize,
}

/// The records.
#[derive(Debug, Clone)]
pub(super) struct Arena {
    segments: Vec<Segment>,
    /// The segment that is being filled. Its last block is never free.
    current: Option<usize>,
    bins: Box<Bins>,
    large: Large,
    /// The bytes of all free blocks.
    free: usize,
    /// The bytes of all segments.
    capacity: usize,
    evacuation: Option<Evacuation>,
}

const fn address(segment: usize, place: usize) -> Address {
    (segment as u32) << PLACE_BITS | place as u32
}

const fn split(at: Address) -> (usize, usize) {
    (
        (at >> PLACE_BITS) as usize,
        (at & ((1 << PLACE_BITS) - 1)) as usize,
    )
}

/// Whether a record has an allocation of its own.
pub(super) const fn is_large(at: Address) -> bool {
    at >= LARGE
}

impl Arena {
    /// No records.
    pub(super) fn new() -> Self {
        Self {
            segments: Vec::new(),
            current: None,
            bins: Box::new(Bins::new()),
            large: Large::default(),
            free: 0,
            capacity: 0,
            evacuation: None,
        }
    }

    /// A place for a record of `length` bytes, which are not set, with a note below [`NOTES`].
    ///
    /// # Errors
    /// [`OutOfMemory`]
    pub(super) fn allocate(&mut self, length: usize, note: u8) -> Result<Address, OutOfMemory> {
        let longest = self.next_segment() / LARGE_PART;
        if length > longest {
            return self.large.allocate(length, note);
        }
        let length = length + HEAD_BYTES;
        match self.find(length) {
            Some(at) => Ok(self.take(at, length, note)),
            None => self.append(length, note),
        }
    }

    /// The note and the bytes of a record.
    #[inline]
    pub(super) fn get(&self, at: Address) -> (u8, &[u8]) {
        if is_large(at) {
            return self.large.get(at);
        }
        let (segment, place) = split(at);
        let bytes = self.segments.get(segment).map_or(&[][..], |it| &it.bytes);
        let head = Head::read(bytes, place);
        let record = bytes.get(place + HEAD_BYTES..place + head.end());
        (head.note(), record.unwrap_or_default())
    }

    /// Has the processor fetch so many bytes from a record's beginning on, all lines of them at
    /// once: reads that do not depend on one another wait together.
    #[inline]
    pub(super) fn fetch(&self, at: Address, length: usize) {
        let (segment, place) = split(at);
        let Some(Segment { bytes, .. }) = self.segments.get(segment) else {
            return;
        };
        for ahead in (0..length).step_by(LINE) {
            black_box(bytes.get(place + ahead).copied());
        }
    }

    /// The bytes of a record, to be changed.
    pub(super) fn get_mut(&mut self, at: Address) -> &mut [u8] {
        if is_large(at) {
            return self.large.get_mut(at);
        }
        let (segment, place) = split(at);
        let Some(Segment { bytes, .. }) = self.segments.get_mut(segment) else {
            return &mut [];
        };
        let end = place + Head::read(bytes, place).end();
        bytes.get_mut(place + HEAD_BYTES..end).unwrap_or_default()
    }

    /// Gives a record's place back.
    pub(super) fn free(&mut self, at: Address) {
        if is_large(at) {
            return self.large.free(at);
        }
        let (number, place) = split(at);
        let bytes = &self.segments[number].bytes;
        let head = Head::read(bytes, place);
        let mut end = place + head.length();
        let mut start = place;
        let after = Head::read(bytes, end);
        if head.is_after_free() {
            start = start_of_free(bytes, place);
        }
        let at_end = end == bytes.len();
        if start < place {
            self.unlink(address(number, start), place - start);
        }
        if !at_end && after.is_free() {
            self.unlink(address(number, end), after.length());
            end += after.length();
        }
        self.segments[number].free += head.length();
        self.free += head.length();
        self.settle(number, start, end);
    }

    /// Makes a record of `length` bytes, which are not set, of one that is in no use any more, if it
    /// fits into its place; answers whether it does.
    pub(super) fn reuse(&mut self, at: Address, length: usize, note: u8) -> bool {
        let (number, place) = split(at);
        let Some(Segment { bytes, .. }) = self.segments.get_mut(number).filter(|_| at < LARGE)
        else {
            return false;
        };
        let head = Head::read(bytes, place);
        let slack = head.length().checked_sub(length + HEAD_BYTES);
        let Some(slack) = slack.filter(|&slack| slack <= MOST_SLACK) else {
            return false;
        };
        Head::used(head.length(), slack, note)
            .after_free(head.is_after_free())
            .write(bytes, place);
        true
    }

    /// The bytes in free blocks, and of all segments and large records.
    #[cfg(test)]
    pub(super) const fn scattered(&self) -> (usize, usize) {
        (self.free, self.capacity + self.large.bytes())
    }

    /// A free block from `start` to `end`, which is in no list, finds its place.
    fn settle(&mut self, number: usize, start: usize, end: usize) {
        let segment = &mut self.segments[number];
        if self.current == Some(number) && end == segment.bytes.len() {
            segment.free -= end - start;
            self.free -= end - start;
            segment.bytes.truncate(start);
        } else if start == 0 && end == segment.bytes.len() {
            self.drop_segment(number);
        } else {
            write_free(&mut segment.bytes, start, end - start);
            if !self.park(number, start, end) {
                self.link(address(number, start), end - start);
            }
        }
    }

    /// How long the next segment will be.
    fn next_segment(&self) -> usize {
        let part = ((self.capacity + self.large.bytes()) / SEGMENTS).clamp(SHORTEST, ROUND);
        (1 << part.ilog2()) - (ROUND - LONGEST)
    }

    /// Puts a block behind all others.
    fn append(&mut self, length: usize, note: u8) -> Result<Address, OutOfMemory> {
        let has_room = |&number: &usize| {
            let bytes = &self.segments[number].bytes;
            bytes.capacity() - bytes.len() >= length
        };
        let number = match self.current.filter(has_room) {
            Some(number) => number,
            None => self.add_segment(length)?,
        };
        let bytes = &mut self.segments[number].bytes;
        let place = bytes.len();
        bytes.resize(place + length, 0);
        Head::used(length, 0, note).write(bytes, place);
        Ok(address(number, place))
    }

    /// Begins a new segment, with room for a block of `length` at least.
    fn add_segment(&mut self, length: usize) -> Result<usize, OutOfMemory> {
        let mut size = self.next_segment().max(length);
        let mut bytes = Vec::new();
        while bytes.try_reserve_exact(size).is_err() {
            size /= 2;
            if size < length.max(SHORTEST / 2) {
                return Err(OutOfMemory);
            }
        }
        let is_absent = |it: &Segment| it.bytes.capacity() == 0;
        let number = match self.segments.iter().position(is_absent) {
            Some(number) => number,
            None if self.segments.len() == MOST_SEGMENTS => return Err(OutOfMemory),
            None => {
                self.segments.try_reserve(1).map_err(|_| OutOfMemory)?;
                self.segments.push(Segment::default());
                self.segments.len() - 1
            }
        };
        self.seal();
        self.capacity += bytes.capacity();
        self.segments[number].bytes = bytes;
        self.current = Some(number);
        Ok(number)
    }

    /// Makes a free block of what is left at the end of the current segment.
    fn seal(&mut self) {
        let Some(number) = self.current.take() else {
            return;
        };
        let bytes = &mut self.segments[number].bytes;
        let (start, end) = (bytes.len(), bytes.capacity());
        if end - start < LISTED {
            return;
        }
        bytes.resize(end, 0);
        self.segments[number].free += end - start;
        self.free += end - start;
        self.settle(number, start, end);
    }

    fn drop_segment(&mut self, number: usize) {
        let Segment { bytes, free } = std::mem::take(&mut self.segments[number]);
        self.capacity -= bytes.capacity();
        self.free -= free;
        if self.is_evacuated(number) {
            self.evacuation = None;
        }
    }
}
