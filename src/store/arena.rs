//! Where the records of a packed store lie.
//!
//! A record is the bytes of one key and one value, and it is asked for by slot: whoever
//! uses the arena holds no address, so another arena may move records about.
//!
//! One allocation a record, of exactly its length. [`RECORD_BYTES`] are the bytes beyond:
//! pointer and length in the table, the allocator's header, and half of the step of 8 to
//! which it rounds up.

#![forbid(unsafe_code)]

use crate::policy::Slot;

/// The bytes of a record beyond its own: 8 + 4 + 4 in WebAssembly.
pub(super) const RECORD_BYTES: usize = size_of::<Box<[u8]>>() + size_of::<usize>() + 4;

/// Memory that could not be had. Nothing has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct OutOfMemory;

/// Records by slot.
#[derive(Debug, Clone, Default)]
pub(super) struct Arena {
    /// An absent record is an empty one, which needs no allocation.
    records: Vec<Box<[u8]>>,
    bytes: u64,
}

impl Arena {
    /// No records.
    pub(super) const fn new() -> Self {
        Self {
            records: Vec::new(),
            bytes: 0,
        }
    }

    /// The bytes of all records.
    pub(super) const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Gives `slot` a record made of `parts`, one behind the other, in place of the one it had.
    ///
    /// # Errors
    /// [`OutOfMemory`]; then the slot has no record.
    pub(super) fn put<'a>(
        &mut self,
        slot: Slot,
        parts: impl Iterator<Item = &'a [u8]> + Clone,
    ) -> Result<(), OutOfMemory> {
        let len = parts.clone().map(<[u8]>::len).sum();
        let at = slot as usize;
        if at >= self.records.len() {
            let more = at + 1 - self.records.len();
            self.records.try_reserve(more).map_err(|_| OutOfMemory)?;
            self.records.resize_with(at + 1, Box::default);
        }
        if self.records[at].len() == len {
            fill(&mut self.records[at], parts);
            return Ok(());
        }
        self.free(slot);
        let mut record = Vec::new();
        record.try_reserve_exact(len).map_err(|_| OutOfMemory)?;
        parts.for_each(|part| record.extend_from_slice(part));
        self.records[at] = record.into_boxed_slice();
        self.bytes += len as u64;
        Ok(())
    }

    /// The record of `slot`; empty if it has none.
    pub(super) fn get(&self, slot: Slot) -> &[u8] {
        self.records.get(slot as usize).map_or(&[], |record| record)
    }

    /// The record of `slot`, to be changed in place; empty if it has none.
    pub(super) fn get_mut(&mut self, slot: Slot) -> &mut [u8] {
        self.records
            .get_mut(slot as usize)
            .map_or(&mut [], |record| record)
    }

    /// Gives back the record of `slot`, if it has one.
    pub(super) fn free(&mut self, slot: Slot) {
        if let Some(record) = self.records.get_mut(slot as usize) {
            self.bytes -= record.len() as u64;
            *record = Box::default();
        }
    }

    /// Gives everything back.
    pub(super) fn clear(&mut self) {
        *self = Self::new();
    }

    /// Checks the sum of the bytes. For tests.
    ///
    /// # Errors
    /// Says what is wrong.
    pub(super) fn validate(&self) -> Result<(), String> {
        let bytes: u64 = self.records.iter().map(|record| record.len() as u64).sum();
        if bytes == self.bytes {
            Ok(())
        } else {
            Err(format!("arena: {bytes} bytes, {} counted", self.bytes))
        }
    }
}

fn fill<'a>(mut record: &mut [u8], parts: impl Iterator<Item = &'a [u8]>) {
    for part in parts {
        let (head, tail) = record.split_at_mut(part.len());
        head.copy_from_slice(part);
        record = tail;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_is_its_parts_until_it_is_freed() {
        let mut arena = Arena::new();
        let put = |arena: &mut Arena, parts: &[&[u8]]| arena.put(3, parts.iter().copied());
        assert_eq!(put(&mut arena, &[b"key", b"", b"value"]), Ok(()));
        assert_eq!(arena.get(3), b"keyvalue");
        assert_eq!(put(&mut arena, &[b"longer than that"]), Ok(()));
        assert_eq!(
            (arena.get(3), arena.bytes()),
            (&b"longer than that"[..], 16)
        );
        assert_eq!(put(&mut arena, &[b"same length ", b"here"]), Ok(()));
        arena.get_mut(3)[0] = b'S';
        assert_eq!(
            (arena.get(3), arena.bytes()),
            (&b"Same length here"[..], 16)
        );
        assert_eq!(arena.validate(), Ok(()));
        arena.free(3);
        arena.free(3);
        arena.free(900);
        assert_eq!(
            (arena.get(3), arena.get(900), arena.bytes()),
            (&[][..], &[][..], 0)
        );
        assert!(arena.get_mut(900).is_empty());
    }
}
