//! Any sequence of calls, against the model.

#![forbid(unsafe_code)]

use proptest::prelude::*;

use super::departed;
use crate::policy::{Favor, PolicyKind, Slot};
use crate::store::records::kept;
use crate::store::tests::NEVER;
use crate::store::tests::model::{Model, Room};
use crate::store::{Limits, PackedStore, SetOutcome, entry_overhead};

#[derive(Debug, Clone)]
enum Op {
    Set(u8, u16, f64),
    Get(u8),
    Remove(u8),
    SetDeadline(u8, f64),
    Expire(u32),
    Evict,
    Wait(f64),
    SetLimits(u64, u32),
    SetPolicy(PolicyKind),
    Clear,
}

fn span() -> impl Strategy<Value = f64> {
    prop_oneof![4 => 0.0..100.0, 1 => 0.0..1e12, 3 => Just(NEVER), 1 => -9.0..1.0]
}

fn op() -> impl Strategy<Value = Op> {
    let length = || prop_oneof![9 => 0..60u16, 1 => 0..3_000u16];
    prop_oneof![
        16 => (0..80u8, length(), span()).prop_map(|(key, length, span)| Op::Set(key, length, span)),
        16 => (0..80u8).prop_map(Op::Get),
        3 => (0..80u8).prop_map(Op::Remove),
        3 => (0..80u8, span()).prop_map(|(key, span)| Op::SetDeadline(key, span)),
        3 => prop_oneof![Just(u32::MAX), 0..5u32].prop_map(Op::Expire),
        2 => Just(Op::Evict),
        4 => prop_oneof![3 => 0.0..50.0, 1 => 0.0..1e10].prop_map(Op::Wait),
        1 => (0..6_000u64, 0..80u32).prop_map(|(bytes, entries)| Op::SetLimits(bytes, entries)),
        1 => proptest::sample::select(PolicyKind::ALL).prop_map(Op::SetPolicy),
        1 => prop_oneof![9 => Just(Op::Evict), 1 => Just(Op::Clear)],
    ]
}

/// The store, the model by slot, and what key and value each slot has.
struct Pair {
    store: PackedStore,
    model: Model,
    contents: Vec<(Slot, Vec<u8>, Vec<u8>)>,
    now: f64,
}

/// Keys of many lengths.
fn key_of(number: u8) -> Vec<u8> {
    vec![number; 1 + usize::from(number) % 23]
}

impl Pair {
    fn slot(&self, key: &[u8]) -> Option<Slot> {
        self.contents
            .iter()
            .find(|entry| entry.1 == key)
            .map(|entry| entry.0)
    }

    fn forget(&mut self, slot: Slot) {
        self.contents.retain(|entry| entry.0 != slot);
    }

    /// Follows the outbox of the last call.
    fn left(&mut self, room: Room, protect: Option<Slot>) {
        for (why, key) in departed(self.store.outbox()) {
            let slot = self.slot(&key).expect("only what is there leaves");
            self.model.leaves(slot, why, self.now, room, protect);
            self.forget(slot);
        }
        self.model.assert_fits(room);
    }

    fn set(&mut self, key: &[u8], length: u16, deadline: f64) {
        let deadline = kept(deadline);
        let value: Vec<u8> = (0..length).map(|at| at as u8 ^ key[0]).collect();
        let weight = key.len() as u32 + u32::from(length) + self.store.overhead();
        let refusal = self.model.refusal(weight, deadline, self.now);
        let old = self.slot(key);
        let was_live = old.is_some_and(|slot| self.model.is_live(slot, self.now));
        self.model.access();
        let (head, tail) = value.split_at(value.len() / 3);
        let answer = self.store.set(key, &[head, tail], deadline, self.now);
        assert_eq!(answer.err(), refusal);
        let slot = match (answer, old) {
            (Err(_), None) => return,
            (Err(_), Some(slot)) => {
                self.model.remove(slot);
                return self.forget(slot);
            }
            (Ok(SetOutcome::Inserted(slot) | SetOutcome::Replaced(slot)), _) => slot,
        };
        assert_eq!(was_live, matches!(answer, Ok(SetOutcome::Replaced(_))));
        if old.is_some() {
            let bytes = weight.saturating_sub(self.model.weight(slot).unwrap_or(0));
            self.model.set_deadline(slot, deadline);
            self.left(Room { bytes, entries: 0 }, Some(slot));
            self.model.replace(slot, weight, deadline);
        } else {
            self.left(
                Room {
                    bytes: weight,
                    entries: 1,
                },
                None,
            );
            self.model.insert(slot, weight, deadline);
        }
        self.forget(slot);
        self.contents.push((slot, key.to_vec(), value));
    }

    fn run(&mut self, op: &Op) {
        match *op {
            Op::Set(number, length, span) => self.set(&key_of(number), length, self.now + span),
            Op::Get(number) => {
                let key = key_of(number);
                let live = self
                    .slot(&key)
                    .filter(|&slot| self.model.is_live(slot, self.now));
                assert_eq!(self.store.get(&key, self.now).map(|(_, slot)| slot), live);
                if let Some(slot) = live {
                    self.model.hit(slot);
                }
            }
            Op::Remove(number) => {
                let slot = self.slot(&key_of(number));
                assert_eq!(self.store.remove(&key_of(number)), slot.is_some());
                if let Some(slot) = slot {
                    self.model.remove(slot);
                    self.forget(slot);
                }
            }
            Op::SetDeadline(number, span) => {
                let live = self
                    .slot(&key_of(number))
                    .filter(|&slot| self.model.is_live(slot, self.now));
                let moved = self
                    .store
                    .set_deadline(&key_of(number), self.now + span, self.now);
                assert_eq!(moved, live.is_some());
                if let Some(slot) = live {
                    self.model.set_deadline(slot, kept(self.now + span));
                }
            }
            Op::Expire(limit) => {
                let count = self.store.expire(self.now, limit);
                assert_eq!(count, departed(self.store.outbox()).len());
                assert!(count <= limit as usize);
                self.left(Room::default(), None);
                if limit == u32::MAX {
                    self.model.assert_swept(self.now);
                }
            }
            Op::Evict => {
                let evicted = self.store.evict_one();
                let key = departed(self.store.outbox()).pop().map(|(_, key)| key);
                let victim = key.and_then(|key| self.slot(&key));
                assert_eq!(evicted, victim.is_some());
                self.model.evicted(victim);
                victim.into_iter().for_each(|slot| self.forget(slot));
            }
            Op::Wait(span) => self.now += span,
            Op::SetLimits(max_bytes, max_entries) => {
                self.model.limits = Limits {
                    max_bytes,
                    max_entries,
                };
                self.store.set_limits(self.model.limits);
                self.left(Room::default(), None);
            }
            Op::SetPolicy(kind) => {
                let more = i64::from(entry_overhead(kind)) - i64::from(self.store.overhead());
                self.store.set_policy(kind, Favor::Objects);
                self.model.set_policy(kind);
                self.model.reweigh(more);
                self.left(Room::default(), None);
            }
            Op::Clear => {
                self.store.clear();
                self.model.clear(self.store.policy());
                self.contents.clear();
            }
        }
    }

    fn compare(&self) {
        assert_eq!(self.store.validate(), Ok(()));
        assert_eq!(
            (self.store.bytes(), self.store.len() as usize),
            (self.model.bytes(), self.model.len())
        );
        assert!(self.store.bytes() <= self.model.limits.max_bytes);
        for (slot, key, value) in &self.contents {
            let live = self.model.is_live(*slot, self.now);
            assert_eq!(
                self.store.peek(key, self.now),
                live.then_some((&value[..], *slot))
            );
            assert_eq!(self.store.contains(key, self.now), live);
            assert_eq!(
                self.store.deadline(key, self.now),
                self.model.deadline(*slot).filter(|_| live)
            );
        }
    }
}

proptest! {
    #[test]
    fn it_holds_what_the_model_holds(
        kind in proptest::sample::select(PolicyKind::ALL),
        ops in proptest::collection::vec(op(), 1..300),
    ) {
        let limits = Limits { max_bytes: 3_000, max_entries: 60 };
        let mut store = PackedStore::new(kind, Favor::Objects, limits, 7);
        store.set_notify(true);
        let mut pair = Pair { store, model: Model::new(kind, limits), contents: Vec::new(), now: 1_000.0 };
        for op in &ops {
            pair.run(op);
            pair.compare();
        }
    }
}
