//! The packed store.

#![forbid(unsafe_code)]

use proptest::prelude::*;

use super::model::{Model, Room};
use crate::policy::{PolicyKind, Slot};
use crate::store::{Departure, Limits, MAX_KEY, PackedStore, Refused, SetOutcome, entry_overhead};

const NEVER: f64 = f64::INFINITY;

fn store(kind: PolicyKind, max_bytes: u64) -> PackedStore {
    PackedStore::new(
        kind,
        Limits {
            max_bytes,
            ..Limits::default()
        },
        42,
    )
}

fn value(store: &mut PackedStore, key: &[u8]) -> Option<Vec<u8>> {
    store.get(key, 0.0).map(|(value, _)| value.to_vec())
}

/// The departures and keys of the outbox.
fn departed(mut outbox: &[u8]) -> Vec<(Departure, Vec<u8>)> {
    let mut all = Vec::new();
    while let [why, a, b, c, d, rest @ ..] = outbox {
        let why = if *why == 0 {
            Departure::Expired
        } else {
            Departure::Evicted
        };
        let (key, rest) = rest.split_at(u32::from_le_bytes([*a, *b, *c, *d]) as usize);
        all.push((why, key.to_vec()));
        outbox = rest;
    }
    assert!(outbox.is_empty());
    all
}

#[test]
fn a_value_is_its_parts_and_can_be_changed_in_place() {
    let mut store = store(PolicyKind::Lru, 10_000);
    assert_eq!(
        store.set(b"key", &[b"head, ", b"", b"body"], NEVER, 0.0),
        Ok(SetOutcome::Inserted(0))
    );
    assert_eq!(store.get(b"key", 0.0), Some((&b"head, body"[..], 0)));
    store.value_mut(0).expect("it holds a value")[0] = b'H';
    assert_eq!(store.peek(b"key", 0.0), Some((&b"Head, body"[..], 0)));
    assert_eq!(
        store.set(b"key", &[b"x"], NEVER, 0.0),
        Ok(SetOutcome::Replaced(0))
    );
    assert_eq!(value(&mut store, b"key").as_deref(), Some(&b"x"[..]));
    assert_eq!(
        store.set(b"empty", &[], NEVER, 0.0),
        Ok(SetOutcome::Inserted(1))
    );
    assert_eq!(value(&mut store, b"empty").as_deref(), Some(&[][..]));
    assert_eq!(store.value_mut(1).map(|value| value.len()), Some(0));
    assert!(store.value_mut(2).is_none() && store.value_mut(Slot::MAX).is_none());
    assert_eq!(store.bytes(), 3 + 1 + 5 + 2 * u64::from(store.overhead()));
    assert_eq!(store.validate(), Ok(()));
}

#[test]
fn the_overhead_is_what_the_structures_are() {
    let wide = size_of::<usize>() as u32 - 4;
    assert_eq!(
        PolicyKind::ALL
            .iter()
            .map(|&kind| entry_overhead(kind) - 3 * wide)
            .collect::<Vec<_>>(),
        [60, 68, 60, 72]
    );
}

#[test]
fn keys_of_any_bytes_up_to_64_kb_are_taken_and_no_others() {
    let mut store = store(PolicyKind::Lru, 10_000_000);
    let long = vec![7; MAX_KEY];
    for key in [&long[..], &long[1..], &[0], &[0, 0], &[255; 32]] {
        assert!(store.set(key, &[key], NEVER, 0.0).is_ok());
    }
    for key in [&long[..], &long[1..], &[0], &[0, 0], &[255; 32]] {
        assert_eq!(value(&mut store, key).as_deref(), Some(key));
    }
    assert_eq!(store.set(b"", &[b"v"], NEVER, 0.0), Err(Refused::BadKey));
    assert_eq!(
        store.set(&vec![7; MAX_KEY + 1], &[b"v"], NEVER, 0.0),
        Err(Refused::BadKey)
    );
    assert!(value(&mut store, b"").is_none() && !store.remove(b"") && !store.contains(b"", 0.0));
    assert_eq!((store.len(), store.validate()), (5, Ok(())));
}

#[test]
fn an_entry_is_a_hit_before_its_deadline_and_not_at_it() {
    let mut store = store(PolicyKind::Lru, 10_000);
    assert_eq!(
        store.set(b"a", &[b"1"], 100.0, 0.0),
        Ok(SetOutcome::Inserted(0))
    );
    assert!(
        store.contains(b"a", 99.9)
            && store.peek(b"a", 99.9).is_some()
            && store.get(b"a", 99.9).is_some()
    );
    assert_eq!(store.deadline(b"a", 99.9), Some(100.0));
    assert!(
        !store.contains(b"a", 100.0)
            && store.peek(b"a", 100.0).is_none()
            && store.get(b"a", 100.0).is_none()
    );
    assert_eq!(store.deadline(b"a", 100.0), None);
    assert!(
        !store.set_deadline(b"a", 500.0, 100.0),
        "what is over does not come back"
    );
    assert_eq!(
        store.set(b"a", &[b"2"], 300.0, 100.0),
        Ok(SetOutcome::Inserted(0)),
        "the old one was over"
    );
    assert!(store.set_deadline(b"a", 200.0, 100.0));
    assert_eq!((store.expiring(), store.next_expiry()), (1, 208.0));
    assert_eq!((store.expire(207.0, 9), store.expire(208.0, 9)), (0, 1));
    assert_eq!(
        (store.len(), store.bytes(), store.validate()),
        (0, 0, Ok(()))
    );
}

#[test]
fn what_is_refused_takes_the_old_value_along() {
    let mut store = store(PolicyKind::Lru, 200);
    let heavy = vec![0; 200];
    assert_eq!(
        store.set(b"a", &[&heavy], NEVER, 0.0),
        Err(Refused::TooHeavy)
    );
    assert!(store.set(b"a", &[b"1"], NEVER, 0.0).is_ok());
    assert_eq!(
        store.set(b"a", &[&heavy], NEVER, 0.0),
        Err(Refused::TooHeavy)
    );
    assert_eq!((value(&mut store, b"a"), store.validate()), (None, Ok(())));
    assert!(store.set(b"a", &[b"1"], NEVER, 0.0).is_ok());
    assert_eq!(store.set(b"a", &[b"2"], 5.0, 5.0), Err(Refused::Expired));
    assert_eq!((value(&mut store, b"a"), store.validate()), (None, Ok(())));
}

#[test]
fn keys_that_leave_are_told_only_where_asked() {
    let mut store = store(
        PolicyKind::Fifo,
        2 * u64::from(entry_overhead(PolicyKind::Fifo)) + 8,
    );
    for key in [b"aa", b"bb", b"cc"] {
        assert!(store.set(key, &[b"12"], 1_000.0, 0.0).is_ok());
    }
    assert_eq!((store.len(), store.outbox()), (2, &[][..]));
    store.set_notify(true);
    assert!(store.set(b"dd", &[b"12"], 1_000.0, 0.0).is_ok());
    assert_eq!(
        store.outbox(),
        [&[Departure::Evicted as u8, 2, 0, 0, 0][..], b"bb"].concat()
    );
    assert!(store.remove(b"cc") && store.set(b"ee", &[b"12"], NEVER, 0.0).is_ok());
    assert_eq!(store.outbox(), []);
    assert_eq!(store.expire(5_000.0, 10), 1);
    assert_eq!(
        departed(store.outbox()),
        [(Departure::Expired, b"dd".to_vec())]
    );
    assert!(store.evict_one() && !store.evict_one());
    assert_eq!(store.outbox(), [], "the second call found nobody");
}

#[test]
fn a_cursor_sees_every_entry_once() {
    let mut store = store(PolicyKind::Ttl, 1_000_000);
    for number in 0..100u8 {
        assert!(
            store
                .set(&[number], &[&[number, 1]], 1e3 + f64::from(number), 0.0)
                .is_ok()
        );
    }
    (0..100)
        .step_by(3)
        .for_each(|number| assert!(store.remove(&[number])));
    let mut seen = Vec::new();
    let mut cursor = 0;
    while let Some((next, key, value, deadline)) = store.next(cursor) {
        assert_eq!(
            (value, deadline),
            (&[key[0], 1][..], 1e3 + f64::from(key[0]))
        );
        seen.push(key[0]);
        cursor = next;
    }
    seen.sort_unstable();
    assert_eq!(
        seen,
        (0..100)
            .filter(|number| number % 3 != 0)
            .collect::<Vec<u8>>()
    );
    assert!(store.next(Slot::MAX).is_none());
    store.clear();
    assert!(store.next(0).is_none());
}

#[test]
fn ticks_start_over_long_before_they_end() {
    let mut store = store(PolicyKind::Lru, 10_000);
    store.start_at(0xF000_0000 - 2);
    for key in [b"a", b"b", b"c"] {
        assert!(store.set(key, &[], NEVER, 0.0).is_ok());
    }
    assert!(store.get(b"a", 0.0).is_some());
    store.set_notify(true);
    for key in [b"b", b"c", b"a"] {
        assert!(store.evict_one());
        assert_eq!(
            departed(store.outbox()),
            [(Departure::Evicted, key.to_vec())]
        );
    }
}

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
                    self.model.set_deadline(slot, self.now + span);
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
                let victim = self.model.victim();
                assert_eq!(self.store.evict_one(), victim.is_some());
                let key = departed(self.store.outbox()).pop().map(|(_, key)| key);
                assert_eq!(key.and_then(|key| self.slot(&key)), victim);
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
                self.store.set_policy(kind);
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
        let mut store = PackedStore::new(kind, limits, 7);
        store.set_notify(true);
        let mut pair = Pair { store, model: Model::new(kind, limits), contents: Vec::new(), now: 1_000.0 };
        for op in &ops {
            pair.run(op);
            pair.compare();
        }
    }
}
