//! Any sequence of calls, against the model.

#![forbid(unsafe_code)]

use proptest::prelude::*;

use super::departed;
use crate::policy::{Favor, PolicyKind, Slot};
use crate::store::tests::NEVER;
use crate::store::tests::model::{Model, Room};
use crate::store::{Limits, LiveStore};

#[derive(Debug, Clone)]
enum Op {
    Insert(u32, f64),
    Replace(usize, u32, f64),
    Hit(usize),
    SetDeadline(usize, f64),
    Remove(usize),
    Expire(u32),
    Evict,
    Wait(f64),
    SetLimits(u64, u32),
    SetPolicy(PolicyKind),
    Clear,
}

fn span() -> impl Strategy<Value = f64> {
    prop_oneof![4 => 0.0..100.0, 2 => 0.0..1e4, 1 => 0.0..1e12, 3 => Just(NEVER), 1 => -9.0..1.0]
}

fn weight() -> impl Strategy<Value = u32> {
    prop_oneof![10 => 0..40u32, 1 => 0..2_000u32]
}

fn op() -> impl Strategy<Value = Op> {
    let any = any::<usize>;
    prop_oneof![
        16 => (weight(), span()).prop_map(|(weight, span)| Op::Insert(weight, span)),
        6 => (any(), weight(), span()).prop_map(|(at, weight, span)| Op::Replace(at, weight, span)),
        16 => any().prop_map(Op::Hit),
        3 => (any(), span()).prop_map(|(at, span)| Op::SetDeadline(at, span)),
        3 => any().prop_map(Op::Remove),
        3 => prop_oneof![Just(u32::MAX), 0..5u32].prop_map(Op::Expire),
        2 => Just(Op::Evict),
        4 => prop_oneof![3 => 0.0..50.0, 1 => 0.0..1e10].prop_map(Op::Wait),
        1 => (0..1_500u64, 0..80u32).prop_map(|(bytes, entries)| Op::SetLimits(bytes, entries)),
        1 => proptest::sample::select(PolicyKind::ALL).prop_map(Op::SetPolicy),
        1 => prop_oneof![9 => Just(Op::Evict), 1 => Just(Op::Clear)],
    ]
}

impl Op {
    /// The same, where all entries weigh the same and none expires.
    fn plain(&self) -> Self {
        match *self {
            Self::Insert(..) => Self::Insert(7, NEVER),
            Self::Replace(at, ..) => Self::Replace(at, 7, NEVER),
            Self::SetDeadline(at, _) => Self::SetDeadline(at, NEVER),
            ref other => other.clone(),
        }
    }
}

struct Pair {
    store: LiveStore,
    model: Model,
    now: f64,
}

impl Pair {
    fn pick(&self, at: usize) -> Option<Slot> {
        let slots = self.model.slots();
        (!slots.is_empty()).then(|| slots[at % slots.len()])
    }

    /// Follows the outbox of the last call.
    fn left(&mut self, room: Room, protect: Option<Slot>) {
        for (slot, why) in departed(&self.store) {
            self.model.leaves(slot, why, self.now, room, protect);
        }
        self.model.assert_fits(room);
    }

    fn insert(&mut self, weight: u32, deadline: f64) {
        let tick = self.model.access();
        let refusal = self.model.refusal(weight, deadline, self.now);
        let answer = self.store.insert(tick, weight, deadline, self.now, tick);
        assert_eq!(answer.err(), refusal);
        if let Ok(slot) = answer {
            let room = Room {
                bytes: weight,
                entries: 1,
            };
            self.left(room, None);
            self.model.insert(slot, weight, deadline);
        }
    }

    fn replace(&mut self, slot: Slot, weight: u32, deadline: f64) {
        let tick = self.model.access();
        let refusal = self.model.refusal(weight, deadline, self.now);
        let answer = self.store.replace(slot, weight, deadline, self.now, tick);
        assert_eq!(answer.err(), refusal);
        if answer.is_ok() {
            let more = weight.saturating_sub(self.model.weight(slot).unwrap_or(0));
            let room = Room {
                bytes: more,
                entries: 0,
            };
            self.model.set_deadline(slot, deadline);
            self.left(room, Some(slot));
            self.model.replace(slot, weight, deadline);
        } else {
            self.model.remove(slot);
        }
    }

    fn run(&mut self, op: &Op) {
        match *op {
            Op::Insert(weight, span) => self.insert(weight, self.now + span),
            Op::Replace(at, weight, span) => {
                if let Some(slot) = self.pick(at) {
                    self.replace(slot, weight, self.now + span);
                }
            }
            Op::Hit(at) => {
                if let Some(slot) = self
                    .pick(at)
                    .filter(|&slot| self.model.is_live(slot, self.now))
                {
                    self.store.touch(slot, self.model.tick + 1);
                    self.model.hit(slot);
                }
            }
            Op::SetDeadline(at, span) => {
                if let Some(slot) = self.pick(at) {
                    assert!(self.store.set_deadline(slot, self.now + span));
                    self.model.set_deadline(slot, self.now + span);
                }
            }
            Op::Remove(at) => {
                if let Some(slot) = self.pick(at) {
                    assert!(self.store.remove(slot));
                    self.model.remove(slot);
                }
            }
            Op::Expire(limit) => {
                assert!(self.store.expire(self.now, limit) <= limit as usize);
                self.left(Room::default(), None);
                if limit == u32::MAX {
                    self.model.assert_swept(self.now);
                }
            }
            Op::Evict => self.model.evicted(self.store.evict_one()),
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
                self.store.set_policy(kind, Favor::Objects, self.model.tick);
                self.model.set_policy(kind);
            }
            Op::Clear => {
                self.store.clear();
                self.model.clear(self.store.policy());
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
        for slot in self.model.slots() {
            assert_eq!(self.store.weight(slot), self.model.weight(slot));
            assert_eq!(
                self.store.deadlines()[slot as usize],
                self.model.deadline(slot).unwrap_or(f64::NAN)
            );
        }
    }
}

proptest! {
    #[test]
    fn it_holds_what_the_model_holds(
        kind in proptest::sample::select(PolicyKind::ALL),
        ops in proptest::collection::vec(op(), 1..300),
        plain in prop_oneof![Just(0), 0..300usize],
    ) {
        let limits = Limits { max_bytes: 500, max_entries: 60 };
        let mut pair = Pair { store: LiveStore::new(kind, Favor::Objects, limits), model: Model::new(kind, limits), now: 1_000.0 };
        for (at, op) in ops.iter().enumerate() {
            pair.run(&if at < plain { op.plain() } else { op.clone() });
            pair.compare();
        }
    }
}
