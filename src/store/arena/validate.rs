//! Walks all blocks of all segments and all lists, and checks every word of them.

#![forbid(unsafe_code)]

use std::collections::HashMap;

use super::bins::{BINS, NONE, bin};
use super::block::{HEAD_BYTES, Head, LISTED, start_of_free, word};
use super::{Address, Arena, address, split};

impl Arena {
    /// Checks the structure. For tests.
    ///
    /// # Errors
    /// Says what is wrong.
    pub(in crate::store) fn validate(&self) -> Result<(), String> {
        let mut listed = self.listed()?;
        let mut sums = (0, 0);
        for (number, segment) in self.segments.iter().enumerate() {
            let free = self.walk(number, &mut listed)?;
            if free != segment.free {
                return Err(format!("arena: {free} bytes are free in segment {number}"));
            }
            sums = (sums.0 + free, sums.1 + segment.bytes.capacity());
        }
        if !listed.is_empty() {
            return Err(format!("arena: in a list and not free: {listed:?}"));
        }
        if sums != (self.free, self.capacity) {
            return Err(format!("arena: {sums:?} bytes free and in all"));
        }
        Ok(())
    }

    /// Checks the blocks of one segment, and takes the free ones out of `listed`; answers how
    /// many bytes are free.
    fn walk(&self, number: usize, listed: &mut HashMap<Address, usize>) -> Result<usize, String> {
        let bytes = &self.segments[number].bytes;
        let (mut place, mut free, mut after_free) = (0, 0, false);
        while place < bytes.len() {
            let head = Head::read(bytes, place);
            let end = place + head.length();
            let broken = |what| Err(format!("arena: block {place} of segment {number} {what}"));
            if head.length() < HEAD_BYTES || end > bytes.len() || head.is_after_free() != after_free
            {
                return broken("has a wrong head");
            }
            if head.is_free() {
                if after_free || start_of_free(bytes, end) != place {
                    return broken("is free beside a free one, or ends otherwise");
                }
                let length = listed.remove(&address(number, place));
                let is_listed = head.length() >= LISTED && !self.is_parked(number, place);
                if length != is_listed.then_some(head.length()) {
                    return broken("is free and in no list, or the other way round");
                }
                free += head.length();
            }
            after_free = head.is_free();
            place = end;
        }
        if after_free && self.current == Some(number) {
            return Err("arena: the current segment ends with a free block".into());
        }
        Ok(free)
    }

    /// The lengths of the blocks in lists.
    fn listed(&self) -> Result<HashMap<Address, usize>, String> {
        let mut all = HashMap::new();
        for list in 0..BINS {
            let mut prev = NONE;
            let mut at = self.bins.first(list);
            while at != NONE {
                let (number, place) = split(at);
                let bytes = &self.segments[number].bytes;
                let length = Head::read(bytes, place).length();
                if bin(length) != list
                    || word(bytes, place + 2 * HEAD_BYTES) != prev
                    || all.insert(at, length).is_some()
                {
                    return Err(format!("arena: {number}:{place} is listed wrongly"));
                }
                prev = at;
                at = word(bytes, place + HEAD_BYTES);
            }
            if (self.bins.next_taken(list) == Some(list)) == (prev == NONE) {
                return Err(format!("arena: whether list {list} is taken is wrong"));
            }
        }
        Ok(all)
    }
}
