//! W-TinyLFU: newcomers pass through a window, and then stay if they are used more often than
//! the entry that would have to leave for them.
//!
//! Einziger, Friedman and Manes, *TinyLFU: A Highly Efficient Cache Admission Policy*, 2017. The
//! window lets in what comes in bursts. Behind it are two queues: on *probation* are those that
//! were not used since they came there, and *protected*, up to nine tenths of this part, those
//! that were. When one has to leave, the window's oldest is compared with the first on
//! probation, by a [sketch](super::sketch) of how often either was used of late, and the less
//! used leaves. How large the window is, a [climber](super::climber) finds out.
//!
//! **Laziness.** The touch word counts the uses since the entry was last looked at. An entry is
//! looked at when it comes to the head of its queue: if it was used, the sketch learns of it
//! and it goes to the end, or from probation to protected. So the queues are clocks rather
//! than lists in order of use; measured, this costs nothing. A count for an entry on its way
//! out is complete at the moment of the comparison. The newcomer's has its arrival in it, which
//! is no merit, so it has to be larger by more than that.
//!
//! 16 bytes a slot: links 8, key and queue 4, sketch 4, and 1/8 for the climber; at least 4 KB.

#![forbid(unsafe_code)]

use super::climber::{Climber, Side};
use super::queues::{Queues, key_of};
use super::sketch::Sketch;
use super::{Candidate, Favor, Policy, REPAIRS, Slot, Tables, TouchKind, mix, raise};

const WINDOW: u32 = 0;
const PROBATION: u32 = 1;
const PROTECTED: u32 = 2;

/// The bytes of counters an entry.
const COUNTED_BYTES: usize = 4;

/// So many additions an entry halve every counter once.
const PERIOD: u64 = 8;

/// What may be protected of the part behind the window.
const PROTECTED_SHARE: f64 = 0.9;

/// Evicts newcomers that are used less often than old entries, and old entries that are not.
#[derive(Debug, Clone)]
pub struct TinyLfu {
    queues: Queues<3>,
    sketch: Sketch,
    climber: Climber,
    repairs: u32,
}

/// Lets a sketch become as large as so many entries need, and age as fast.
pub(super) fn fit(sketch: &mut Sketch, entries: u32) {
    sketch.fit(
        entries as usize * COUNTED_BYTES,
        PERIOD * u64::from(entries),
    );
}

/// A key comes to so many entries: the sketch counts it, or stretches.
pub(super) fn came(sketch: &mut Sketch, hash: u64, entries: u32) {
    if sketch.counts() {
        sketch.add(hash, 1);
    } else {
        sketch.stretch((entries as usize + 1) * COUNTED_BYTES);
    }
}

impl TinyLfu {
    /// If an entry was used since it was last looked at, the sketch learns of it; answers
    /// whether it was.
    fn was_used(&mut self, slot: Slot, tables: &mut Tables<'_>) -> bool {
        let uses = tables.touch(slot);
        if uses == 0 {
            return false;
        }
        tables.mark(slot, 0);
        self.sketch.add(mix(self.queues.key(slot)), uses);
        true
    }

    /// The window's oldest, unless the window is smaller than it may be. What a window that has
    /// shrunk holds too much goes on probation.
    fn newcomer(&mut self, tables: &mut Tables<'_>, protect: Option<Slot>) -> Option<Slot> {
        let most = ((self.climber.share() * self.queues.total() as f64) as u64).max(1);
        let mut repairs = self.repairs;
        loop {
            let window = self.queues.weight(WINDOW);
            let slot = self
                .queues
                .first(WINDOW, protect)
                .filter(|_| window >= most)?;
            let weight = tables.weight(slot);
            if repairs == 0 {
                return Some(slot);
            }
            repairs -= 1;
            if self.was_used(slot, tables) {
                self.queues.shift(WINDOW, slot, weight);
            } else if window - u64::from(weight) >= most {
                self.queues.shift(PROBATION, slot, weight);
            } else {
                return Some(slot);
            }
        }
    }

    /// The entry behind the window that is to leave first.
    fn oldest(&mut self, tables: &mut Tables<'_>, protect: Option<Slot>) -> Option<Slot> {
        let main = (1.0 - self.climber.share()) * self.queues.total() as f64;
        let most = (PROTECTED_SHARE * main) as u64;
        let mut repairs = self.repairs;
        loop {
            let demote = self.queues.weight(PROTECTED) > most && repairs > 0;
            let (queue, slot) = [PROTECTED, PROBATION, PROTECTED]
                .into_iter()
                .skip(usize::from(!demote))
                .find_map(|queue| Some((queue, self.queues.first(queue, protect)?)))?;
            let weight = tables.weight(slot);
            if repairs > 0 && self.was_used(slot, tables) {
                self.queues.shift(PROTECTED, slot, weight);
            } else if demote && queue == PROTECTED {
                self.queues.shift(PROBATION, slot, weight);
            } else {
                return Some(slot);
            }
            repairs -= 1;
        }
    }

    /// Whether a newcomer was used so much more than the oldest that it stays.
    fn admits(&self, newcomer: Slot, oldest: Slot) -> bool {
        let [new, old] =
            [newcomer, oldest].map(|slot| self.sketch.estimate(mix(self.queues.key(slot))));
        new > old + 1
    }
}

impl Policy for TinyLfu {
    const TOUCH: TouchKind = TouchKind::Count;
    const SLOT_BYTES: usize = Queues::<3>::SLOT_BYTES + COUNTED_BYTES;

    fn new(_favor: Favor) -> Self {
        Self {
            queues: Queues::new(),
            sketch: Sketch::new(),
            climber: Climber::new(),
            repairs: REPAIRS,
        }
    }

    fn insert(&mut self, candidate: &Candidate, tables: &mut Tables<'_>, _tick: u32) -> bool {
        let &Candidate {
            slot,
            fingerprint,
            weight,
            ..
        } = candidate;
        tables.mark(slot, 0);
        let key = key_of(fingerprint);
        let hash = mix(key);
        self.climber.came(hash, self.queues.len());
        came(&mut self.sketch, hash, self.queues.len());
        self.queues.push(WINDOW, slot, key, weight.max(1))
    }

    fn update(
        &mut self,
        slot: Slot,
        weight: u32,
        _deadline: f64,
        tables: &mut Tables<'_>,
        _tick: u32,
    ) {
        if self.queues.update(slot, tables.weight(slot), weight.max(1)) {
            raise(tables.touches, slot);
        }
    }

    fn remove(&mut self, slot: Slot, tables: &mut Tables<'_>) {
        self.queues.pull(slot, tables.weight(slot));
    }

    fn victim(&mut self, tables: &mut Tables<'_>, protect: Option<Slot>) -> Option<Slot> {
        fit(&mut self.sketch, self.queues.len());
        let newcomer = self.newcomer(tables, protect);
        let oldest = self.oldest(tables, protect);
        let (slot, side) = match (newcomer, oldest) {
            (Some(newcomer), Some(oldest)) if self.admits(newcomer, oldest) => {
                self.queues
                    .shift(PROBATION, newcomer, tables.weight(newcomer));
                (oldest, Side::Main)
            }
            (Some(newcomer), _) => (newcomer, Side::Window),
            (None, Some(oldest)) => (oldest, Side::Main),
            (None, None) => (self.queues.first(WINDOW, protect)?, Side::Window),
        };
        let entries = self.queues.len();
        let key = self.queues.pull(slot, tables.weight(slot))?;
        self.climber.left(mix(key), side, entries);
        Some(slot)
    }

    fn limit_repairs(&mut self, repairs: u32) {
        self.repairs = repairs;
    }

    fn reweigh(&mut self, tables: &Tables<'_>) {
        self.queues.reweigh(tables);
    }

    fn len(&self) -> u32 {
        self.queues.len()
    }

    fn validate(&self) -> Result<(), String> {
        self.queues.validate()
    }
}
