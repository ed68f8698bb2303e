//! Every policy chooses as the oracle does, whatever happened before.

#![forbid(unsafe_code)]

use proptest::prelude::*;

use super::naive::Naive;
use super::{Bench, entry, tables};
use crate::policy::{Candidate, PolicyKind, Slot};

const SLOTS: u32 = 48;

#[derive(Debug, Clone)]
enum Op {
    Insert(Slot, f64),
    Hit(Slot, u8),
    Replace(Slot, f64),
    Rerank(Slot, f64),
    Remove(Slot),
    Victim(Option<Slot>),
}

fn deadline() -> impl Strategy<Value = f64> {
    prop_oneof![3 => (0..20u8).prop_map(f64::from), 1 => Just(f64::INFINITY)]
}

fn op() -> impl Strategy<Value = Op> {
    let slot = || 0..SLOTS;
    prop_oneof![
        6 => (slot(), deadline()).prop_map(|(slot, deadline)| Op::Insert(slot, deadline)),
        8 => (slot(), 1..5u8).prop_map(|(slot, times)| Op::Hit(slot, times)),
        2 => (slot(), deadline()).prop_map(|(slot, deadline)| Op::Replace(slot, deadline)),
        1 => (slot(), deadline()).prop_map(|(slot, deadline)| Op::Rerank(slot, deadline)),
        2 => slot().prop_map(Op::Remove),
        4 => proptest::option::weighted(0.3, slot()).prop_map(Op::Victim),
    ]
}

fn run(kind: PolicyKind, ops: &[Op]) {
    let mut bench = Bench::new(kind, u32::MAX, SLOTS as usize);
    let mut naive = Naive::new(kind);
    for op in ops {
        match *op {
            Op::Insert(slot, deadline) if !naive.has(slot) => {
                bench.tick += 1;
                bench
                    .policy
                    .advance(&mut tables(&mut bench.touches), bench.tick);
                naive.advance(bench.tick);
                let candidate = Candidate {
                    deadline,
                    ..entry(slot)
                };
                bench
                    .policy
                    .insert(&candidate, &mut tables(&mut bench.touches), bench.tick);
                naive.insert(slot, deadline, bench.tick);
            }
            Op::Hit(slot, _) | Op::Replace(slot, _) if !naive.has(slot) => {}
            Op::Hit(slot, times) => (0..times).for_each(|_| {
                bench.hit(slot);
                naive.touch(slot, bench.tick);
            }),
            Op::Insert(slot, deadline) | Op::Replace(slot, deadline) => {
                bench.tick += 1;
                bench
                    .policy
                    .advance(&mut tables(&mut bench.touches), bench.tick);
                naive.advance(bench.tick);
                bench.policy.update(
                    slot,
                    7,
                    deadline,
                    &mut tables(&mut bench.touches),
                    bench.tick,
                );
                naive.touch(slot, bench.tick);
                naive.rerank(slot, deadline);
            }
            Op::Rerank(slot, deadline) => {
                bench.policy.rerank(slot, deadline);
                naive.rerank(slot, deadline);
            }
            Op::Remove(slot) => {
                bench.remove(slot);
                naive.remove(slot);
            }
            Op::Victim(protect) => {
                let victim = bench
                    .policy
                    .victim(&mut tables(&mut bench.touches), protect);
                assert_eq!(victim, naive.victim(protect), "{kind:?}: another victim");
            }
        }
        assert_eq!(bench.policy.validate(), Ok(()));
        assert_eq!(bench.policy.len() as usize, naive.len());
    }
    while let Some(victim) = naive.victim(None) {
        assert_eq!(
            bench.victim(),
            Some(victim),
            "{kind:?}: another order in the end"
        );
    }
    assert_eq!(bench.victim(), None);
}

proptest! {
    #[test]
    fn every_policy_chooses_as_the_oracle_does(ops in proptest::collection::vec(op(), 1..400)) {
        for &kind in PolicyKind::ALL.iter().filter(|&&kind| Naive::foresees(kind)) {
            run(kind, &ops);
        }
    }
}
