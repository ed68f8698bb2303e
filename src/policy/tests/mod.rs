//! One oracle and one property test over every policy, and what only one of them does.

#![forbid(unsafe_code)]

pub(crate) mod naive;
mod prop;
mod queues;

use super::{
    AnyPolicy, Candidate, Favor, PolicyKind, REPAIRS, Slot, Tables, TouchKind, UnknownPolicy,
    Weights,
};

/// An entry of weight 1 that never expires.
fn entry(slot: Slot) -> Candidate {
    Candidate {
        slot,
        fingerprint: slot,
        weight: 1,
        deadline: f64::INFINITY,
    }
}

/// The tables of a store.
const fn tables<'a>(touches: &'a mut [u32], weights: &'a [u32]) -> Tables<'a> {
    Tables {
        touches,
        weights: Weights::Listed(weights),
    }
}

/// A policy with its tables and a running tick, as a store has them.
struct Bench {
    policy: AnyPolicy,
    touches: Vec<u32>,
    weights: Vec<u32>,
    tick: u32,
}

impl Bench {
    fn new(kind: PolicyKind, repairs: u32, slots: usize) -> Self {
        let mut policy = AnyPolicy::new(kind, Favor::Objects);
        policy.limit_repairs(repairs);
        Self {
            policy,
            touches: vec![0; slots],
            weights: vec![1; slots],
            tick: 0,
        }
    }

    fn insert(&mut self, slot: Slot) {
        self.tick += 1;
        self.take(&entry(slot));
    }

    fn take(&mut self, candidate: &Candidate) {
        self.weights[candidate.slot as usize] = candidate.weight;
        self.policy.insert(
            candidate,
            &mut tables(&mut self.touches, &self.weights),
            self.tick,
        );
    }

    fn update(&mut self, changed: &Candidate) {
        let &Candidate {
            slot,
            weight,
            deadline,
            ..
        } = changed;
        let mut tables = tables(&mut self.touches, &self.weights);
        self.policy
            .update(slot, weight, deadline, &mut tables, self.tick);
        self.weights[slot as usize] = weight;
    }

    fn advance(&mut self) {
        self.policy
            .advance(&mut tables(&mut self.touches, &self.weights), self.tick);
    }

    /// What a reader does on a hit.
    fn hit(&mut self, slot: Slot) {
        self.tick += 1;
        match self.policy.kind().touch() {
            TouchKind::None => {}
            TouchKind::Tick => self.touches[slot as usize] = self.tick,
            TouchKind::Count => super::raise(&mut self.touches, slot),
            TouchKind::Bit => self.touches[slot as usize] = 1,
            TouchKind::TickCount => super::stamp(&mut self.touches, slot, self.tick),
        }
    }

    fn remove(&mut self, slot: Slot) {
        self.policy
            .remove(slot, &mut tables(&mut self.touches, &self.weights));
    }

    fn rebase(&mut self, by: u32) {
        self.policy
            .rebase(&mut tables(&mut self.touches, &self.weights), by);
    }

    fn victim(&mut self) -> Option<Slot> {
        self.victim_but(None)
    }

    fn victim_but(&mut self, protect: Option<Slot>) -> Option<Slot> {
        let victim = self
            .policy
            .victim(&mut tables(&mut self.touches, &self.weights), protect);
        assert_eq!(self.policy.validate(), Ok(()));
        victim
    }
}

#[test]
fn every_policy_has_one_number() {
    for &kind in PolicyKind::ALL {
        assert_eq!(PolicyKind::try_from(kind as u8), Ok(kind));
        assert_eq!(AnyPolicy::new(kind, Favor::Objects).kind(), kind);
    }
    assert_eq!(PolicyKind::try_from(250), Err(UnknownPolicy(250)));
    assert_eq!(
        UnknownPolicy(250).to_string(),
        "no policy has the number 250"
    );
}

#[test]
fn a_policy_ignores_slots_that_it_does_not_hold() {
    for &kind in PolicyKind::ALL {
        let mut bench = Bench::new(kind, REPAIRS, 4);
        bench.remove(2);
        bench.remove(Slot::MAX);
        bench.policy.rerank(3, 5.0);
        bench.update(&entry(3));
        bench.rebase(1);
        bench.tick = u32::MAX;
        bench.advance();
        assert!(bench.policy.is_empty());
        assert_eq!(bench.victim(), None, "{kind:?}");
    }
}

#[test]
fn the_protected_entry_stays_even_if_it_is_the_only_one() {
    for &kind in PolicyKind::ALL {
        let mut bench = Bench::new(kind, REPAIRS, 4);
        bench.insert(1);
        bench.hit(1);
        assert_eq!(bench.victim_but(Some(1)), None, "{kind:?}");
        assert_eq!(bench.victim(), Some(1), "{kind:?}");
    }
}

#[test]
fn after_many_hits_lru_repairs_no_more_than_its_limit_and_takes_the_best_seen() {
    let mut bench = Bench::new(PolicyKind::Lru, 8, 100);
    (0..100).for_each(|slot| bench.insert(slot));
    (0..100).rev().for_each(|slot| bench.hit(slot));
    // Slots 0 to 7 are looked at. All were hit, slot 7 the longest ago.
    assert_eq!(bench.victim(), Some(7));
    // Later choices look at the others: in the end the order is exact again.
    let rest: Vec<Slot> = std::iter::from_fn(|| bench.victim()).collect();
    assert_eq!(rest.len(), 99);
    assert!(rest[50..].is_sorted_by(|a, b| a > b), "{rest:?}");
}

#[test]
fn after_many_hits_lfu_repairs_no_more_than_its_limit_and_takes_the_best_seen() {
    let mut bench = Bench::new(PolicyKind::Lfu, 4, 100);
    (0..100).for_each(|slot| bench.insert(slot));
    for slot in 0..50 {
        (0..60 - slot).for_each(|_| bench.hit(slot));
    }
    let looked_at = bench.victim().expect("there are entries");
    assert!(
        looked_at < 50,
        "an entry that was used, as only those were seen: {looked_at}"
    );
    assert_eq!(std::iter::from_fn(|| bench.victim()).count(), 99);
}

#[test]
fn lru_keeps_its_order_when_the_tick_is_lowered() {
    let mut bench = Bench::new(PolicyKind::Lru, REPAIRS, 8);
    bench.tick = 100;
    (0..8).for_each(|slot| bench.insert(slot));
    [3, 0, 5].into_iter().for_each(|slot| bench.hit(slot));
    assert_eq!(bench.victim(), Some(1));
    bench.rebase(104);
    bench.tick -= 104;
    assert_eq!(bench.policy.validate(), Ok(()));
    bench.hit(2);
    let order: Vec<Slot> = std::iter::from_fn(|| bench.victim()).collect();
    assert_eq!(order, [4, 6, 7, 3, 0, 5, 2]);
}

#[test]
fn lru_fills_a_removed_slot_again_as_the_newest() {
    let mut bench = Bench::new(PolicyKind::Lru, REPAIRS, 4);
    (0..4).for_each(|slot| bench.insert(slot));
    bench.remove(0);
    bench.remove(1);
    bench.insert(0);
    assert_eq!(bench.policy.len(), 3);
    let order: Vec<Slot> = std::iter::from_fn(|| bench.victim()).collect();
    assert_eq!(order, [2, 3, 0]);
}

#[test]
fn lfu_lets_old_favourites_go() {
    let mut bench = Bench::new(PolicyKind::Lfu, REPAIRS, 4);
    bench.insert(0);
    (0..8).for_each(|_| bench.hit(0));
    bench.insert(1);
    bench.insert(2);
    // The counts are 9, 1 and 1; looked at, so that halvings find them filed.
    (0..2).for_each(|_| bench.hit(2));
    assert_eq!(bench.victim(), Some(1));
    bench.insert(1);
    assert_eq!(bench.victim(), Some(1), "2 has a count of 3");
    // With two entries a period has 20 accesses; they are counted from the first insertion on.
    bench.tick = 1 + 4 * 20;
    bench.advance();
    bench.insert(3);
    bench.hit(3);
    assert_eq!(bench.victim(), Some(2), "four halvings: 9 and 3 are 0");
    assert_eq!(bench.victim(), Some(0));
}

#[test]
fn lfu_files_uses_however_many_under_the_largest_count() {
    let mut bench = Bench::new(PolicyKind::Lfu, REPAIRS, 4);
    (0..3).for_each(|slot| bench.insert(slot));
    bench.touches = vec![u32::MAX, u32::MAX - 1, 62, 0];
    assert_eq!(
        bench.victim(),
        Some(0),
        "all are filed under 63, 0 was first"
    );
    bench.hit(1);
    assert_eq!(bench.victim(), Some(2));
}
