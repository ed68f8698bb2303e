//! The wheel is never early and never a tick late.

#![forbid(unsafe_code)]

use proptest::prelude::*;

use crate::policy::Slot;
use crate::store::wheel::{RESOLUTION, Wheel};

fn of(deadlines: &[f64]) -> impl Fn(Slot) -> Option<f64> {
    |slot| deadlines.get(slot as usize).copied()
}

fn expired(wheel: &mut Wheel, now: f64, deadlines: &[f64], mut work: u32) -> Vec<Slot> {
    std::iter::from_fn(|| wheel.expire(now, of(deadlines), &mut work)).collect()
}

#[test]
fn deadlines_of_all_sizes_expire_in_their_time() {
    const DAY: f64 = 86_400_000.0;
    let deadlines = [
        -5.0,
        0.0,
        100.0,
        5_000.0,
        3.0 * DAY,
        20_000.0 * DAY,
        1e300,
        f64::INFINITY,
    ];
    let mut wheel = Wheel::new();
    assert_eq!(wheel.next_time(), f64::INFINITY);
    for (slot, &deadline) in (0..).zip(&deadlines) {
        wheel.schedule(slot, deadline);
    }
    assert_eq!(wheel.next_time(), 16.0);
    assert_eq!(expired(&mut wheel, 15.9, &deadlines, 100), []);
    assert_eq!(expired(&mut wheel, 16.0, &deadlines, 100), [0, 1]);
    assert_eq!(expired(&mut wheel, 111.9, &deadlines, 100), []);
    assert_eq!(expired(&mut wheel, 112.0, &deadlines, 100), [2]);
    assert_eq!(expired(&mut wheel, 2.0 * DAY, &deadlines, 100), [3]);
    assert_eq!(expired(&mut wheel, 1e9 * DAY, &deadlines, 100), [4, 5]);
    assert_eq!(expired(&mut wheel, f64::MAX, &deadlines, 100), []);
    assert_eq!(wheel.validate(of(&deadlines)), Ok(()));
    assert!(wheel.cancel(6) && !wheel.cancel(7));
}

#[test]
fn the_work_of_a_call_is_limited_and_the_next_goes_on() {
    let deadlines = vec![1_000_000.0; 1_000];
    let mut wheel = Wheel::new();
    (0..1_000).for_each(|slot| wheel.schedule(slot, 1_000_000.0));
    let calls: Vec<usize> = std::iter::from_fn(|| {
        let count = expired(&mut wheel, 2_000_000.0, &deadlines, 100).len();
        assert!(count <= 100);
        assert_eq!(wheel.validate(of(&deadlines)), Ok(()));
        (wheel.next_time() < f64::INFINITY).then_some(count)
    })
    .collect();
    // Each slot moves down twice and is then given out: 3,000 steps.
    assert_eq!(calls.len(), 29);
}

#[test]
fn whoever_calls_until_the_next_time_is_in_the_future_comes_to_an_end() {
    // The tick of 1,024 ms is the first of a bucket of 64 ticks, and holds more than one.
    let deadlines = [1_500.0, 1_500.0, 1_510.0];
    for work in [1, 2, 100] {
        let mut wheel = Wheel::new();
        (0..3).for_each(|slot| wheel.schedule(slot, deadlines[slot as usize]));
        let calls = (0..10).find(|_| {
            assert_eq!(expired(&mut wheel, 1_030.0, &deadlines, work), []);
            wheel.next_time() > 1_030.0
        });
        assert!(calls.is_some(), "{work} at a time");
        assert_eq!(wheel.validate(of(&deadlines)), Ok(()));
        assert_eq!(expired(&mut wheel, 1_520.0, &deadlines, 9), [0, 1, 2]);
    }
    let mut wheel = Wheel::new();
    wheel.schedule(0, 1e300);
    assert_eq!(expired(&mut wheel, f64::MAX, &[1e300], 9), []);
    assert_eq!(wheel.next_time(), f64::INFINITY, "what never comes");
}

#[test]
fn time_that_is_no_number_or_goes_backwards_stands_still() {
    let deadlines = [100.0, 1_000.0];
    let mut wheel = Wheel::new();
    wheel.schedule(0, 100.0);
    assert_eq!(expired(&mut wheel, 500.0, &deadlines, 9), [0]);
    assert_eq!(expired(&mut wheel, f64::NAN, &deadlines, 9), []);
    assert_eq!(expired(&mut wheel, -1.0, &deadlines, 9), []);
    wheel.schedule(1, 1_000.0);
    assert_eq!(expired(&mut wheel, 200.0, &deadlines, 9), []);
    assert_eq!(expired(&mut wheel, 1_100.0, &deadlines, 9), [1]);
    wheel.schedule(0, 100.0);
    assert_eq!(wheel.validate(of(&deadlines)), Ok(()));
    assert!(wheel.next_time() <= 1_100.0);
    assert_eq!(
        expired(&mut wheel, 1_100.0, &deadlines, 9),
        [0],
        "what is over expires at once"
    );
}

proptest! {
    #[test]
    fn never_early_and_at_most_one_tick_late(
        ops in proptest::collection::vec((0..40u32, 0..30u32, 0.0..1.0, 0..5u8), 1..300),
    ) {
        let mut wheel = Wheel::new();
        let mut deadlines = [f64::INFINITY; 40];
        let mut now = 1_000.0;
        for (slot, exponent, fraction, op) in ops {
            let span: f64 = fraction * f64::from(1u32 << exponent);
            match op {
                0 => {
                    prop_assert_eq!(wheel.cancel(slot), deadlines[slot as usize] < f64::INFINITY);
                    deadlines[slot as usize] = f64::INFINITY;
                }
                1 | 2 => {
                    now += span;
                    if op == 2 {
                        // At which a bucket of a higher level begins.
                        now = (now / 1_024.0).ceil() * 1_024.0;
                    }
                    let limited = slot % 2 == 0;
                    for slot in expired(&mut wheel, now, &deadlines, if limited { 3 } else { u32::MAX }) {
                        prop_assert!(deadlines[slot as usize] <= now, "early");
                        deadlines[slot as usize] = f64::INFINITY;
                    }
                    if !limited {
                        prop_assert!(deadlines.iter().all(|&deadline| deadline > now - RESOLUTION), "late");
                        prop_assert!(wheel.next_time() > now);
                    }
                }
                _ => {
                    deadlines[slot as usize] = now + span - 50.0;
                    wheel.schedule(slot, now + span - 50.0);
                }
            }
            prop_assert_eq!(wheel.validate(of(&deadlines)), Ok(()));
        }
    }
}
