//! What a packed store does, one promise at a time.

#![forbid(unsafe_code)]

use super::departed;
use crate::policy::{Favor, PolicyKind, Slot};
use crate::store::tests::NEVER;
use crate::store::{Departure, Limits, MAX_KEY, PackedStore, Refused, SetOutcome, entry_overhead};

fn store(kind: PolicyKind, max_bytes: u64) -> PackedStore {
    PackedStore::new(
        kind,
        Favor::Objects,
        Limits {
            max_bytes,
            ..Limits::default()
        },
        42,
    )
}

fn value(store: &mut PackedStore, key: &[u8]) -> Option<Vec<u8>> {
    store.get(key, 0.0).map(|(value, _)| value.to_vec())
}

#[test]
fn a_value_is_its_parts() {
    let mut store = store(PolicyKind::Lru, 10_000);
    assert_eq!(
        store.set(b"key", &[b"head, ", b"", b"body"], NEVER, 0.0),
        Ok(SetOutcome::Inserted(0))
    );
    assert_eq!(store.get(b"key", 0.0), Some((&b"head, body"[..], 0)));
    assert_eq!(store.peek(b"key", 0.0), Some((&b"head, body"[..], 0)));
    assert_eq!(
        store.set(b"key", &[b"x"], NEVER, 0.0),
        Ok(SetOutcome::Replaced(0))
    );
    assert_eq!(value(&mut store, b"key").as_deref(), Some(&b"x"[..]));
    assert_eq!(
        store.set(b"empty", &[], NEVER, 0.0),
        Ok(SetOutcome::Inserted(1))
    );
    assert_eq!(value(&mut store, b"empty").as_deref(), Some(&[][..]));
    assert_eq!(store.bytes(), 3 + 1 + 5 + 2 * u64::from(store.overhead()));
    assert_eq!(store.validate(), Ok(()));
}

#[test]
fn the_overhead_is_what_the_structures_are() {
    assert_eq!(
        PolicyKind::ALL
            .iter()
            .map(|&kind| entry_overhead(kind))
            .collect::<Vec<_>>(),
        [40, 40, 40, 48, 40, 46, 48, 48]
    );
}

#[test]
fn keys_of_any_bytes_up_to_64_kb_are_taken_and_no_others() {
    let mut store = store(PolicyKind::Lru, 10_000_000);
    let long = vec![7; MAX_KEY];
    for key in [&long[..], &long[1..], &[0], &[0, 0], &[255; 32]] {
        assert!(store.set(key, &[key], NEVER, 0.0).is_ok());
    }
    for key in [&long[..], &long[1..], &[0], &[0, 0], &[255; 32]] {
        assert_eq!(value(&mut store, key).as_deref(), Some(key));
    }
    assert_eq!(store.set(b"", &[b"v"], NEVER, 0.0), Err(Refused::BadKey));
    assert_eq!(
        store.set(&vec![7; MAX_KEY + 1], &[b"v"], NEVER, 0.0),
        Err(Refused::BadKey)
    );
    assert!(value(&mut store, b"").is_none() && !store.remove(b"") && !store.contains(b"", 0.0));
    assert_eq!((store.len(), store.validate()), (5, Ok(())));
}

#[test]
fn an_entry_is_a_hit_before_its_deadline_and_not_at_it() {
    let mut store = store(PolicyKind::Lru, 10_000);
    assert_eq!(
        store.set(b"a", &[b"1"], 100.0, 0.0),
        Ok(SetOutcome::Inserted(0))
    );
    assert!(
        store.contains(b"a", 99.9)
            && store.peek(b"a", 99.9).is_some()
            && store.get(b"a", 99.9).is_some()
    );
    assert_eq!(store.deadline(b"a", 99.9), Some(100.0));
    assert!(
        !store.contains(b"a", 100.0)
            && store.peek(b"a", 100.0).is_none()
            && store.get(b"a", 100.0).is_none()
    );
    assert_eq!(store.deadline(b"a", 100.0), None);
    assert!(
        !store.set_deadline(b"a", 500.0, 100.0),
        "what is over does not come back"
    );
    assert_eq!(
        store.set(b"a", &[b"2"], 300.0, 100.0),
        Ok(SetOutcome::Inserted(0)),
        "the old one was over"
    );
    assert!(store.set_deadline(b"a", 200.0, 100.0));
    assert_eq!((store.expiring(), store.next_expiry()), (1, 208.0));
    assert_eq!((store.expire(207.0, 9), store.expire(208.0, 9)), (0, 1));
    assert_eq!(
        (store.len(), store.bytes(), store.validate()),
        (0, 0, Ok(()))
    );
}

#[test]
fn what_is_refused_takes_the_old_value_along() {
    let mut store = store(PolicyKind::Lru, 200);
    let heavy = vec![0; 200];
    assert_eq!(
        store.set(b"a", &[&heavy], NEVER, 0.0),
        Err(Refused::TooHeavy)
    );
    assert!(store.set(b"a", &[b"1"], NEVER, 0.0).is_ok());
    assert_eq!(
        store.set(b"a", &[&heavy], NEVER, 0.0),
        Err(Refused::TooHeavy)
    );
    assert_eq!((value(&mut store, b"a"), store.validate()), (None, Ok(())));
    assert!(store.set(b"a", &[b"1"], NEVER, 0.0).is_ok());
    assert_eq!(store.set(b"a", &[b"2"], 5.0, 5.0), Err(Refused::Expired));
    assert_eq!((value(&mut store, b"a"), store.validate()), (None, Ok(())));
}

#[test]
fn keys_that_leave_are_told_only_where_asked() {
    let mut store = store(
        PolicyKind::Fifo,
        2 * u64::from(entry_overhead(PolicyKind::Fifo)) + 8,
    );
    for key in [b"aa", b"bb", b"cc"] {
        assert!(store.set(key, &[b"12"], 1_000.0, 0.0).is_ok());
    }
    assert_eq!((store.len(), store.outbox()), (2, &[][..]));
    store.set_notify(true);
    assert!(store.set(b"dd", &[b"12"], 1_000.0, 0.0).is_ok());
    assert_eq!(
        store.outbox(),
        [&[Departure::Evicted as u8, 2, 0, 0, 0][..], b"bb"].concat()
    );
    assert!(store.remove(b"cc") && store.set(b"ee", &[b"12"], NEVER, 0.0).is_ok());
    assert_eq!(store.outbox(), []);
    assert_eq!(store.expire(5_000.0, 10), 1);
    assert_eq!(
        departed(store.outbox()),
        [(Departure::Expired, b"dd".to_vec())]
    );
    assert!(store.evict_one() && !store.evict_one());
    assert_eq!(store.outbox(), [], "the second call found nobody");
}

#[test]
fn a_cursor_sees_every_entry_once() {
    let mut store = store(PolicyKind::Ttl, 1_000_000);
    for number in 0..100u8 {
        assert!(
            store
                .set(&[number], &[&[number, 1]], 1e3 + f64::from(number), 0.0)
                .is_ok()
        );
    }
    (0..100)
        .step_by(3)
        .for_each(|number| assert!(store.remove(&[number])));
    let mut seen = Vec::new();
    let mut cursor = 0;
    while let Some((next, key, value, deadline)) = store.next(cursor) {
        assert_eq!(
            (value, deadline),
            (&[key[0], 1][..], 1e3 + f64::from(key[0]))
        );
        seen.push(key[0]);
        cursor = next;
    }
    seen.sort_unstable();
    assert_eq!(
        seen,
        (0..100)
            .filter(|number| number % 3 != 0)
            .collect::<Vec<u8>>()
    );
    assert!(store.next(Slot::MAX).is_none());
    store.clear();
    assert!(store.next(0).is_none());
}

#[test]
fn ticks_start_over_long_before_they_end() {
    let mut store = store(PolicyKind::Lru, 10_000);
    store.start_at(0x0F00_0000 - 2);
    for key in [b"a", b"b", b"c"] {
        assert!(store.set(key, &[], NEVER, 0.0).is_ok());
    }
    assert!(store.get(b"a", 0.0).is_some());
    store.set_notify(true);
    for key in [b"b", b"c", b"a"] {
        assert!(store.evict_one());
        assert_eq!(
            departed(store.outbox()),
            [(Departure::Evicted, key.to_vec())]
        );
    }
}
