//! What `auto` makes of one kind of work and another.

#![forbid(unsafe_code)]

mod bounds;

use std::collections::HashMap;

use proptest::prelude::*;

use super::Auto;
use super::lists::{RANKED, WINDOW};
use crate::policy::{Candidate, Favor, Policy, Slot, Tables, Weights, stamp};

/// A cache of keys, as a store makes one of a policy.
struct Cache {
    auto: Auto,
    slots: HashMap<u32, Slot>,
    keys: Vec<Option<u32>>,
    touches: Vec<u32>,
    weights: Vec<u32>,
    total: u64,
    capacity: u64,
    tick: u32,
    victims: Vec<u32>,
    random: u32,
}

impl Cache {
    fn new(favor: Favor, capacity: u64) -> Self {
        Self {
            auto: Auto::new(favor),
            slots: HashMap::new(),
            keys: Vec::new(),
            touches: Vec::new(),
            weights: Vec::new(),
            total: 0,
            capacity,
            tick: 0,
            victims: Vec::new(),
            random: 1,
        }
    }

    /// Calls the policy with the tables.
    fn with<R>(&mut self, call: impl FnOnce(&mut Auto, &mut Tables<'_>) -> R) -> R {
        let mut tables = Tables {
            touches: &mut self.touches,
            weights: Weights::Listed(&self.weights),
        };
        call(&mut self.auto, &mut tables)
    }

    /// Reads a key, and sets it if it is not there; answers whether it was.
    fn read(&mut self, key: u32, weight: u32) -> bool {
        self.tick += 1;
        let tick = self.tick;
        if let Some(&slot) = self.slots.get(&key) {
            stamp(&mut self.touches, slot, tick);
            return true;
        }
        self.with(|auto, tables| auto.advance(tables, tick));
        while self.total + u64::from(weight) > self.capacity {
            assert!(self.evict(None), "there must be someone to leave");
        }
        let free = self.keys.iter().position(Option::is_none);
        let slot = free.unwrap_or_else(|| {
            self.keys.push(None);
            self.touches.push(0);
            self.weights.push(0);
            self.keys.len() - 1
        });
        self.keys[slot] = Some(key);
        self.weights[slot] = weight;
        self.slots.insert(key, slot as Slot);
        self.total += u64::from(weight);
        let candidate = Candidate {
            slot: slot as Slot,
            fingerprint: key.wrapping_mul(0x9E37_79B1),
            weight,
            deadline: f64::INFINITY,
        };
        self.with(|auto, tables| auto.insert(&candidate, tables, tick));
        false
    }

    fn evict(&mut self, protect: Option<Slot>) -> bool {
        let victim = self.with(|auto, tables| auto.victim(tables, protect));
        let Some(slot) = victim else { return false };
        assert_ne!(Some(slot), protect);
        self.free(slot);
        true
    }

    fn remove(&mut self, key: u32) {
        if let Some(&slot) = self.slots.get(&key) {
            self.with(|auto, tables| auto.remove(slot, tables));
            self.free(slot);
            self.victims.pop();
        }
    }

    fn free(&mut self, slot: Slot) {
        let key = self.keys[slot as usize]
            .take()
            .expect("a slot that is held");
        self.slots.remove(&key);
        self.total -= u64::from(self.weights[slot as usize]);
        self.victims.push(key);
    }

    fn update(&mut self, key: u32, weight: u32) {
        let Some(&slot) = self.slots.get(&key) else {
            return;
        };
        self.tick += 1;
        let tick = self.tick;
        self.with(|auto, tables| auto.update(slot, weight, 0.0, tables, tick));
        let old = std::mem::replace(&mut self.weights[slot as usize], weight);
        self.total = self.total - u64::from(old) + u64::from(weight);
        while self.total > self.capacity && self.evict(Some(slot)) {}
    }

    /// A number below `below`.
    fn random(&mut self, below: u32) -> u32 {
        self.random ^= self.random << 13;
        self.random ^= self.random >> 17;
        self.random ^= self.random << 5;
        self.random % below
    }

    /// The part of `reads` keys of weight 1 that were there.
    fn play(&mut self, reads: u32, mut key: impl FnMut(&mut Self, u32) -> u32) -> f64 {
        let mut hits = 0;
        for read in 0..reads {
            let key = key(self, read);
            hits += u32::from(self.read(key, 1));
        }
        f64::from(hits) / f64::from(reads)
    }

    /// Keys that come in order and are read some times soon after they came.
    fn recency(&mut self, reads: u32, base: u32) -> f64 {
        self.play(reads, |cache, read| {
            let range = 1 + cache.random(1_000);
            base + 1_000 + read / 4 - cache.random(range)
        })
    }

    /// A few keys that are read often and many that are not, always the same.
    fn frequency(&mut self, reads: u32) -> f64 {
        self.play(reads, |cache, _| {
            let range = cache.random(14);
            cache.random(1 << range)
        })
    }

    fn check(&mut self) {
        assert_eq!(self.auto.validate(), Ok(()));
        assert_eq!(self.auto.len() as usize, self.slots.len());
        assert_eq!(
            self.with(|auto, tables| auto.lists.validate_weights(tables)),
            Ok(())
        );
    }
}

#[test]
fn the_window_grows_where_what_is_recent_counts_and_shrinks_where_what_is_frequent_does() {
    let mut cache = Cache::new(Favor::Objects, 500);
    cache.recency(100_000, 1 << 20);
    let recent = cache.auto.border.share();
    assert!(recent > 0.6, "{recent}");
    cache.frequency(200_000);
    let frequent = cache.auto.border.share();
    assert!(frequent < 0.3, "{frequent}");
    cache.recency(100_000, 1 << 21);
    let again = cache.auto.border.share();
    assert!(again > 0.6, "{again}");
    cache.check();
}

#[test]
fn of_a_loop_that_is_too_long_a_part_stays() {
    let mut cache = Cache::new(Favor::Objects, 500);
    cache.play(20_000, |_, read| read % 1_000);
    let ratio = cache.play(20_000, |_, read| read % 1_000);
    assert!(ratio > 0.45, "{ratio} of at most 0.5");
}

#[test]
fn a_scan_does_not_drive_out_what_is_in_use() {
    let mut cache = Cache::new(Favor::Objects, 500);
    cache.play(8_000, |_, read| read % 400);
    assert_eq!(cache.play(400, |_, read| read), 1.0);
    cache.play(10_000, |_, read| 1_000_000 + read);
    let ratio = cache.play(400, |_, read| read);
    assert!(ratio > 0.9, "{ratio}");
}

#[test]
fn a_resident_that_is_never_used_again_leaves_though_it_was_used_much() {
    let mut cache = Cache::new(Favor::Objects, 500);
    cache.play(10_000, |_, read| read % 500);
    cache.frequency(100_000);
    let old = (0..500)
        .filter(|key| cache.slots.contains_key(&(key + (1 << 14))))
        .count();
    assert_eq!(old, 0);
    let mut twin = Cache::new(Favor::Objects, 500);
    twin.frequency(100_000);
    let (ratio, fresh) = (cache.frequency(50_000), twin.frequency(50_000));
    assert!(
        (ratio - fresh).abs() < 0.02,
        "{ratio} after other work, {fresh} without"
    );
}

#[test]
fn many_small_entries_stay_rather_than_large_ones_where_objects_count() {
    let weigh = |key: u32| if key.is_multiple_of(10) { 200 } else { 2 };
    let play = |favor| {
        let mut cache = Cache::new(favor, 10_000);
        let mut hits = 0;
        for _ in 0..50_000 {
            let key = cache.random(2_000);
            hits += u32::from(cache.read(key, weigh(key)));
        }
        cache.check();
        (hits, cache)
    };
    let (objects, by_worth) = play(Favor::Objects);
    let (bytes, plain) = play(Favor::Bytes);
    assert!(by_worth.auto.ranks() && !plain.auto.ranks());
    assert!(by_worth.auto.lists.weight(RANKED) > 9_000);
    assert_eq!(plain.auto.lists.weight(RANKED), 0);
    assert!(
        objects > 40_000 && bytes < 30_000,
        "{objects} and {bytes} hits"
    );
}

#[test]
fn where_main_entries_are_removed_again_and_again_the_window_gives_them_room() {
    let mut cache = Cache::new(Favor::Objects, 500);
    cache.frequency(50_000);
    for read in 0..50_000 {
        let key = cache.random(1 << 13);
        cache.remove(key);
        cache.frequency(1);
        assert!(read < 1_000 || cache.auto.lists.weight(WINDOW) < 400);
    }
    cache.frequency(10_000);
    let window = cache.auto.lists.weight(WINDOW);
    let wanted = cache.auto.border.share() * 500.0;
    assert!(
        (window as f64) < wanted + 50.0,
        "{window} in the window of {wanted}"
    );
    cache.check();
}

#[test]
fn the_same_work_has_the_same_victims_also_when_the_tick_is_lowered() {
    let run = |lower: bool| {
        let mut cache = Cache::new(Favor::Objects, 500);
        cache.tick = 1 << 20;
        cache.frequency(20_000);
        if lower {
            cache.with(|auto, tables| auto.rebase(tables, 1 << 20));
            cache.tick -= 1 << 20;
        }
        cache.recency(20_000, 1 << 20);
        cache.check();
        cache.victims
    };
    let victims = run(false);
    assert!(victims.len() > 5_000);
    assert!(victims == run(false), "by chance");
    assert!(
        victims == run(true),
        "another order after the tick was lowered"
    );
}

#[test]
fn another_budget_divides_the_room_anew() {
    let mut cache = Cache::new(Favor::Objects, 500);
    cache.frequency(20_000);
    cache.capacity = 2_000;
    cache.frequency(50_000);
    assert!(cache.slots.len() == 2_000 && cache.auto.lists.weight(WINDOW) < 400);
    cache.capacity = 50;
    while cache.total > 50 {
        assert!(cache.evict(None));
    }
    cache.frequency(10_000);
    assert!(cache.auto.window <= 50 && cache.auto.capacity <= 53);
    cache.check();
}

#[derive(Debug, Clone)]
enum Op {
    Read(u32, u32),
    Update(u32, u32),
    Remove(u32),
    Evict(Option<Slot>),
}

fn op() -> impl Strategy<Value = Op> {
    let key = || 0..300u32;
    let weight = || prop_oneof![1..20u32, 100..900u32];
    prop_oneof![
        10 => (key(), weight()).prop_map(|(key, weight)| Op::Read(key, weight)),
        2 => (key(), weight()).prop_map(|(key, weight)| Op::Update(key, weight)),
        1 => key().prop_map(Op::Remove),
        1 => proptest::option::of(0..100u32).prop_map(Op::Evict),
    ]
}

proptest! {
    #[test]
    fn its_lists_have_each_entry_once_with_its_weight(
        ops in proptest::collection::vec(op(), 1..600),
        bytes: bool,
    ) {
        let favor = if bytes { Favor::Bytes } else { Favor::Objects };
        let mut cache = Cache::new(favor, 3_000);
        for op in ops {
            match op {
                Op::Read(key, weight) => { cache.read(key, weight); }
                Op::Update(key, weight) => cache.update(key, weight),
                Op::Remove(key) => cache.remove(key),
                Op::Evict(protect) => { cache.evict(protect); }
            }
            cache.check();
            prop_assert!(cache.total <= 3_000);
        }
        while cache.evict(None) {}
        prop_assert!(cache.slots.is_empty());
    }
}
