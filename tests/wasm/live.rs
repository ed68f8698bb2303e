//! A live region's numbers, and its tables in shared memory.

use js_sys::{Float64Array, Uint32Array};
use omnicache_core::wasm::LiveCore;
use wasm_bindgen_test::wasm_bindgen_test;

use crate::host::{LRU, NEVER, buffer};

const LEFT: f64 = 4_294_967_296.0;

fn live(max_bytes: f64, max_entries: f64) -> LiveCore {
    LiveCore::new(LRU, false, max_bytes, max_entries).expect("a store")
}

fn departed(store: &LiveCore) -> Vec<u32> {
    (0..)
        .map(|at| store.departed_at(at))
        .take_while(|&slot| slot != u32::MAX)
        .collect()
}

/// What an answer says: how many left, and the number below.
fn parts(answer: f64) -> (u32, u32) {
    ((answer / LEFT) as u32, (answer % LEFT) as u32)
}

fn insert(store: &mut LiveCore, deadline: f64, now: f64, tick: u32) -> u32 {
    let (_, slot_and_one) = parts(store.insert(0, 1.0, deadline, now, tick));
    slot_and_one.checked_sub(1).expect("a slot")
}

#[wasm_bindgen_test]
fn who_left_is_told_by_slot_the_expired_first() {
    let mut store = live(NEVER, 4.0);
    let slots: Vec<u32> = [NEVER, NEVER, 10.0, NEVER]
        .into_iter()
        .zip(1..)
        .map(|(deadline, tick)| insert(&mut store, deadline, 0.0, tick))
        .collect();
    assert_eq!((departed(&store), store.expired()), (vec![], 0));
    let (left, slot_and_one) = parts(store.insert(0, 1.0, NEVER, 1_000.0, 5));
    let fifth = slot_and_one - 1;
    assert_eq!((departed(&store), store.expired()), (vec![slots[2]], 1));
    assert_eq!((left, fifth), (1, slots[2]), "its slot is taken again");
    assert_eq!(store.set_limits(NEVER, 2.0), 2);
    assert_eq!(departed(&store), [slots[0], slots[1]]);
    assert_eq!(store.expired(), 0);
    assert_eq!(store.departed_at(2), u32::MAX, "there are no more");
    assert_eq!(store.evict_one(), slots[3] as i32);
    assert_eq!(store.evict_one(), fifth as i32);
    assert_eq!(store.evict_one(), -1);
}

#[wasm_bindgen_test]
fn an_answer_tells_how_many_left() {
    let mut store = live(10.0, NEVER);
    assert_eq!(parts(store.insert(0, 4.0, NEVER, 0.0, 1)), (0, 1));
    assert_eq!(parts(store.insert(0, 4.0, NEVER, 0.0, 2)), (0, 2));
    assert_eq!(parts(store.insert(0, 9.0, NEVER, 0.0, 3)).0, 2);
    assert_eq!(parts(store.insert(0, 11.0, NEVER, 0.0, 4)), (0, 0));
    assert!(
        departed(&store).is_empty(),
        "nobody leaves for what is refused"
    );
    let slot = parts(store.insert(0, 1.0, NEVER, 0.0, 5)).1 - 1;
    assert_eq!(parts(store.replace(slot, 2.0, NEVER, 0.0, 6)), (1, 1));
}

#[wasm_bindgen_test]
fn a_hit_is_a_store_into_the_touch_table() {
    let mut store = live(NEVER, 2.0);
    assert_eq!(store.touch_kind(), 1);
    let (a, b) = (
        insert(&mut store, NEVER, 0.0, 1),
        insert(&mut store, NEVER, 0.0, 2),
    );
    let touches = Uint32Array::new_with_byte_offset_and_length(
        &buffer(),
        store.touch_pointer() as u32,
        store.capacity() as u32,
    );
    assert_eq!(touches.get_index(b), 2);
    touches.set_index(a, 3);
    insert(&mut store, NEVER, 0.0, 4);
    assert_eq!(departed(&store), [b]);
}

#[wasm_bindgen_test]
fn deadlines_and_weights_are_read_from_their_tables() {
    let mut store = live(NEVER, NEVER);
    let slot = parts(store.insert(0, 1.2, 500.0, 0.0, 1)).1 - 1;
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
    assert_eq!(store.replace(slot, 5.0, NEVER, 0.0, 2), 1.0);
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
    let slots: Vec<u32> = (1..=3)
        .map(|tick| insert(&mut store, NEVER, 0.0, tick))
        .collect();
    for (policy, kind) in [(1, 2), (2, 0), (3, 0), (0, 1)] {
        assert!(store.set_policy(policy, false, 3).is_ok());
        assert_eq!(store.touch_kind(), kind);
        assert_eq!(store.bytes(), 3.0);
    }
    assert_eq!(store.evict_one(), slots[0] as i32);
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
