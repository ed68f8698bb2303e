//! The records as the ledger knows them.

#![forbid(unsafe_code)]

use super::layout::{Record, deadline_bytes, kept};
use super::{FREE, Records};
use crate::policy::{Slot, Tables, Weigh, Weights};
use crate::store::arena::is_large;
use crate::store::terms::{Departure, Entries};

impl Entries for Records {
    fn len(&self) -> u32 {
        self.len
    }

    fn bytes(&self) -> u64 {
        self.payload + u64::from(self.len) * u64::from(self.shelf.overhead)
    }

    fn tables(&mut self, weighed: bool) -> Tables<'_> {
        Tables {
            touches: &mut self.touches,
            weights: if weighed {
                Weights::Asked(&self.shelf)
            } else {
                Weights::Ones
            },
        }
    }

    fn weight(&self, slot: Slot) -> Option<u32> {
        self.record(slot).map(|_| self.shelf.weigh(slot))
    }

    fn deadline(&self, slot: Slot) -> Option<f64> {
        self.record(slot).map(|it| it.deadline)
    }

    fn set_deadline(&mut self, slot: Slot, deadline: f64) {
        self.changes.note(slot);
        if let Some(at) = self.shelf.address(slot)
            && let Some(place) = self.shelf.arena.get_mut(at).first_chunk_mut()
        {
            *place = deadline_bytes(kept(deadline));
        }
    }

    fn release(&mut self, slot: Slot) {
        let Some((at, record)) = self.shelf.address(slot).zip(self.record(slot)) else {
            return;
        };
        let payload = record.payload();
        let hash = self.hash(record.key);
        self.index.remove(hash, slot);
        self.changes.note(slot);
        self.give_back();
        self.vacated = Some(at);
        if is_large(at) {
            self.give_back();
        }
        self.shelf.addresses.set(slot as usize, FREE + self.free);
        self.free = slot;
        self.len -= 1;
        self.payload -= payload as u64;
        self.tidy();
    }

    /// Notes the key, if anybody wants to know.
    fn leave(&mut self, slot: Slot, why: Departure) {
        if self.notify
            && let Some(Record { key, .. }) = self.shelf.record(slot)
        {
            self.outbox.push(why as u8);
            self.outbox
                .extend_from_slice(&(key.len() as u32).to_le_bytes());
            self.outbox.extend_from_slice(key);
        }
        self.release(slot);
    }
}
