//! Hill climbing: finds the window's share under which most accesses are hits.
//!
//! Two ghosts remember the keys that left last: those that the window lost, and those that the
//! part behind it lost. A key that comes back while the one remembers it would have been a hit
//! if that part had been a little larger, so that part becomes larger by one entry, and the
//! other one smaller. Where both lose alike a larger share gains nothing: the top of the hill.
//! Cidon, Eisenman, Alizadeh and Katti, *Cliffhanger: Scaling Performance Cliffs in Web Memory
//! Caches*, NSDI 2016, show why this climbs.
//!
//! The usual climber (Einziger, Eytan, Friedman and Manes, *Adaptive Software Cache
//! Management*, Middleware 2018) tries a step and compares the hits of two periods, which
//! differ by chance and by the work far more than by the step.
//!
//! 1/8 byte an entry; a quarter of that in large caches, where a [sample](Sample) of the keys is enough.

#![forbid(unsafe_code)]

use super::ghost::Ghost;
use super::sample::Sample;

/// The share at first.
const START: f64 = 0.1;
/// The least and the largest share.
const RANGE: (f64, f64) = (0.01, 0.8);
/// Each ghost remembers a key for so many entries of the cache.
const ENTRIES_A_KEY: u32 = 32;
/// From so many entries on a [sample](Sample) of the keys is remembered.
const MANY: u32 = 4_096;
/// The fewest keys a ghost remembers.
const FEWEST: u32 = 4;

/// Where an entry was when it left.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    /// In the window.
    Window,
    /// Behind it.
    Main,
}

/// Looks for the best share.
#[derive(Debug, Clone)]
pub(super) struct Climber {
    share: f64,
    window: Ghost,
    main: Ghost,
}

impl Climber {
    pub(super) fn new() -> Self {
        Self {
            share: START,
            window: Ghost::default(),
            main: Ghost::default(),
        }
    }

    /// The window's share of the budget.
    pub(super) const fn share(&self) -> f64 {
        self.share
    }

    /// A key has left one of so many entries.
    pub(super) fn left(&mut self, hash: u64, side: Side, entries: u32) {
        let sample = Sample::of(entries, MANY);
        if !sample.has(hash) {
            return;
        }
        let ghost = match side {
            Side::Window => &mut self.window,
            Side::Main => &mut self.main,
        };
        ghost.insert(hash, (entries / (ENTRIES_A_KEY * sample.keys)).max(FEWEST));
    }

    /// A key has come to so many entries.
    pub(super) fn came(&mut self, hash: u64, entries: u32) {
        let sample = Sample::of(entries, MANY);
        if !sample.has(hash) {
            return;
        }
        let entry = f64::from(sample.keys) / f64::from(entries.max(1));
        if self.window.take(hash) {
            self.share = (self.share + entry).min(RANGE.1);
        }
        if self.main.take(hash) {
            self.share = (self.share - entry).max(RANGE.0);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::mix;

    /// Lets `times` keys leave and come back after `between` others have left the same side.
    fn miss(climber: &mut Climber, side: Side, times: u32, between: u32) {
        for key in 0..times {
            climber.left(mix(key), side, 320);
            (0..between).for_each(|other| climber.left(mix(1_000_000 + other), side, 320));
            climber.came(mix(key), 320);
        }
    }

    #[test]
    fn the_side_that_just_lost_what_comes_becomes_larger() {
        let mut climber = Climber::new();
        miss(&mut climber, Side::Window, 32, 0);
        assert!((climber.share() - 0.2).abs() < 1e-9, "{}", climber.share());
        miss(&mut climber, Side::Main, 16, 5);
        assert!((climber.share() - 0.15).abs() < 1e-9, "{}", climber.share());
    }

    #[test]
    fn what_was_lost_long_ago_says_nothing() {
        let mut climber = Climber::new();
        miss(&mut climber, Side::Window, 100, 10);
        climber.came(mix(77), 320);
        assert!((climber.share() - START).abs() < 1e-9);
    }

    #[test]
    fn the_share_stays_within_its_range() {
        let mut climber = Climber::new();
        miss(&mut climber, Side::Window, 1_000, 0);
        assert!((climber.share() - RANGE.1).abs() < 1e-9);
        miss(&mut climber, Side::Main, 1_000, 0);
        assert!((climber.share() - RANGE.0).abs() < 1e-9);
    }
}
