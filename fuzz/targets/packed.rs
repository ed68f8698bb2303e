//! Any calls of a packed store, checked after each: its structure, and a map beside it that knows
//! what a key may hold.

#![no_main]

use std::collections::HashMap;

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use omnicache_core::policy::{Favor, PolicyKind};
use omnicache_core::store::{Limits, PackedStore};

#[derive(Arbitrary, Debug)]
enum Op {
    Set(u8, u16, Span),
    Get(u8),
    Peek(u8),
    Remove(u8),
    SetDeadline(u8, Span),
    Expire(u8),
    Evict,
    Wait(u16),
    SetLimits(u32, u16),
    SetPolicy(u8, bool),
    UseAgain(u8),
    Clear,
}

#[derive(Arbitrary, Debug, Clone, Copy)]
enum Span {
    Ms(i16),
    Long(u32),
    Any(f64),
    Never,
}

impl Span {
    fn from(self, now: f64) -> f64 {
        match self {
            Self::Ms(ms) => now + f64::from(ms),
            Self::Long(seconds) => now + 1_000.0 * f64::from(seconds),
            Self::Any(deadline) => deadline,
            Self::Never => f64::INFINITY,
        }
    }
}

fn kind(number: u8) -> PolicyKind {
    PolicyKind::ALL[usize::from(number) % PolicyKind::ALL.len()]
}

fn favor(bytes: bool) -> Favor {
    if bytes { Favor::Bytes } else { Favor::Objects }
}

fn key_of(number: u8) -> Vec<u8> {
    vec![number; usize::from(number) % 70]
}

fuzz_target!(|input: (u8, bool, u64, u32, Vec<Op>)| {
    let (policy, bytes, seed, max_bytes, ops) = input;
    let limits = Limits {
        max_bytes: u64::from(max_bytes % 100_000),
        max_entries: u32::MAX,
    };
    let mut store = PackedStore::new(kind(policy), favor(bytes), limits, seed);
    let mut model: HashMap<Vec<u8>, Vec<u8>> = HashMap::new();
    let mut now = 1_000.0;
    for op in &ops {
        run(op, &mut store, &mut model, &mut now);
        assert_eq!(store.validate(), Ok(()), "after {op:?}");
        let Limits {
            max_bytes,
            max_entries,
        } = store.limits();
        assert!(store.bytes() <= max_bytes && store.len() <= max_entries);
    }
});

fn run(op: &Op, store: &mut PackedStore, model: &mut HashMap<Vec<u8>, Vec<u8>>, now: &mut f64) {
    match *op {
        Op::Set(number, length, span) => {
            let key = key_of(number);
            let value = vec![number ^ length as u8; usize::from(length) % 5_000];
            let (head, tail) = value.split_at(value.len() / 3);
            let answer = store.set(&key, &[head, tail], span.from(*now), *now);
            model.remove(&key);
            if answer.is_ok() {
                assert_eq!(
                    store.peek(&key, *now).map(|(found, _)| found),
                    Some(&value[..])
                );
                model.insert(key, value);
            } else {
                assert!(!store.contains(&key, *now));
            }
        }
        Op::Get(number) => {
            let key = key_of(number);
            if let Some((found, _)) = store.get(&key, *now) {
                assert_eq!(model.get(&key).map(Vec::as_slice), Some(found));
            }
        }
        Op::Peek(number) => {
            let key = key_of(number);
            let there = store.contains(&key, *now);
            assert_eq!(store.deadline(&key, *now).is_some(), there);
            assert!(!there || model.contains_key(&key));
        }
        Op::Remove(number) => {
            store.remove(&key_of(number));
            assert!(!store.contains(&key_of(number), *now));
        }
        Op::SetDeadline(number, span) => {
            store.set_deadline(&key_of(number), span.from(*now), *now);
        }
        Op::Expire(limit) => {
            store.expire(*now, limit.into());
        }
        Op::Evict => {
            let before = store.len();
            assert_eq!(store.evict_one(), before > 0);
        }
        Op::Wait(ms) => *now += f64::from(ms),
        Op::SetLimits(max_bytes, max_entries) => store.set_limits(Limits {
            max_bytes: max_bytes.into(),
            max_entries: max_entries.into(),
        }),
        Op::SetPolicy(number, bytes) => store.set_policy(kind(number), favor(bytes)),
        Op::UseAgain(number) => {
            if let Some((_, slot)) = store.get(&key_of(number), *now) {
                let changes = store.changes(slot);
                assert!(store.use_again(slot, changes));
            }
        }
        Op::Clear => {
            store.clear();
            assert!(store.is_empty());
        }
    }
}
