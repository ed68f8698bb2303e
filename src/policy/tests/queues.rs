//! What `s3fifo` and `tinylfu` are for.

#![forbid(unsafe_code)]

use super::{Bench, entry};
use crate::policy::{Candidate, PolicyKind, REPAIRS, Slot};

/// A cache of keys of its own, as a store and its index are one.
struct Cache {
    bench: Bench,
    /// The key in each slot.
    keys: Vec<Option<u32>>,
}

impl Cache {
    fn new(kind: PolicyKind, entries: usize) -> Self {
        Self {
            bench: Bench::new(kind, REPAIRS, entries),
            keys: vec![None; entries],
        }
    }

    fn find(&self, key: u32) -> Option<Slot> {
        let at = self.keys.iter().position(|&other| other == Some(key))?;
        Some(at as Slot)
    }

    /// Asks for a key, which comes if it is not there; answers whether it was.
    fn ask(&mut self, key: u32) -> bool {
        if let Some(slot) = self.find(key) {
            self.bench.hit(slot);
            return true;
        }
        self.bench.tick += 1;
        self.bench.advance();
        let free = self.keys.iter().position(Option::is_none);
        let slot = free.map_or_else(|| self.bench.victim(), |at| Some(at as Slot));
        let slot = slot.expect("a full cache has a victim");
        self.keys[slot as usize] = Some(key);
        self.bench.take(&Candidate {
            fingerprint: key.wrapping_mul(0x9E37_79B9),
            ..entry(slot)
        });
        false
    }

    /// How many of these keys are there.
    fn count(&self, keys: impl Iterator<Item = u32>) -> usize {
        keys.filter(|&key| self.find(key).is_some()).count()
    }
}

#[test]
fn what_is_wanted_often_outlives_a_long_scan() {
    for (kind, kept) in [
        (PolicyKind::TinyLfu, 80),
        (PolicyKind::S3Fifo, 80),
        (PolicyKind::Lru, 0),
    ] {
        let mut cache = Cache::new(kind, 100);
        for _ in 0..4 {
            (0..90).for_each(|key| {
                cache.ask(key);
            });
        }
        (1_000..3_000).for_each(|key| {
            cache.ask(key);
        });
        let count = cache.count(0..90);
        assert!(
            count >= kept && (kept > 0 || count == 0),
            "{kind:?}: {count}"
        );
    }
}

#[test]
fn favourites_of_yesterday_give_way_to_those_of_today() {
    for kind in [PolicyKind::TinyLfu, PolicyKind::S3Fifo] {
        let mut cache = Cache::new(kind, 100);
        for day in 0..5 {
            (0..40 * 80).for_each(|ask| {
                cache.ask(day * 1_000 + ask * 7 % 80);
            });
            let count = cache.count(day * 1_000..day * 1_000 + 80);
            assert!(count >= 78, "{kind:?}: {count} on day {day}");
        }
    }
}

#[test]
fn a_loop_that_is_too_long_still_hits_under_tinylfu() {
    let mut cache = Cache::new(PolicyKind::TinyLfu, 100);
    let hits = (0..20_000).filter(|ask| cache.ask(ask % 200)).count();
    assert!(hits > 20_000 * 35 / 100, "{hits} of 20,000");
}

#[test]
fn what_comes_twice_in_a_row_hits_under_tinylfu_however_new_it_is() {
    let mut cache = Cache::new(PolicyKind::TinyLfu, 100);
    let hits = (0..20_000)
        .filter(|ask| cache.ask(ask / 60 * 30 + ask % 30))
        .count();
    assert!(hits > 20_000 * 40 / 100, "{hits} of 20,000");
}

#[test]
fn under_s3fifo_a_key_that_comes_back_soon_goes_to_the_main_queue() {
    let mut cache = Cache::new(PolicyKind::S3Fifo, 20);
    (0..21).for_each(|key| {
        cache.ask(key);
    });
    assert_eq!(cache.find(0), None, "the first that came was not used");
    cache.ask(0);
    (100..140).for_each(|key| {
        cache.ask(key);
    });
    assert!(cache.find(0).is_some() && cache.find(5).is_none());
}
