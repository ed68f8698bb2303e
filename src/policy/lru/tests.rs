//! Removed entries that stay filed cost no operation much.

#![forbid(unsafe_code)]

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
