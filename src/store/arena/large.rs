//! Records that have an allocation of their own each.
//!
//! 24 bytes beyond a record's own in WebAssembly: pointer, length and note in the table, and
//! the allocator's head.

#![forbid(unsafe_code)]

use super::{Address, LARGE, OutOfMemory};

/// Large records, by number.
#[derive(Debug, Clone, Default)]
pub(super) struct Large {
    records: Vec<Record>,
    /// The numbers of those that are empty.
    vacant: Vec<u32>,
    bytes: usize,
}

#[derive(Debug, Clone, Default)]
struct Record {
    bytes: Vec<u8>,
    note: u8,
}

const fn number(at: Address) -> usize {
    (at - LARGE) as usize
}

impl Large {
    /// The bytes of all records.
    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }

    pub(super) fn allocate(&mut self, length: usize, note: u8) -> Result<Address, OutOfMemory> {
        let mut bytes = Vec::new();
        bytes.try_reserve_exact(length).map_err(|_| OutOfMemory)?;
        bytes.resize(length, 0);
        let record = Record { bytes, note };
        let number = match self.vacant.pop() {
            Some(number) => {
                self.records[number as usize] = record;
                number
            }
            None => {
                // Room to note that it is vacant, so that freeing it needs no memory.
                let more = self.records.len() + 1 - self.vacant.len();
                self.vacant.try_reserve(more).map_err(|_| OutOfMemory)?;
                self.records.try_reserve(1).map_err(|_| OutOfMemory)?;
                self.records.push(record);
                self.records.len() as u32 - 1
            }
        };
        self.bytes += length;
        Ok(LARGE + number)
    }

    pub(super) fn get(&self, at: Address) -> (u8, &[u8]) {
        self.records
            .get(number(at))
            .map_or((0, &[]), |it| (it.note, &it.bytes))
    }

    pub(super) fn get_mut(&mut self, at: Address) -> &mut [u8] {
        self.records
            .get_mut(number(at))
            .map_or(&mut [], |it| &mut it.bytes)
    }

    pub(super) fn free(&mut self, at: Address) {
        if let Some(record) = self.records.get_mut(number(at)) {
            self.bytes -= record.bytes.len();
            *record = Record::default();
            self.vacant.push(number(at) as u32);
        }
    }
}
