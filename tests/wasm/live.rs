//! A live region's numbers, and its tables in shared memory.

use js_sys::{Float64Array, Uint32Array};
use omnicache_core::wasm::LiveCore;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::host::{LRU, NEVER, buffer};

fn live(max_bytes: f64, max_entries: f64) -> LiveCore {
    LiveCore::new(LRU, false, max_bytes, max_entries).expect("a store")
}

fn departed(store: &LiveCore) -> Vec<u32> {
    (0..store.departed())
        .map(|at| store.departed_at(at))
        .collect()
}

#[wasm_bindgen_test]
fn who_left_is_told_by_slot_the_expired_first() {
    let mut store = live(NEVER, 4.0);
    let slots: Vec<i32> = [NEVER, NEVER, 10.0, NEVER]
        .into_iter()
        .zip(1..)
        .map(|(deadline, tick)| store.insert(0, 1.0, deadline, 0.0, tick))
        .collect();
    assert_eq!((departed(&store), store.expired()), (vec![], 0));
    let fifth = store.insert(0, 1.0, NEVER, 1_000.0, 5);
    assert_eq!(
        (departed(&store), store.expired()),
        (vec![slots[2] as u32], 1)
    );
    assert_eq!(fifth, slots[2], "its slot is taken again");
    store.set_limits(NEVER, 2.0);
    assert_eq!(departed(&store), [slots[0] as u32, slots[1] as u32]);
    assert_eq!(store.expired(), 0);
    assert_eq!(store.departed_at(2), u32::MAX, "there are no more");
    assert_eq!(store.evict_one(), slots[3]);
    assert_eq!(store.evict_one(), fifth);
    assert_eq!(store.evict_one(), -1);
}

#[wasm_bindgen_test]
fn a_hit_is_a_store_into_the_touch_table() {
    let mut store = live(NEVER, 2.0);
    assert_eq!(store.touch_kind(), 1);
    let (a, b) = (
        store.insert(0, 1.0, NEVER, 0.0, 1),
        store.insert(0, 1.0, NEVER, 0.0, 2),
    );
    let touches = Uint32Array::new_with_byte_offset_and_length(
        &buffer(),
        store.touch_pointer() as u32,
        store.capacity() as u32,
    );
    assert_eq!(touches.get_index(b as u32), 2);
    touches.set_index(a as u32, 3);
    assert!(store.insert(0, 1.0, NEVER, 0.0, 4) >= 0);
    assert_eq!(departed(&store), [b as u32]);
}

#[wasm_bindgen_test]
fn deadlines_and_weights_are_read_from_their_tables() {
    let mut store = live(NEVER, NEVER);
    let slot = store.insert(0, 1.2, 500.0, 0.0, 1) as u32;
    let capacity = store.capacity() as u32;
    let memory = buffer();
    let deadlines = Float64Array::new_with_byte_offset_and_length(
        &memory,
        store.deadline_pointer() as u32,
        capacity,
    );
    let weights = Uint32Array::new_with_byte_offset_and_length(
        &memory,
        store.weight_pointer() as u32,
        capacity,
    );
    assert_eq!(
        (deadlines.get_index(slot), weights.get_index(slot)),
        (500.0, 2)
    );
    assert!(store.set_deadline(slot, 600.0));
    assert_eq!(deadlines.get_index(slot), 600.0);
    assert!(store.replace(slot, 5.0, NEVER, 0.0, 2));
    assert_eq!(
        (deadlines.get_index(slot), weights.get_index(slot)),
        (NEVER, 5)
    );
    assert_eq!((store.bytes(), store.next_expiry()), (5.0, NEVER));
    assert!(store.remove(slot));
    assert_eq!(deadlines.get_index(slot), f64::NEG_INFINITY);
    assert!(!store.remove(slot));
}

#[wasm_bindgen_test]
fn entries_outlive_a_change_of_policy() {
    let mut store = live(NEVER, NEVER);
    let slots: Vec<i32> = (1..=3)
        .map(|tick| store.insert(0, 1.0, NEVER, 0.0, tick))
        .collect();
    for (policy, kind) in [(1, 2), (2, 0), (3, 0), (0, 1)] {
        assert!(store.set_policy(policy, false, 3).is_ok());
        assert_eq!(store.touch_kind(), kind);
        assert_eq!(store.bytes(), 3.0);
    }
    assert_eq!(store.evict_one(), slots[0]);
    assert_eq!(
        store.rebase(5),
        5,
        "far from the end there is nothing to do"
    );
    assert!(store.rebase(u32::MAX) < u32::MAX);
}

#[wasm_bindgen_test]
fn an_unknown_policy_is_an_error() {
    for number in [200, 255, 256, u32::MAX] {
        assert!(
            LiveCore::new(number, false, NEVER, NEVER).is_err(),
            "{number}"
        );
        assert!(
            live(NEVER, NEVER).set_policy(number, false, 0).is_err(),
            "{number}"
        );
    }
}
