//! A region against a `HashMap` that does the same, under random operations.

use std::collections::HashMap;

use proptest::prelude::*;

use super::{Bench, Kind, local, payload};

#[derive(Debug, Clone)]
enum Op {
    Set { key: usize, value: usize, ttl: u32 },
    Fill { key: usize, value: usize, ttl: u32 },
    Get { key: usize },
    Contains { key: usize },
    Remove { key: usize },
    Expire,
    Wait { ms: u32 },
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let key = || 0_usize..12;
    let ttl = || 1_u32..60;
    let op = prop_oneof![
        4 => (key(), 0_usize..50, ttl()).prop_map(|(key, value, ttl)| Op::Set { key, value, ttl }),
        2 => (key(), 0_usize..50, ttl()).prop_map(|(key, value, ttl)| Op::Fill { key, value, ttl }),
        4 => key().prop_map(|key| Op::Get { key }),
        2 => key().prop_map(|key| Op::Contains { key }),
        2 => key().prop_map(|key| Op::Remove { key }),
        1 => Just(Op::Expire),
        2 => ttl().prop_map(|ms| Op::Wait { ms }),
    ];
    prop::collection::vec(op, 1..120)
}

/// What the model knows of an entry.
#[derive(Debug, Clone)]
struct Known {
    payload: Vec<u8>,
    fresh_until: f64,
    checked_until: f64,
}

/// The region, a second one that makes envelopes, and the model.
struct Pair {
    bench: Bench,
    writer: Bench,
    model: HashMap<Vec<u8>, Known>,
    now: f64,
}

impl Pair {
    fn new(kind: Kind) -> Self {
        Self {
            bench: Bench::new(kind),
            writer: Bench::new(kind),
            model: HashMap::new(),
            now: 0.0,
        }
    }

    fn known(&self, key: &[u8]) -> Option<&Known> {
        self.model
            .get(key)
            .filter(|known| known.fresh_until > self.now)
    }

    fn learn(&mut self, key: &[u8], value: usize, ttl: u32) -> f64 {
        let fresh_until = self.now + f64::from(ttl);
        let known = Known {
            payload: payload(value),
            fresh_until,
            checked_until: local(0.0).checked_until,
        };
        self.model.insert(key.to_vec(), known);
        fresh_until
    }

    fn apply(&mut self, op: &Op) {
        let now = self.now;
        match *op {
            Op::Set { key, value, ttl } => {
                let key = name(key);
                let until = self.learn(&key, value, ttl);
                let stored = self.bench.set(&key, &payload(value), until, now);
                assert!(matches!(stored, Ok(Ok(_))));
            }
            Op::Fill { key, value, ttl } => {
                let key = name(key);
                let until = self.learn(&key, value, ttl);
                let mut envelope = Vec::new();
                let made = self.writer.set_and_encode(
                    &key,
                    &payload(value),
                    until,
                    now,
                    Some(&mut envelope),
                );
                assert!(matches!(made, Ok(Ok(_))));
                let filled = self.bench.fill(&key, &envelope, local(until), now);
                assert_eq!(filled, made);
            }
            Op::Get { key } => self.compare(&name(key)),
            Op::Contains { key } => {
                let key = name(key);
                assert_eq!(self.bench.contains(&key, now), self.known(&key).is_some());
            }
            Op::Remove { key } => {
                let key = name(key);
                let there = self.known(&key).is_some();
                self.model.remove(&key);
                assert_eq!(self.bench.remove(&key, now), there);
            }
            Op::Expire => {
                self.bench.region.store.expire(now, u32::MAX);
            }
            Op::Wait { ms } => self.now += f64::from(ms),
        }
    }

    fn compare(&mut self, key: &[u8]) {
        let found = self.bench.get(key, self.now).expect("opens");
        let found = found.map(|it| (it.payload, it.local.fresh_until, it.local.checked_until));
        let known = self.known(key).cloned();
        let known = known.map(|it| (it.payload, it.fresh_until, it.checked_until));
        assert_eq!(found, known);
    }

    fn compare_all(&mut self) {
        for key in (0..12).map(name) {
            self.compare(&key);
        }
        let (mut walked, _) = self.bench.walk(self.now);
        walked.sort_by(|a, b| a.key.cmp(&b.key));
        let mut known: Vec<Vec<u8>> = self.model.keys().cloned().collect();
        known.retain(|key| self.known(key).is_some());
        known.sort();
        let keys: Vec<Vec<u8>> = walked.into_iter().map(|found| found.key).collect();
        assert_eq!(keys, known);
        self.bench.validate();
    }
}

fn name(key: usize) -> Vec<u8> {
    format!("user:{key}").into_bytes()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn a_region_does_what_a_map_with_deadlines_does(
        kind in prop::sample::select(&Kind::ALL[..]),
        ops in ops(),
    ) {
        let mut pair = Pair::new(kind);
        ops.iter().for_each(|op| pair.apply(op));
        pair.compare_all();
    }
}
