//! What entries of different weights are worth, when hits are to be many.
//!
//! Greedy dual size frequency (Cherkasova, *Improving WWW Proxies Performance with
//! Greedy-Dual-Size-Frequency Caching Policy*, 1998): the entry leaves whose uses for its weight,
//! which wear off with time, are the least. There each entry has a height above a level that
//! rises with each that leaves. Here entries worth about the same are in one *class*, a list in
//! order of use, so that the least worth is at the front of one of them; and what is worn off goes
//! by the time since the last use, at a [rate](Wear) that those tell who left. So no entry
//! has a height to be stored.

#![forbid(unsafe_code)]

/// The classes: two for each doubling of the weight a use.
pub(super) const CLASSES: u32 = 64;

/// The heaviest weight that is told from a greater one.
const HEAVIEST: u32 = 1 << 26;

/// How much a mean changes with each more when it is of this many already.
const CHANGE: f64 = 1.0 / 1_000.0;
const OLD: u32 = 1_000;

/// The class of an entry of this weight that was used so often: the more weight a use, the higher.
pub(super) fn class(weight: u32, uses: u32) -> u32 {
    // The last use counts half, for it may have been the last one for ever.
    let cost = (weight.min(HEAVIEST) * 32 / (2 * uses.max(1) - 1)).max(1);
    let octave = cost.ilog2();
    2 * octave + (cost << 1 >> octave & 1)
}

/// What an entry of a class is worth.
pub(super) fn worth(class: u32) -> f64 {
    let middle = if class.is_multiple_of(2) { 1.25 } else { 1.75 };
    1.0 / (middle * f64::from(1u32 << (class / 2)))
}

/// How fast worth wears off.
#[derive(Debug, Clone, Default)]
pub(super) struct Wear {
    /// The mean worth of those that left.
    worth: f64,
    /// How long they were not used, on average.
    age: f64,
    left: u32,
}

impl Wear {
    /// What is left of an entry's worth.
    pub(super) fn rest(&self, class: u32, age: u32) -> f64 {
        worth(class) - self.worth / self.age.max(1.0) * f64::from(age)
    }

    /// One has left as the least worth.
    pub(super) fn left(&mut self, class: u32, age: u32) {
        self.left = self.left.saturating_add(1);
        let change = change(self.left);
        self.worth += (worth(class) - self.worth) * change;
        self.age += (f64::from(age) - self.age) * change;
    }
}

/// How much of a mean changes with the last of so many.
fn change(number: u32) -> f64 {
    if number < OLD {
        f64::from(number).recip()
    } else {
        CHANGE
    }
}

/// How differently the entries that came of late weigh.
#[derive(Debug, Clone, Default)]
pub(super) struct Spread {
    came: u32,
    mean: f64,
    square: f64,
    wide: bool,
}

impl Spread {
    /// An entry has come, where `entries` weigh `total`.
    pub(super) fn came(&mut self, weight: u32, entries: u32, total: u64) {
        let weight = f64::from(weight);
        if !self.wide && weight == self.mean && weight * weight == self.square {
            return; // Nothing changes.
        }
        self.came = self.came.saturating_add(1);
        let change = change(self.came);
        self.mean += (weight - self.mean) * change;
        self.square += (weight * weight - self.square) * change;
        // The spread is the variance in squares of the mean. Where the light ones stay only
        // heavy ones come.
        let sorted = self.wide && self.mean * f64::from(entries) > SORTED * total as f64;
        let least = if self.wide { NARROW } else { WIDE };
        let spread = self.square >= (1.0 + least) * self.mean * self.mean;
        self.wide = self.came >= FEWEST && (sorted || spread);
    }

    /// What they weigh on average.
    pub(super) const fn mean(&self) -> f64 {
        self.mean
    }

    /// Whether weights matter more than the order of use.
    pub(super) const fn is_wide(&self) -> bool {
        self.wide
    }
}

/// From this spread on weights matter, and below this one they don't any more.
const WIDE: f64 = 1.0;
const NARROW: f64 = 0.5;
/// If newcomers weigh so many times what residents do, weights have not ceased to matter.
const SORTED: f64 = 2.0;
/// So many have to come before anything is known.
const FEWEST: u32 = 64;
