//! Finds free blocks, and keeps them in lists.

#![forbid(unsafe_code)]

use super::bins::{NONE, bin};
use super::block::{HEAD_BYTES, Head, LISTED, set_after_free, set_word, word, write_free};
use super::{Address, Arena, address, split};

/// How many blocks of a list are looked at before a later list is.
const TRIES: usize = 4;

impl Arena {
    /// A free block of at least this length.
    pub(super) fn find(&self, length: usize) -> Option<Address> {
        let mut list = bin(length);
        for _ in 0..TRIES {
            list = self.bins.next_taken(list)?;
            let mut at = self.bins.first(list);
            for _ in 0..TRIES {
                if at == NONE {
                    break;
                }
                let (number, place) = split(at);
                let bytes = &self.segments[number].bytes;
                if Head::read(bytes, place).length() >= length && !self.is_evacuated(number) {
                    return Some(at);
                }
                at = word(bytes, place + HEAD_BYTES);
            }
            list += 1;
        }
        None
    }

    /// Makes a block in use of the beginning of a free one.
    pub(super) fn take(&mut self, at: Address, length: usize, note: u8) -> Address {
        let (number, place) = split(at);
        let whole = Head::read(&self.segments[number].bytes, place).length();
        self.unlink(at, whole);
        // What remains is a block, of a head at least; its copy at the end must not overlap.
        let rest = match whole - length {
            0..HEAD_BYTES => 0,
            rest if rest < 2 * HEAD_BYTES => HEAD_BYTES,
            rest => rest,
        };
        let taken = whole - rest;
        let segment = &mut self.segments[number];
        segment.free -= taken;
        self.free -= taken;
        Head::used(taken, taken - length, note).write(&mut segment.bytes, place);
        if rest == 0 {
            set_after_free(&mut segment.bytes, place + taken, false);
        } else {
            write_free(&mut segment.bytes, place + taken, rest);
            self.link(address(number, place + taken), rest);
        }
        at
    }

    /// Puts a free block into its list, at the front.
    pub(super) fn link(&mut self, at: Address, length: usize) {
        if length < LISTED {
            return;
        }
        let list = bin(length);
        let next = self.bins.first(list);
        self.set_links(at, next, NONE);
        self.bins.set_first(list, at);
    }

    /// Takes a free block out of its list.
    pub(super) fn unlink(&mut self, at: Address, length: usize) {
        let (number, place) = split(at);
        if length < LISTED || self.is_parked(number, place) {
            return;
        }
        let bytes = &self.segments[number].bytes;
        let next = word(bytes, place + HEAD_BYTES);
        let prev = word(bytes, place + 2 * HEAD_BYTES);
        if next != NONE {
            let (number, place) = split(next);
            set_word(
                &mut self.segments[number].bytes,
                place + 2 * HEAD_BYTES,
                prev,
            );
        }
        if prev == NONE {
            self.bins.set_first(bin(length), next);
        } else {
            let (number, place) = split(prev);
            set_word(&mut self.segments[number].bytes, place + HEAD_BYTES, next);
        }
    }

    fn set_links(&mut self, at: Address, next: Address, prev: Address) {
        let (number, place) = split(at);
        let bytes = &mut self.segments[number].bytes;
        set_word(bytes, place + HEAD_BYTES, next);
        set_word(bytes, place + 2 * HEAD_BYTES, prev);
        if next != NONE {
            let (number, place) = split(next);
            set_word(&mut self.segments[number].bytes, place + 2 * HEAD_BYTES, at);
        }
    }
}
