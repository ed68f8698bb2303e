//! Removed entries that stay filed cost no operation much.

#![forbid(unsafe_code)]

use std::collections::BTreeMap;

use super::*;
use crate::policy::Weights;

const COUNT: u32 = 10_000;

fn tables(touches: &mut [u32]) -> Tables<'_> {
    Tables {
        touches,
        weights: Weights::Ones,
    }
}

/// As many entries as there are touch words, and every third of them used again.
fn filled(touches: &mut [u32]) -> Lru {
    let mut lru = Lru::new(Favor::Objects);
    for slot in 0..touches.len() as Slot {
        let entry = Candidate {
            slot,
            fingerprint: slot,
            weight: 1,
            deadline: f64::INFINITY,
        };
        assert!(lru.insert(&entry, &mut tables(touches), slot + 1));
    }
    for (tick, word) in (COUNT + 1..).zip(touches.iter_mut().step_by(3)) {
        *word = tick;
    }
    lru
}

fn filed(lru: &Lru) -> usize {
    lru.fresh.len() + lru.used.len() + usize::from(lru.aside.is_some())
}

#[test]
fn who_is_removed_in_order_does_not_stay_filed() {
    let mut touches = vec![0; COUNT as usize];
    let mut lru = filled(&mut touches);
    for slot in 0..COUNT {
        lru.remove(slot, &mut tables(&mut touches));
        assert!(filed(&lru) <= lru.len as usize + 1);
    }
    assert_eq!((filed(&lru), lru.validate()), (0, Ok(())));
}

#[test]
fn a_choice_drops_no_more_removed_ones_than_its_limit() {
    const LIMIT: u32 = 16;
    let mut touches = vec![0; COUNT as usize];
    let mut lru = filled(&mut touches);
    lru.limit_repairs(LIMIT);
    // The oldest stays, and holds back all that are removed behind it.
    touches[0] = 1;
    (1..COUNT - 1_000).for_each(|slot| lru.remove(slot, &mut tables(&mut touches)));
    assert!(filed(&lru) > COUNT as usize - 10);
    assert_eq!(lru.victim(&mut tables(&mut touches), None), Some(0));
    let mut left: Vec<Slot> = Vec::new();
    loop {
        let before = filed(&lru);
        let Some(slot) = lru.victim(&mut tables(&mut touches), Some(COUNT - 1)) else {
            break;
        };
        assert!(
            before - filed(&lru) <= LIMIT as usize,
            "steps of one choice"
        );
        assert_eq!(lru.validate(), Ok(()));
        left.push(slot);
    }
    // The least of 32 each, in the order of slots: nobody twice, and not the protected one.
    assert!(left[0] < COUNT - 1_000 + 33, "{}", left[0]);
    left.sort_unstable();
    assert!(left.into_iter().eq(COUNT - 1_000..COUNT - 1));
}

/// A linear congruential generator (Knuth, *The Art of Computer Programming*, vol. 2).
fn draw(state: &mut u64, below: u64) -> u64 {
    *state = state
        .wrapping_mul(6_364_136_223_846_793_005)
        .wrapping_add(1_442_695_040_888_963_407);
    (*state >> 33) % below
}

/// The last uses by tick, of which the first is the least, beside the policy.
struct Pair {
    lru: Lru,
    touches: Vec<u32>,
    order: BTreeMap<u32, Slot>,
    tick: u32,
}

impl Pair {
    fn forget(&mut self, slot: Slot) {
        self.order.remove(&self.touches[slot as usize]);
    }

    fn hit(&mut self, slot: Slot) {
        self.forget(slot);
        self.tick += 1;
        self.touches[slot as usize] = self.tick;
        self.order.insert(self.tick, slot);
    }

    fn insert(&mut self, slot: Slot) {
        self.tick += 1;
        let entry = Candidate {
            slot,
            fingerprint: slot,
            weight: 1,
            deadline: f64::INFINITY,
        };
        let mut tables = tables(&mut self.touches);
        assert!(self.lru.insert(&entry, &mut tables, self.tick));
        self.order.insert(self.tick, slot);
    }

    fn evict(&mut self) -> Slot {
        let victim = self.lru.victim(&mut tables(&mut self.touches), None);
        let least = self.order.pop_first().map(|(_, slot)| slot);
        assert_eq!(victim, least);
        victim.unwrap_or_default()
    }

    fn rebase(&mut self, by: u32) {
        self.lru.rebase(&mut tables(&mut self.touches), by);
        self.order = self
            .order
            .iter()
            .map(|(&tick, &slot)| (tick - by, slot))
            .collect();
        self.tick -= by;
    }
}

#[test]
fn the_order_of_many_is_exact() {
    let mut pair = Pair {
        lru: Lru::new(Favor::Objects),
        touches: vec![0; COUNT as usize],
        order: BTreeMap::new(),
        tick: 100_000,
    };
    pair.lru.limit_repairs(u32::MAX);
    (0..COUNT).for_each(|slot| pair.insert(slot));
    let mut state = 1;
    for step in 0..400_000 {
        // Some slots are used far more often than others.
        let most = 1 + draw(&mut state, u64::from(COUNT));
        let slot = draw(&mut state, most) as Slot;
        match draw(&mut state, 20) {
            0..15 => pair.hit(slot),
            15..19 => {
                let slot = pair.evict();
                pair.insert(slot);
            }
            _ => {
                pair.forget(slot);
                pair.lru.remove(slot, &mut tables(&mut pair.touches));
                pair.insert(slot);
            }
        }
        if step % 100_000 == 99_999 {
            assert_eq!(pair.lru.validate(), Ok(()));
            assert!(pair.lru.used.len() > 2_000);
            pair.rebase(50_000);
        }
    }
    (0..COUNT).for_each(|_| {
        pair.evict();
    });
    assert_eq!((filed(&pair.lru), pair.lru.len()), (0, 0));
}
