//! What a live store does, one promise at a time.

#![forbid(unsafe_code)]

use super::departed;
use crate::policy::{Favor, PolicyKind, Slot};
use crate::store::tests::NEVER;
use crate::store::{Departure, Limits, LiveStore, Refused};

fn bytes(max_bytes: u64) -> Limits {
    Limits {
        max_bytes,
        ..Limits::default()
    }
}

#[test]
fn room_is_made_before_an_entry_comes_in() {
    let mut store = LiveStore::new(PolicyKind::Lru, Favor::Objects, bytes(100));
    let first = store.insert(1, 60, NEVER, 0.0, 1);
    let second = store.insert(2, 40, NEVER, 0.0, 2);
    assert_eq!((first, second, store.bytes()), (Ok(0), Ok(1), 100));
    assert_eq!(
        store.insert(3, 90, NEVER, 0.0, 3),
        Ok(1),
        "the slot that was freed last"
    );
    assert_eq!(
        (store.outbox(), store.expired(), store.bytes()),
        (&[0, 1][..], 0, 90)
    );
    assert_eq!(store.validate(), Ok(()));
}

#[test]
fn an_entry_heavier_than_the_budget_is_refused_and_the_one_it_replaces_is_gone() {
    let mut store = LiveStore::new(PolicyKind::Fifo, Favor::Objects, bytes(100));
    assert_eq!(store.insert(1, 101, NEVER, 0.0, 1), Err(Refused::TooHeavy));
    assert_eq!(store.insert(1, 50, NEVER, 0.0, 2), Ok(0));
    assert_eq!(store.insert(2, 50, NEVER, 0.0, 3), Ok(1));
    assert_eq!(store.replace(0, 101, NEVER, 0.0, 4), Err(Refused::TooHeavy));
    assert_eq!(
        (store.len(), store.bytes(), store.outbox()),
        (1, 50, &[][..])
    );
    assert_eq!(store.replace(0, 1, NEVER, 0.0, 5), Err(Refused::NoSuchSlot));
    store.set_limits(Limits {
        max_entries: 0,
        ..Limits::default()
    });
    assert_eq!((store.len(), store.outbox()), (0, &[1][..]));
    assert_eq!(store.insert(1, 1, NEVER, 0.0, 6), Err(Refused::TooHeavy));
}

#[test]
fn a_deadline_that_is_over_or_no_number_is_refused() {
    let mut store = LiveStore::new(PolicyKind::Ttl, Favor::Objects, Limits::default());
    for deadline in [5.0, 4.0, f64::NAN, f64::NEG_INFINITY] {
        assert_eq!(store.insert(1, 1, deadline, 5.0, 1), Err(Refused::Expired));
    }
    assert_eq!(store.insert(1, 1, 5.1, f64::NAN, 1), Err(Refused::Expired));
    assert_eq!(store.insert(1, 1, 5.1, 5.0, 1), Ok(0));
    assert_eq!(store.replace(0, 1, f64::NAN, 5.0, 1), Err(Refused::Expired));
    assert!(store.is_empty());
}

#[test]
fn every_refusal_says_what_was_wrong() {
    let all = [
        (
            Refused::TooHeavy,
            "the entry is heavier than the whole budget",
        ),
        (Refused::Expired, "the entry's deadline is over already"),
        (Refused::NoSuchSlot, "the slot holds nothing"),
        (Refused::Full, "there is no slot left"),
        (Refused::OutOfMemory, "there is no memory left"),
        (
            Refused::BadKey,
            "the key is empty or longer than 65,536 bytes",
        ),
    ];
    for (refused, message) in all {
        assert_eq!(refused.to_string(), message);
    }
}

#[test]
fn a_free_slot_misses_and_does_nothing() {
    let mut store = LiveStore::new(PolicyKind::Lfu, Favor::Objects, Limits::default());
    assert_eq!(store.insert(1, 7, NEVER, 0.0, 1), Ok(0));
    assert_eq!((store.weight(0), store.weights()[0]), (Some(7), 7));
    assert!(store.remove(0));
    assert_eq!(store.deadlines()[0], f64::NEG_INFINITY);
    for slot in [0, 5, Slot::MAX] {
        store.touch(slot, 1);
        assert!(!store.remove(slot) && !store.set_deadline(slot, 9.0));
        assert_eq!(store.weight(slot), None);
    }
    assert_eq!((store.evict_one(), store.outbox()), (None, &[][..]));
    assert_eq!(store.validate(), Ok(()));
}

#[test]
fn a_moved_deadline_of_any_value_leaves_the_slot_taken() {
    let mut store = LiveStore::new(PolicyKind::Ttl, Favor::Objects, Limits::default());
    assert_eq!(store.insert(1, 1, NEVER, 0.0, 1), Ok(0));
    assert_eq!((store.expiring(), store.next_expiry()), (0, NEVER));
    for deadline in [f64::NAN, f64::NEG_INFINITY, -3.0, 20.0] {
        assert!(store.set_deadline(0, deadline));
        assert_eq!((store.weight(0), store.validate()), (Some(1), Ok(())));
    }
    assert_eq!((store.expiring(), store.next_expiry()), (1, 32.0));
    assert_eq!((store.expire(31.0, 10), store.expire(32.0, 10)), (0, 1));
    assert_eq!((store.outbox(), store.expired()), (&[0][..], 1));
}

#[test]
fn what_has_expired_leaves_before_what_is_alive() {
    let mut store = LiveStore::new(PolicyKind::Fifo, Favor::Objects, bytes(3));
    for deadline in [NEVER, 100.0, 100.0] {
        assert!(store.insert(1, 1, deadline, 0.0, 1).is_ok());
    }
    assert!(store.insert(1, 3, NEVER, 200.0, 2).is_ok());
    assert_eq!(
        departed(&store),
        [
            (1, Departure::Expired),
            (2, Departure::Expired),
            (0, Departure::Evicted)
        ]
    );
}

#[test]
fn a_replaced_entry_stays_even_if_the_time_went_backwards() {
    let mut store = LiveStore::new(PolicyKind::Lru, Favor::Objects, bytes(100));
    store.expire(1e6, u32::MAX);
    let slot = store.insert(1, 40, 500.0, 0.0, 1).expect("room");
    let other = store.insert(2, 40, NEVER, 0.0, 2).expect("room");
    assert_eq!(store.replace(slot, 90, 600.0, 0.0, 3), Ok(()));
    assert_eq!(departed(&store), [(other, Departure::Evicted)]);
    assert_eq!(store.bytes(), 90);
    assert_eq!(store.validate(), Ok(()));
}

#[test]
fn tables_grow_in_steps_and_not_beyond_what_is_allowed() {
    let limits = Limits {
        max_entries: 1_000,
        ..Limits::default()
    };
    let mut store = LiveStore::new(PolicyKind::Lru, Favor::Objects, limits);
    let mut lengths = vec![store.touches().len()];
    for tick in 1..=2_000 {
        let past = store.touches().len();
        let slot = store.insert(1, 1, NEVER, 0.0, tick).expect("there is room");
        if store.touches().len() != past {
            assert_eq!(
                slot as usize, past,
                "the slot that made it grow is past the old end"
            );
            lengths.push(store.deadlines().len());
        }
    }
    assert_eq!(lengths, [0, 64, 128, 192, 288, 432, 648, 972, 1_000]);
    store.clear();
    assert_eq!(
        (store.len(), store.touches().len(), store.limits()),
        (0, 0, limits)
    );
}

#[test]
fn ticks_start_over_long_before_they_end() {
    let mut store = LiveStore::new(PolicyKind::Lru, Favor::Objects, bytes(3));
    let mut tick = 0x0F00_0000 - 2;
    for _ in 0..3 {
        tick += 1;
        assert!(store.insert(1, 1, NEVER, 0.0, tick).is_ok());
    }
    store.touch(0, 0x0F00_0005);
    assert_eq!(store.rebase(0x0EFF_FFFF), 0x0EFF_FFFF, "not yet");
    let tick = store.rebase(0x0F00_0005);
    assert_eq!((tick, store.touches()[0]), (0x0700_0005, 0x0700_0005));
    store.touch(1, tick + 1);
    assert_eq!(
        (store.evict_one(), store.evict_one(), store.evict_one()),
        (Some(2), Some(0), Some(1))
    );
}

#[test]
fn another_policy_keeps_all_entries_and_their_order() {
    for &from in PolicyKind::ALL {
        for to in [PolicyKind::Lru, PolicyKind::Lfu, PolicyKind::Fifo] {
            let mut store = LiveStore::new(from, Favor::Objects, Limits::default());
            for tick in 1..=1_000 {
                assert!(
                    store
                        .insert(1, tick, 1e6 - f64::from(tick), 0.0, tick)
                        .is_ok()
                );
            }
            (0..1_000)
                .rev()
                .for_each(|slot| store.touch(slot, 2_000 - slot));
            let mut twin = store.clone();
            store.set_policy(to, Favor::Objects, 2_000);
            assert_eq!((store.policy(), store.validate()), (to, Ok(())));
            // Moved over it looks at all hits at once, and the twin at some a choice.
            if from == PolicyKind::Auto {
                continue;
            }
            let order: Vec<_> = std::iter::from_fn(|| store.evict_one()).collect();
            assert_eq!(
                order,
                std::iter::from_fn(|| twin.evict_one()).collect::<Vec<_>>(),
                "{from:?} to {to:?}"
            );
            assert_eq!(order.len(), 1_000);
        }
    }
}
