//! `auto`: learns from the work at hand how to divide the room.
//!
//! It is a W-TinyLFU (Einziger, Friedman and Manes, *TinyLFU: A Highly Efficient Cache Admission
//! Policy*, ACM Transactions on Storage, 2017): newcomers pass through a [window](lists), and at
//! its end each has to be used more often than the entry that would have to leave the main part
//! for it. How often keys were used of late a [sketch](super::sketch) tells. The main part is on
//! *probation* or, as far as it was used there, *protected*.
//!
//! **The border** between window and main part goes to where room is worth more hits, as
//! [ghosts] and late hits tell: see [border].
//!
//! **Admission.** The newcomer must be ahead by more than one use: the miss that brought it is
//! in its count, the next use of the other is yet to come. A resident whose count is too high by
//! collisions would never go; so one that has won `contest::WINS` times in a row goes round once more
//! without being compared, and of newcomers that are used much a few come in by chance.
//!
//! **Weights.** All shares are shares of the weight. Where weights differ much and hits count,
//! entries are [ranked](worth) by uses for their weight instead, behind the least window there is.
//! Weights become and cease to matter gradually, a few entries a choice being moved over.
//!
//! **Laziness.** The touch word has the uses since the entry was last looked at, and the tick of
//! the last. An entry is looked at when its turn comes at the old end of its list: the sketch
//! learns of its uses, and it goes round or on to protected. So the lists are clocks rather than in order
//! of use; measured, exact order wins less than a tenth of a point.
//!
//! 16 bytes a slot: links 8, key and list 4, sketch 3.5, ghosts 0.5; and 7 KB at least. Where entries are
//! heavy, more for the sketch, as fewer keys share a counter then: up to 64 bytes for each, but no
//! more than a 128th of its weight.

#![forbid(unsafe_code)]

mod border;
mod clock;
mod contest;
mod ghosts;
mod lists;
mod ranking;
mod room;
#[cfg(test)]
mod tests;
mod worth;

use border::Border;
use clock::Clock;
use ghosts::{Ghosts, Side};
use lists::{Lists, PROBATION, PROTECTED, WINDOW};
use worth::{Spread, Wear};

use super::queues::key_of;
use super::sketch::Sketch;
use super::touch::{COUNT_BITS, lower};
use super::{Candidate, Favor, Policy, Slot, Tables, TouchKind, Weights, mix, stamp};

/// What the sketch and the ghosts have for each entry.
const COUNTED_BYTES: usize = 4;

/// The least and the most bytes of counters an entry.
const COUNTER_BYTES: (f64, f64) = (3.5, 64.0);
/// What an entry may weigh for each byte of counters.
const COUNTED_WEIGHT: f64 = 128.0;

/// So many additions an entry halve every counter once.
const PERIOD: u64 = 8;
/// The same where weights differ much. Then a few heavy entries may be all there is, and far
/// more keys come than that before one is worth its room.
const LONG_PERIOD: u64 = 45;

/// How many entries one operation moves without comparing them.
const MOVES: u32 = 4;

/// How many entries one choice looks at that were used since they were last looked at.
const LOOKS: u32 = 256;

/// Evicts what is worth least, by what it has learnt about that.
#[derive(Debug, Clone)]
pub struct Auto {
    favor: Favor,
    lists: Lists,
    sketch: Sketch,
    ghosts: Ghosts,
    border: Border,
    /// What has left the window, and what has come to the main part.
    clocks: [Clock; 2],
    spread: Spread,
    wear: Wear,
    /// The sum of the weights when there was no more room, 0 as long as there was.
    capacity: u64,
    /// The room that was divided last, and the window's part of it.
    divided: u64,
    share: f64,
    /// What the window may weigh, and what may be protected.
    window: u64,
    protected: u64,
    /// What the main part lacks because the border moved or entries went.
    owed: u64,
    /// What has left to make room for the next newcomer.
    freed: u64,
    /// Comparisons that residents have won in a row.
    wins: u32,
    random: u32,
    tick: u32,
    looks: u32,
}

impl Auto {
    /// If an entry was used since it was last looked at, the sketch learns of it; answers the
    /// tick of the last use then.
    fn look(&mut self, slot: Slot, tables: &mut Tables<'_>) -> Option<u32> {
        let word = tables.touch(slot);
        let uses = word % (1 << COUNT_BITS);
        if uses == 0 {
            return None;
        }
        tables.mark(slot, word - uses);
        self.sketch.add(mix(self.lists.key(slot)), uses);
        Some(word >> COUNT_BITS)
    }

    /// How long an entry was not used. Its last use may be after the tick that is known here.
    fn age(&self, slot: Slot, tables: &Tables<'_>) -> u32 {
        1 + self.tick.saturating_sub(tables.touch(slot) >> COUNT_BITS)
    }

    /// What a hit of an entry is worth.
    fn value(&self, weight: u32) -> f64 {
        match self.favor {
            Favor::Objects => 1.0,
            Favor::Bytes => f64::from(weight),
        }
    }

    /// Whether entries are ranked by worth.
    fn ranks(&self) -> bool {
        self.favor == Favor::Objects && self.spread.is_wide()
    }

    /// What the clock of a side shows, in capacities.
    fn time(&self, side: Side) -> f64 {
        self.clocks[side as usize].now() as f64 / self.capacity.max(1) as f64
    }

    /// How many bytes of counters the entries need.
    fn counter_bytes(&self) -> usize {
        let (least, most) = COUNTER_BYTES;
        let each = (self.spread.mean() / COUNTED_WEIGHT).clamp(least, most);
        (f64::from(self.lists.len()) * each) as usize
    }

    /// Lets the sketch and the ghosts become as large as the entries need, and age as fast.
    fn fit(&mut self) {
        let entries = self.lists.len();
        let period = if self.spread.is_wide() {
            LONG_PERIOD
        } else {
            PERIOD
        };
        let additions = period * u64::from(entries.max(16));
        self.sketch.fit(self.counter_bytes(), additions);
        self.ghosts.fit(entries);
    }

    /// Moves an entry to probation.
    fn admit(&mut self, slot: Slot, weight: u32) {
        self.lists.shift(PROBATION, slot, weight);
        self.clocks[Side::Main as usize].pass(weight);
    }
}

impl Policy for Auto {
    const TOUCH: TouchKind = TouchKind::TickCount;
    const SLOT_BYTES: usize = Lists::SLOT_BYTES + COUNTED_BYTES;

    fn new(favor: Favor) -> Self {
        Self {
            favor,
            lists: Lists::new(),
            sketch: Sketch::new(),
            ghosts: Ghosts::new(),
            border: Border::new(favor),
            clocks: Default::default(),
            spread: Spread::default(),
            wear: Wear::default(),
            capacity: 0,
            divided: 0,
            share: 0.0,
            window: 0,
            protected: 0,
            owed: 0,
            freed: 0,
            wins: 0,
            random: 1,
            tick: 0,
            looks: LOOKS,
        }
    }

    fn insert(&mut self, candidate: &Candidate, tables: &mut Tables<'_>, tick: u32) -> bool {
        let &Candidate {
            slot,
            fingerprint,
            weight,
            ..
        } = candidate;
        let weight = weight.max(1);
        self.tick = tick;
        self.freed = 0;
        tables.mark(slot, tick << COUNT_BITS);
        if !self.lists.push(WINDOW, slot, fingerprint, weight) {
            return false;
        }
        let hash = mix(self.lists.key(slot));
        self.spread
            .came(weight, self.lists.len(), self.lists.total());
        if self.sketch.counts() {
            self.sketch.add(hash, 1);
        } else {
            self.sketch.stretch(self.counter_bytes());
            self.ghosts.stretch(self.lists.len());
        }
        let sample = ghosts::sample(self.lists.len());
        if sample.has(hash)
            && let Some(ghost) = self.ghosts.take(hash)
        {
            let lack = ghost.since(self.time(ghost.side()));
            let value = f64::from(sample.keys) * self.value(weight);
            self.border.missed(ghost.side(), lack, value);
        }
        self.overflow(slot, tables);
        true
    }

    fn update(
        &mut self,
        slot: Slot,
        weight: u32,
        _deadline: f64,
        tables: &mut Tables<'_>,
        tick: u32,
    ) {
        self.tick = tick;
        self.freed = 0;
        if self.lists.update(slot, tables.weight(slot), weight.max(1)) {
            stamp(tables.touches, slot, tick);
        }
    }

    fn remove(&mut self, slot: Slot, tables: &mut Tables<'_>) {
        let weight = tables.weight(slot);
        if let Some(PROBATION | PROTECTED) = self.lists.list_of(slot) {
            self.owed += u64::from(weight);
        }
        self.lists.pull(slot, weight);
    }

    fn victim(&mut self, tables: &mut Tables<'_>, protect: Option<Slot>) -> Option<Slot> {
        self.learn();
        self.fit();
        self.convert(tables, protect);
        let least = if self.ranks() {
            self.least(tables, protect)
        } else {
            None
        };
        let slot = if let Some((slot, class)) = least {
            let age = self.age(slot, tables);
            self.wear.left(class, age);
            slot
        } else if let Some(slot) = self.compare(tables, protect) {
            slot
        } else {
            self.least(tables, protect)?.0
        };
        let weight = tables.weight(slot);
        self.lists.pull(slot, weight);
        self.freed += u64::from(weight);
        Some(slot)
    }

    fn expect(&self, fingerprint: u32) {
        let hash = mix(key_of(fingerprint));
        self.sketch.fetch(hash);
        self.ghosts.fetch(hash);
    }

    fn outlook(&self, count: usize, mut look: impl FnMut(usize, Slot)) {
        for list in [WINDOW, PROBATION] {
            for (others, slot) in self.lists.iter(list).take(count).enumerate() {
                self.sketch.fetch(mix(self.lists.key(slot)));
                look(others, slot);
            }
        }
    }

    fn advance(&mut self, _tables: &mut Tables<'_>, tick: u32) {
        self.tick = tick;
    }

    fn limit_repairs(&mut self, repairs: u32) {
        self.looks = repairs;
    }

    fn rebase(&mut self, tables: &mut Tables<'_>, by: u32) {
        for word in tables.touches.iter_mut() {
            *word = lower(*word, by);
        }
        self.tick = self.tick.saturating_sub(by);
        self.border.rebase(by);
        self.clocks.iter_mut().for_each(|clock| clock.rebase(by));
    }

    fn reweigh(&mut self, tables: &Tables<'_>) {
        self.lists.reweigh(tables);
        self.capacity = 0;
        if matches!(tables.weights, Weights::Ones) {
            self.spread = Spread::default();
        }
    }

    fn len(&self) -> u32 {
        self.lists.len()
    }

    fn validate(&self) -> Result<(), String> {
        self.lists.validate()
    }
}
