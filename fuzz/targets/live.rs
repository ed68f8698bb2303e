//! Any calls of a live store, with slots that hold something and slots that do not, checked after each.

#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use omnicache_core::policy::{Favor, PolicyKind, Slot};
use omnicache_core::store::{Limits, LiveStore};

#[derive(Arbitrary, Debug)]
enum Op {
    Insert(u32, u32, f64),
    InsertSmall(u16, u8, u16),
    Replace(u16, u32, u16),
    SetDeadline(u16, f64),
    Remove(u16),
    Expire(u8),
    Evict,
    Wait(u16),
    SetLimits(u32, u16),
    SetPolicy(u8, bool),
    Touch(u16),
    Ticks(u32),
    Clear,
}

fn kind(number: u8) -> PolicyKind {
    PolicyKind::ALL[usize::from(number) % PolicyKind::ALL.len()]
}

fn favor(bytes: bool) -> Favor {
    if bytes { Favor::Bytes } else { Favor::Objects }
}

struct Run {
    store: LiveStore,
    now: f64,
    tick: u32,
}

fuzz_target!(|input: (u8, bool, u32, u16, Vec<Op>)| {
    let (policy, bytes, max_bytes, max_entries, ops) = input;
    let limits = Limits {
        max_bytes: max_bytes.into(),
        max_entries: max_entries.into(),
    };
    let store = LiveStore::new(kind(policy), favor(bytes), limits);
    let mut run = Run {
        store,
        now: 1_000.0,
        tick: 0,
    };
    for op in &ops {
        run.step(op);
        let store = &run.store;
        assert_eq!(store.validate(), Ok(()), "after {op:?}");
        let limits = store.limits();
        assert!(store.bytes() <= limits.max_bytes && store.len() <= limits.max_entries);
        assert!(store.expired() <= store.outbox().len());
    }
});

impl Run {
    fn step(&mut self, op: &Op) {
        self.tick = self.store.rebase(self.tick + 1);
        let Self { store, now, tick } = self;
        match *op {
            Op::Insert(fingerprint, weight, deadline) => {
                insert(store, fingerprint, weight, deadline, *now, *tick);
            }
            Op::InsertSmall(fingerprint, weight, span) => {
                let deadline = *now + f64::from(span);
                insert(
                    store,
                    fingerprint.into(),
                    weight.into(),
                    deadline,
                    *now,
                    *tick,
                );
            }
            Op::Replace(slot, weight, span) => {
                let deadline = *now + f64::from(span);
                let held = store.weight(slot.into()).is_some();
                let replaced = store.replace(slot.into(), weight, deadline, *now, *tick);
                assert_eq!(replaced.is_ok(), store.weight(slot.into()).is_some());
                assert!(held || replaced.is_err());
            }
            Op::SetDeadline(slot, deadline) => {
                let held = store.weight(slot.into()).is_some();
                assert_eq!(store.set_deadline(slot.into(), deadline), held);
            }
            Op::Remove(slot) => {
                let held = store.weight(slot.into()).is_some();
                assert_eq!(store.remove(slot.into()), held);
                assert_eq!(store.weight(slot.into()), None);
            }
            Op::Expire(limit) => {
                assert!(store.expire(*now, limit.into()) <= usize::from(limit));
            }
            Op::Evict => {
                let before = store.len();
                assert_eq!(store.evict_one().is_some(), before > 0);
            }
            Op::Wait(ms) => *now += f64::from(ms),
            Op::SetLimits(max_bytes, max_entries) => store.set_limits(Limits {
                max_bytes: max_bytes.into(),
                max_entries: max_entries.into(),
            }),
            Op::SetPolicy(number, bytes) => store.set_policy(kind(number), favor(bytes), *tick),
            Op::Touch(slot) => {
                if store.weight(slot.into()).is_some() {
                    store.touch(slot.into(), *tick);
                }
            }
            Op::Ticks(more) => *tick = tick.saturating_add(more).min(u32::MAX - 1),
            Op::Clear => {
                store.clear();
                assert!(store.is_empty());
            }
        }
    }
}

fn insert(
    store: &mut LiveStore,
    fingerprint: u32,
    weight: u32,
    deadline: f64,
    now: f64,
    tick: u32,
) {
    let before = store.len();
    let slot: Option<Slot> = store.insert(fingerprint, weight, deadline, now, tick).ok();
    if let Some(slot) = slot {
        assert_eq!(store.weight(slot), Some(weight));
        assert!(!store.outbox().contains(&slot) || store.len() <= before);
    }
}
