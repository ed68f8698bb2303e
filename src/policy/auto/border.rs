//! The border between the window and the main part: an economy of hits for room.
//!
//! Both sides say what more room would give them and what less would take from them, in hits
//! a share of the capacity, from what was seen:
//!
//! - The *gain* of a side: misses of keys that left it when so much had gone through it since
//!   that it would have had to be larger by no more than what it can get. Where a side needs
//!   much room before it has any gain (a loop), the best mean over all widths counts, which
//!   is the slope of the concave hull.
//! - The *loss* of a side: hits of entries in the older half of its list, which would be the
//!   first to go.
//!
//! The side with the greater figure gets room from the other, a small step at a time. What was
//! seen wears off. Compared with hill climbing (Einziger, Eytan, Friedman and Manes, *Adaptive
//! Software Cache Management*, Middleware 2018), which tries a step and looks whether the hits
//! were more, this knows the way before it goes, and is not misled when the work changes.

#![forbid(unsafe_code)]

use super::ghosts::Side;
use crate::policy::Favor;

/// The window's share at first, when hits count and when bytes do. The keys of large entries are
/// few, and their first uses tell less of them.
const START: f64 = 0.03;
const START_FOR_BYTES: f64 = 0.3;
/// The least and the greatest share.
const RANGE: (f64, f64) = (0.003, 0.99);
/// The longest step.
const STEP: f64 = 1.0 / 16.0;
/// By how much one side must be better than the other.
const MARGIN: f64 = 1.1;
/// The fewest observations that a step rests on.
const FEWEST: u32 = 16;
/// The accesses between two steps are a fourth of the entries at least.
const PACE: u32 = 4;
/// How much of what was seen counts at the next step.
const MEMORY: f64 = 0.9;
/// The widths that gains are told apart by.
const WIDTHS: usize = 16;

/// Where the border is, and what was seen of either side.
#[derive(Debug, Clone)]
pub(super) struct Border {
    /// The window's share of the capacity.
    share: f64,
    /// Misses by side and by the room that was lacking.
    gains: [[f64; WIDTHS]; 2],
    /// Hits in the older half, by side.
    losses: [f64; 2],
    /// Observations since the last step.
    seen: u32,
    /// The tick of the last step.
    stepped: u32,
}

impl Border {
    pub(super) const fn new(favor: Favor) -> Self {
        Self {
            share: match favor {
                Favor::Objects => START,
                Favor::Bytes => START_FOR_BYTES,
            },
            gains: [[0.0; WIDTHS]; 2],
            losses: [0.0; 2],
            seen: 0,
            stepped: 0,
        }
    }

    /// The window's share of the capacity.
    pub(super) const fn share(&self) -> f64 {
        self.share
    }

    /// A miss of what would have been a hit if `side` had been larger by `lack` capacities.
    pub(super) fn missed(&mut self, side: Side, lack: f64, value: f64) {
        if let Some(gain) = self.gains[side as usize].get_mut((lack * WIDTHS as f64) as usize) {
            *gain += value;
            self.seen += 1;
        }
    }

    /// A hit of what would have been a miss if `side` had been half as large.
    pub(super) fn kept(&mut self, side: Side, value: f64) {
        self.losses[side as usize] += value;
        self.seen += 1;
    }

    /// Whether it is time for a step.
    pub(super) const fn is_due(&self, tick: u32, entries: u32) -> bool {
        self.seen >= FEWEST && tick.wrapping_sub(self.stepped) >= entries / PACE
    }

    /// Takes a step. `probation` is the share of the capacity in the main part's list from which
    /// hits are known.
    pub(super) fn step(&mut self, tick: u32, probation: f64) {
        let [window_gains, main_gains] = &self.gains;
        let (gain, width) = best(window_gains, 1.0 - self.share);
        let (main_gain, _) = best(main_gains, self.share);
        let main = main_gain.max(2.0 * self.losses[Side::Main as usize] / probation);
        let loss = 2.0 * self.losses[Side::Window as usize] / self.share;
        if gain > MARGIN * main {
            self.share += width.min(STEP);
        } else if main > MARGIN * loss.max(gain) {
            self.share -= STEP.min(self.share / 2.0);
        }
        self.share = self.share.clamp(RANGE.0, RANGE.1);
        for seen in self
            .gains
            .as_flattened_mut()
            .iter_mut()
            .chain(&mut self.losses)
        {
            *seen *= MEMORY;
        }
        self.seen = 0;
        self.stepped = tick;
    }

    /// Follows a lowering of the ticks.
    pub(super) const fn rebase(&mut self, by: u32) {
        self.stepped = self.stepped.wrapping_sub(by);
    }
}

/// The most hits a share of the capacity that up to `room` more would have given, and how much
/// more gives them.
fn best(gains: &[f64; WIDTHS], room: f64) -> (f64, f64) {
    let (mut best, mut at, mut sum) = (0.0, 0.0, 0.0);
    for (more, gain) in (1u8..).zip(gains) {
        let width = f64::from(more) / WIDTHS as f64;
        if more > 1 && width > room {
            break;
        }
        sum += gain;
        if sum / width > best {
            (best, at) = (sum / width, width);
        }
    }
    (best, at)
}
