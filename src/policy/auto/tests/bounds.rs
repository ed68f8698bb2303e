//! One operation of `auto` does a limited amount of work, and ticks may be anything.

#![forbid(unsafe_code)]

use super::Cache;
use crate::policy::auto::LOOKS;
use crate::policy::auto::lists::{PROBATION, PROTECTED, RANKED};
use crate::policy::{Favor, Policy, stamp};

#[test]
fn entries_are_moved_a_few_at_a_time_when_weights_begin_and_cease_to_differ() {
    let mut cache = Cache::new(Favor::Objects, 1_000);
    let mut moved = Vec::new();
    let mut ranked = 0;
    for read in 0..20_000u32 {
        let wide = (3_000..8_000).contains(&read);
        let key = cache.random(100_000);
        cache.read(
            key,
            if wide && key.is_multiple_of(20) {
                40
            } else {
                1
            },
        );
        let now = cache.auto.lists.weight(RANKED);
        moved.push(now.abs_diff(ranked));
        ranked = now;
        if read == 7_999 {
            let main = cache.auto.lists.weight(PROBATION) + cache.auto.lists.weight(PROTECTED);
            assert!(ranked > 900 && main == 0, "{ranked} ranked, {main} not");
        }
    }
    assert_eq!(ranked, 0);
    // An entry of 40 for which others of 1 leave, each with a few that are moved meanwhile.
    assert!(
        moved.iter().all(|&moved| moved <= 40 * 5),
        "{:?}",
        moved.iter().max()
    );
    cache.check();
}

#[test]
fn one_choice_looks_at_a_limited_number_of_entries() {
    let mut cache = Cache::new(Favor::Objects, 10_000);
    cache.play(10_000, |_, read| read);
    cache.play(10_000, |_, read| read);
    let used = |cache: &Cache| cache.touches.iter().filter(|&&word| word % 16 > 0).count();
    let before = used(&cache);
    assert!(cache.evict(None));
    let looked_at = before - used(&cache);
    assert!(
        looked_at > 0 && looked_at <= 2 * LOOKS as usize + 2,
        "{looked_at}"
    );
}
#[test]
fn one_choice_demotes_a_limited_number_of_entries_however_much_less_may_be_protected() {
    let mut cache = Cache::new(Favor::Objects, 10_000);
    cache.play(20_000, |_, read| read % 10_000);
    (0..10).for_each(|_| assert!(cache.evict(None)));
    let before = cache.auto.lists.weight(PROTECTED);
    cache.with(|auto, tables| {
        auto.protected = 0;
        auto.resident(tables, None)
    });
    let after = cache.auto.lists.weight(PROTECTED);
    assert!(before > 2_000 && after < before, "{before}, {after}");
    assert!(before - after <= u64::from(LOOKS), "{before}, {after}");
    cache.check();
}

#[test]
fn an_entry_that_was_used_after_the_last_known_tick_is_as_young_as_can_be() {
    let mut cache = Cache::new(Favor::Objects, 10);
    cache.play(2, |_, read| read);
    let tick = cache.tick + 1_000;
    stamp(&mut cache.touches, 0, tick);
    let ages = cache.with(|auto, tables| [0, 1].map(|slot| auto.age(slot, tables)));
    assert_eq!(ages, [1, 1]);
}

#[test]
fn uses_count_also_when_they_are_older_than_the_ticks_go_back() {
    let mut cache = Cache::new(Favor::Objects, 10);
    cache.play(4, |_, _| 7);
    let before = cache.touches[0];
    cache.with(|auto, tables| auto.rebase(tables, 2));
    assert_eq!(cache.touches[0], before - (2 << 4));
    cache.with(|auto, tables| auto.rebase(tables, 1_000));
    assert_eq!(cache.touches[0], 3);
}
