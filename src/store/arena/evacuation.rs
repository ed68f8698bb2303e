//! Moves what is in a segment elsewhere, record by record, until the segment is empty and
//! goes back to the allocator.
//!
//! Behind a cursor everything is free already, and one block: it is *parked*, which is to
//! say that it is in no list, and so nothing new gets there. Before the cursor the segment is
//! like any other, except that nothing is put there.

#![forbid(unsafe_code)]

use super::block::{HEAD_BYTES, Head};
use super::{Address, Arena, LARGE, Segment, address, split};

/// Evacuation begins when more than this part of all segments is free.
const SCATTERED_PART: usize = 10;

/// The segment that is being evacuated.
#[derive(Debug, Clone, Copy)]
pub(super) struct Evacuation {
    segment: usize,
    /// What is before this place has been moved.
    cursor: usize,
}

/// What one step of an evacuation did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::store) enum Progress {
    /// There is nothing to do.
    Nothing,
    /// A free block was passed, or the segment was given back.
    Passed,
    /// The record that was at `from` is at `to`.
    Moved {
        /// Where it was.
        from: Address,
        /// Where it is.
        to: Address,
    },
}

impl Arena {
    /// Moves one record, if free memory lies scattered.
    pub(in crate::store) fn evacuate(&mut self) -> Progress {
        let Some(Evacuation { segment, cursor }) = self.evacuation else {
            return self.choose();
        };
        let bytes = &self.segments[segment].bytes;
        let head = Head::read(bytes, cursor);
        let end = cursor + head.length();
        if head.is_free() {
            self.unlink(address(segment, cursor), head.length());
            self.evacuation = Some(Evacuation {
                segment,
                cursor: end,
            });
            self.settle(segment, 0, end);
            return Progress::Passed;
        }
        let from = address(segment, cursor);
        match self.copy(from, head) {
            Some(to) => {
                self.segments[segment].free += head.length();
                self.free += head.length();
                self.clear_way(segment, cursor, end);
                Progress::Moved { from, to }
            }
            None => {
                self.give_up();
                Progress::Nothing
            }
        }
    }

    /// Whether so much free memory lies in pieces that records are to be moved.
    pub(in crate::store) fn is_scattered(&self) -> bool {
        self.evacuation.is_some() || self.free > self.capacity / SCATTERED_PART
    }

    /// Whether it is this segment that is being evacuated.
    pub(super) fn is_evacuated(&self, segment: usize) -> bool {
        self.evacuation.is_some_and(|it| it.segment == segment)
    }

    /// Whether a free block is the one behind the cursor.
    pub(super) fn is_parked(&self, segment: usize, place: usize) -> bool {
        self.evacuation
            .is_some_and(|it| it.segment == segment && place < it.cursor)
    }

    /// Moves the cursor to the end of a free block that begins behind it; answers whether it
    /// does.
    pub(super) fn park(&mut self, segment: usize, start: usize, end: usize) -> bool {
        let parked = self.is_parked(segment, start);
        if let Some(evacuation) = self.evacuation.as_mut().filter(|_| parked) {
            evacuation.cursor = end;
        }
        parked
    }

    /// Begins with the segment of which the largest part is free, if there is enough to gain.
    fn choose(&mut self) -> Progress {
        if !self.is_scattered() {
            return Progress::Nothing;
        }
        // Used bytes in 1/1024 of the segment.
        let used = |it: &Segment| (it.bytes.len() - it.free) * 1024 / it.bytes.capacity();
        let emptiest = (self.segments.iter().enumerate())
            .filter(|&(number, it)| Some(number) != self.current && it.bytes.capacity() > 0)
            .min_by_key(|(_, it)| used(it))
            .filter(|(_, it)| it.free > 0 && it.bytes.len() - it.free < self.free - it.free);
        let Some((segment, _)) = emptiest else {
            return Progress::Nothing;
        };
        self.evacuation = Some(Evacuation { segment, cursor: 0 });
        Progress::Passed
    }

    /// Copies a record to another segment.
    fn copy(&mut self, from: Address, head: Head) -> Option<Address> {
        let length = head.end();
        let to = match self.find(length) {
            Some(at) => self.take(at, length, head.note()),
            None => self.append(length, head.note()).ok()?,
        };
        debug_assert!(to < LARGE && !self.is_evacuated(split(to).0));
        let ((source, start), (target, place)) = (split(from), split(to));
        let bytes = std::mem::take(&mut self.segments[source].bytes);
        let record = &bytes[start + HEAD_BYTES..start + length];
        self.segments[target].bytes[place + HEAD_BYTES..place + length].copy_from_slice(record);
        self.segments[source].bytes = bytes;
        Some(to)
    }

    /// The block at the cursor is free now, and what is behind it as well. So may be the next.
    fn clear_way(&mut self, segment: usize, cursor: usize, mut end: usize) {
        let bytes = &self.segments[segment].bytes;
        let next = Head::read(bytes, end);
        if end < bytes.len() && next.is_free() {
            self.unlink(address(segment, end), next.length());
            end += next.length();
        }
        self.evacuation = Some(Evacuation {
            segment,
            cursor: cursor.max(1),
        });
        self.settle(segment, 0, end);
    }

    /// Ends an evacuation for which there is no memory.
    fn give_up(&mut self) {
        if let Some(Evacuation { segment, cursor }) = self.evacuation.take()
            && cursor > 0
        {
            self.link(address(segment, 0), cursor);
        }
    }
}
