//! A million steps of everything at once: the budget holds to the byte after each.

#![forbid(unsafe_code)]

use std::collections::HashMap;

use super::departed;
use crate::policy::{Favor, PolicyKind, Slot};
use crate::store::{Limits, PackedStore, Refused, SetOutcome};

/// Numbers that look random, the same each time.
struct Random(u64);

impl Random {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(0x5851_F42D_4C95_7F2D).wrapping_add(1);
        (self.0 >> 33) % end
    }

    /// Few are long, and a few of these longer than a segment's part.
    fn length(&mut self) -> usize {
        let most = [20, 20, 300, 300, 300, 4_000, 40_000][self.below(7) as usize];
        self.below(most) as usize
    }
}

fn key(number: u64) -> Vec<u8> {
    let key = number.to_string().into_bytes();
    // Lengths on both sides of where they are kept in another way.
    key.repeat(1 + [0, 0, 0, 5, 15, 80][number as usize % 6])
}

fn fill(number: u64, length: usize) -> Vec<u8> {
    vec![number as u8; length]
}

/// Where a value was found, and what it was.
struct Seen {
    slot: Slot,
    changes: u32,
    at: *const u8,
    key: Vec<u8>,
    entry: (u64, usize, f64),
}

/// How many of these are remembered.
const SEEN: usize = 500;

struct Churn {
    store: PackedStore,
    seen: Vec<Seen>,
    /// The values' lengths and the deadlines.
    model: HashMap<Vec<u8>, (u64, usize, f64)>,
    random: Random,
    now: f64,
    used_again: u32,
}

impl Churn {
    fn new(kind: PolicyKind, max_bytes: u64) -> Self {
        let limits = Limits {
            max_bytes,
            ..Limits::default()
        };
        let mut store = PackedStore::new(kind, Favor::Objects, limits, 5);
        store.set_notify(true);
        Self {
            store,
            seen: Vec::new(),
            model: HashMap::new(),
            random: Random(kind as u64 + 1),
            now: 0.0,
            used_again: 0,
        }
    }

    fn set(&mut self, number: u64) {
        let key = key(number);
        let length = self.random.length();
        let deadline = match self.random.below(3) {
            0 => self.now + self.random.below(5_000) as f64,
            _ => f64::INFINITY,
        };
        let value = fill(number, length);
        let half = length / 2;
        let parts = [&value[..half], &value[half..]];
        let had = self.model.remove(&key).is_some();
        match self.store.set(&key, &parts, deadline, self.now) {
            Ok(SetOutcome::Replaced(_)) => assert!(had),
            Ok(SetOutcome::Inserted(_)) => {}
            Err(refused) => {
                assert!(matches!(refused, Refused::TooHeavy | Refused::Expired));
                return self.follow();
            }
        }
        self.follow();
        self.model.insert(key, (number, length, deadline));
    }

    fn get(&mut self, number: u64) {
        let key = key(number);
        let expected = self.model.get(&key).filter(|it| it.2 > self.now);
        let found = self.store.get(&key, self.now);
        let value = found.map(|(value, _)| value);
        match expected {
            Some(&(number, length, _)) => assert_eq!(value, Some(&fill(number, length)[..])),
            None => assert_eq!(value, None),
        }
        if let Some((&entry, (value, slot))) = expected.zip(found) {
            let at = value.as_ptr();
            let changes = self.store.changes(slot);
            self.seen.truncate(SEEN - 1);
            let place = self.random.below(self.seen.len() as u64 + 1) as usize;
            self.seen.insert(
                place,
                Seen {
                    slot,
                    changes,
                    at,
                    key,
                    entry,
                },
            );
        }
    }

    /// What is said to be unchanged lies where it lay, and is what it was.
    fn use_again(&mut self) {
        if self.seen.is_empty() {
            return;
        }
        let place = self.random.below(self.seen.len() as u64) as usize;
        let seen = &self.seen[place];
        if self.store.use_again(seen.slot, seen.changes) {
            self.used_again += 1;
            assert_eq!(self.model.get(&seen.key), Some(&seen.entry));
            let (value, slot) = self.store.peek(&seen.key, 0.0).expect("it is there");
            assert_eq!((value.as_ptr(), slot), (seen.at, seen.slot));
        } else {
            self.seen.swap_remove(place);
        }
    }

    /// Follows those who left in the last call.
    fn follow(&mut self) {
        for (_, key) in departed(self.store.outbox()) {
            assert!(
                self.model.remove(&key).is_some(),
                "only what is there leaves"
            );
        }
    }

    fn step(&mut self) {
        let number = self.random.below(3_000);
        self.now += 0.5;
        match self.random.below(20) {
            0..9 => self.set(number),
            9..13 => self.get(number),
            13..15 => self.use_again(),
            15..17 => {
                let there = self.model.remove(&key(number)).is_some();
                assert_eq!(self.store.remove(&key(number)), there);
            }
            17 => {
                let deadline = self.now + self.random.below(9_000) as f64;
                let moved = self.store.set_deadline(&key(number), deadline, self.now);
                let entry = self.model.get_mut(&key(number));
                assert_eq!(moved, entry.as_ref().is_some_and(|it| it.2 > self.now));
                if let Some(entry) = entry.filter(|_| moved) {
                    entry.2 = deadline;
                }
            }
            18 => {
                self.store.expire(self.now, 64);
                self.follow();
            }
            _ => self.rarely(),
        }
        let bytes: u64 = self.store.bytes();
        assert!(bytes <= self.store.limits().max_bytes, "over the budget");
    }

    /// Other limits, another policy, or nothing left, once in thousands of steps.
    fn rarely(&mut self) {
        let max_bytes = 100_000 + self.random.below(900_000);
        match self.random.below(200) {
            0..20 => {
                self.store.set_limits(Limits {
                    max_bytes,
                    max_entries: 200 + self.random.below(3_000) as u32,
                });
                self.follow();
            }
            20..23 => {
                let kinds = PolicyKind::ALL;
                let kind = kinds[self.random.below(kinds.len() as u64) as usize];
                self.store.set_policy(kind, Favor::Objects);
                self.follow();
            }
            23 => {
                self.store.clear();
                self.model.clear();
            }
            _ => {
                let before = self.model.len();
                assert_eq!(self.store.evict_one(), before > 0);
                self.follow();
            }
        }
    }

    /// The store's bytes are the sum of what each entry truly is.
    fn check(&self) {
        assert_eq!(self.store.validate(), Ok(()));
        let overhead = u64::from(self.store.overhead());
        let weigh =
            |(key, it): (&Vec<u8>, &(u64, usize, f64))| (key.len() + it.1) as u64 + overhead;
        assert_eq!(
            self.store.bytes(),
            self.model.iter().map(weigh).sum::<u64>()
        );
        assert_eq!(self.store.len() as usize, self.model.len());
    }
}

#[test]
fn the_budget_holds_to_the_byte_over_a_million_steps() {
    let mut churn = Churn::new(PolicyKind::Lru, 800_000);
    for step in 0..1_000_000 {
        churn.step();
        if step % 5_000 == 0 {
            churn.check();
        }
    }
    churn.check();
    assert!(churn.used_again > 10_000, "{} times", churn.used_again);
}

#[test]
fn every_step_leaves_everything_in_order() {
    for &kind in PolicyKind::ALL {
        let mut churn = Churn::new(kind, 60_000);
        for _ in 0..1_500 {
            churn.step();
            churn.check();
        }
    }
}
