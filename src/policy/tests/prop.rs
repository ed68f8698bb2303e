//! Every policy chooses as the oracle does, whatever happened before.

#![forbid(unsafe_code)]

use proptest::prelude::*;

use super::Bench;
use super::naive::Naive;
use crate::policy::{Candidate, PolicyKind, Slot};

const SLOTS: u32 = 48;

#[derive(Debug, Clone)]
enum Op {
    /// A key comes; if the slot holds an entry, that is replaced.
    Set(Candidate),
    Hit(Slot, u8),
    Rerank(Slot, f64),
    Remove(Slot),
    Victim(Option<Slot>),
}

fn deadline() -> impl Strategy<Value = f64> {
    prop_oneof![3 => (0..20u8).prop_map(f64::from), 1 => Just(f64::INFINITY)]
}

/// Few keys, so that some come again.
fn candidate() -> impl Strategy<Value = Candidate> {
    (0..SLOTS, 0..80u32, 1..9u32, deadline()).prop_map(|(slot, key, weight, deadline)| Candidate {
        slot,
        fingerprint: key.wrapping_mul(0x9E37_79B9),
        weight,
        deadline,
    })
}

fn op() -> impl Strategy<Value = Op> {
    let slot = || 0..SLOTS;
    prop_oneof![
        8 => candidate().prop_map(Op::Set),
        8 => (slot(), 1..5u8).prop_map(|(slot, times)| Op::Hit(slot, times)),
        1 => (slot(), deadline()).prop_map(|(slot, deadline)| Op::Rerank(slot, deadline)),
        2 => slot().prop_map(Op::Remove),
        4 => proptest::option::weighted(0.3, slot()).prop_map(Op::Victim),
    ]
}

/// A policy and its oracle.
struct Pair {
    bench: Bench,
    naive: Naive,
    /// Whether entries have their weights, or 1 each.
    weighed: bool,
}

impl Pair {
    fn set(&mut self, candidate: Candidate) {
        let weight = if self.weighed { candidate.weight } else { 1 };
        let candidate = Candidate {
            weight,
            ..candidate
        };
        self.bench.tick += 1;
        self.bench.advance();
        self.naive.advance(self.bench.tick);
        if self.naive.has(candidate.slot) {
            self.bench.update(&candidate);
            self.naive.touch(candidate.slot, self.bench.tick);
            self.naive.reweigh(candidate.slot, weight);
            self.naive.rerank(candidate.slot, candidate.deadline);
        } else {
            self.bench.take(&candidate);
            self.naive.insert(&candidate, self.bench.tick);
        }
    }

    fn run(&mut self, op: &Op) {
        match *op {
            Op::Set(candidate) => self.set(candidate),
            Op::Hit(slot, times) if self.naive.has(slot) => (0..times).for_each(|_| {
                self.bench.hit(slot);
                self.naive.touch(slot, self.bench.tick);
            }),
            Op::Hit(..) => {}
            Op::Rerank(slot, deadline) => {
                self.bench.policy.rerank(slot, deadline);
                self.naive.rerank(slot, deadline);
            }
            Op::Remove(slot) => {
                self.bench.remove(slot);
                self.naive.remove(slot);
            }
            Op::Victim(protect) => self.victim(protect),
        }
        assert_eq!(self.bench.policy.validate(), Ok(()));
        assert_eq!(self.bench.policy.len() as usize, self.naive.len());
    }

    fn victim(&mut self, protect: Option<Slot>) {
        let victim = self.bench.victim_but(protect);
        let kind = self.bench.policy.kind();
        assert_eq!(
            victim,
            self.naive.victim(protect),
            "{kind:?}: another victim"
        );
    }
}

proptest! {
    #[test]
    fn every_policy_chooses_as_the_oracle_does(
        ops in proptest::collection::vec(op(), 1..400),
        weighed: bool,
    ) {
        for &kind in PolicyKind::ALL.iter().filter(|&&kind| Naive::knows(kind)) {
            let mut pair = Pair {
                bench: Bench::new(kind, u32::MAX, SLOTS as usize),
                naive: Naive::new(kind),
                weighed,
            };
            ops.iter().for_each(|op| pair.run(op));
            (0..=pair.naive.len()).for_each(|_| pair.victim(None));
        }
    }
}
