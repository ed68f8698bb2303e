//! Least recently used: the entry whose last use is longest ago leaves first.
//!
//! The touch word is the running tick of the entry's last use, so the least word leaves.
//!
//! **Laziness.** Each entry is *filed* once, under a tick that it once had. Ticks only
//! grow, so an entry is never filed later than it belongs. Two structures together give the
//! entry that is filed earliest: what was not used since it came waits in a queue, in which
//! insertion keeps the order by itself; what was found to have been used goes to a
//! [calendar](super::calendar), which asks about a day's entries before any of them has its turn.
//! If the earliest is filed under its true tick, it is the least recently used of all; if
//! not, it is filed anew and the next one is looked at. A scan never touches the calendar and
//! costs what a queue costs.
//!
//! A removed entry stays filed: when its slot is taken again, it is an entry that was
//! filed earlier than it belongs, like any that was used. If the slot is still free when
//! its turn comes, it is dropped. So removal needs no positions. Each removal drops two of those
//! whose turn has come, so that they don't pile up there. Where one entry that is older than they
//! are has held them back, a choice drops so many as it may repair, and then takes the least
//! recently used of a few that it finds by their slots: whatever happened before, no operation
//! takes long.
//!
//! Two entries with one tick leave in order of slot, or of filing. Ticks are unique as readers
//! raise theirs before each use, except that [`rebase`](Policy::rebase) gives 0 to all that are
//! old enough.
//!
//! 8 bytes a slot, ¼ for two flags, and what the calendar has in reserve. The queue lies in pieces, so
//! nothing of it moves when it grows.

#![forbid(unsafe_code)]

#[cfg(test)]
mod tests;

use super::calendar::Calendar;
use super::chunks::OutOfMemory;
use super::flags::Flags;
use super::line::Line;
use super::{Candidate, Favor, Policy, REPAIRS, Slot, Tables, TouchKind};

/// A tick above, its slot below: compares as ticks do.
type Filed = u64;

const fn file(tick: u32, slot: Slot) -> Filed {
    (tick as u64) << 32 | slot as u64
}

const fn slot_of(filed: Filed) -> Slot {
    filed as Slot
}

/// The flag of a slot that is filed.
const FILED: u64 = 1;
/// The flag of a slot that holds an entry.
const LIVE: u64 = 2;

/// How many filed slots that hold no entry a removal drops at the most.
const DROPS: u32 = 2;
/// Of how many entries the least recently used leaves where none was found in order.
const SAMPLE: usize = 32;

/// Evicts the least recently used.
#[derive(Debug, Clone)]
pub struct Lru {
    /// Not found used since they came; in order.
    fresh: Line,
    /// Found used at least once.
    used: Calendar,
    /// One that was to stay when it came to its turn, and is to be filed again.
    aside: Option<Filed>,
    /// [`FILED`] for the slots in one of the three, [`LIVE`] for those that are entries.
    flags: Flags,
    /// Where the last sample ended.
    hand: Slot,
    len: u32,
    repairs: u32,
}

impl Lru {
    /// Files an entry.
    fn file(&mut self, filed: Filed) -> Result<(), OutOfMemory> {
        if self.fresh.last().is_none_or(|last| last < filed) {
            self.fresh.push(filed)
        } else {
            self.used.push(filed)
        }
    }

    /// What is filed earliest, and whether it was found used; none too where `steps` did not
    /// suffice to find it.
    fn earliest(&mut self, touches: &[u32], steps: &mut u32) -> Option<(Filed, bool)> {
        let fresh = self.fresh.first();
        let flags = &mut self.flags;
        let opened = self.used.open(fresh.unwrap_or(Filed::MAX), steps, |filed| {
            let slot = slot_of(filed);
            if flags.get(slot) & LIVE == 0 {
                flags.set(slot, 0);
                return None;
            }
            let word = touches.get(slot as usize).copied().unwrap_or(0);
            Some(file(word, slot))
        });
        match (fresh, self.used.peek()) {
            _ if !opened => None,
            (Some(fresh), Some(used)) if fresh < used => Some((fresh, false)),
            (Some(fresh), None) => Some((fresh, false)),
            (_, used) => Some((used?, true)),
        }
    }

    /// Takes out what is filed earliest.
    fn drop_earliest(&mut self, is_used: bool) {
        if is_used {
            self.used.pop();
        } else {
            self.fresh.pop();
        }
    }

    /// Files anew what is filed earliest.
    fn refile_earliest(&mut self, is_used: bool, filed: Filed) -> Result<(), OutOfMemory> {
        self.used.push(filed)?;
        self.drop_earliest(is_used);
        Ok(())
    }

    /// Marks a slot as no entry. It may stay filed.
    fn forget(&mut self, slot: Slot) {
        let flags = self.flags.get(slot);
        self.flags.set(slot, flags & FILED);
        self.len -= u32::from(flags & LIVE != 0);
    }

    /// Drops what is filed earliest, so many at the most, as long as that is no entry.
    fn drop_removed(&mut self, most: u32, touches: &[u32]) {
        let mut steps = self.repairs;
        for _ in 0..most {
            match self.earliest(touches, &mut steps) {
                Some((filed, is_used)) if self.flags.get(slot_of(filed)) & LIVE == 0 => {
                    self.flags.set(slot_of(filed), 0);
                    self.drop_earliest(is_used);
                }
                _ => break,
            }
        }
    }

    /// The least recently used of all but `protect`, unfiled; or, after so many steps or
    /// without memory for another one, the least recently used of those seen, which stays filed
    /// as a removed entry does.
    fn least(&mut self, tables: &Tables<'_>, protect: Option<Slot>) -> Option<Slot> {
        if let Some(filed) = self.aside {
            self.used.push(filed).ok()?;
            self.aside = None;
        }
        let mut best = None;
        let mut steps = self.repairs;
        while steps > 0 {
            steps -= 1;
            let Some((filed, is_used)) = self.earliest(tables.touches, &mut steps) else {
                break;
            };
            let slot = slot_of(filed);
            let now = file(tables.touch(slot), slot);
            if self.flags.get(slot) & LIVE == 0 {
                self.flags.set(slot, 0);
                self.drop_earliest(is_used);
            } else if Some(slot) == protect {
                self.drop_earliest(is_used);
                self.aside = Some(now);
            } else if now == filed {
                self.flags.set(slot, LIVE);
                self.drop_earliest(is_used);
                return Some(slot);
            } else {
                best = Some(best.map_or(now, |best: Filed| best.min(now)));
                if self.refile_earliest(is_used, now).is_err() {
                    break;
                }
            }
        }
        best.map(slot_of).or_else(|| self.sample(tables, protect))
    }

    /// The least recently used of the next few entries, by their slots.
    fn sample(&mut self, tables: &Tables<'_>, protect: Option<Slot>) -> Option<Slot> {
        let from = self.hand;
        let live = self
            .flags
            .having(LIVE, from)
            .chain(self.flags.having(LIVE, 0));
        let others = live.filter(|&slot| Some(slot) != protect);
        let (last, least) = others.take(SAMPLE).fold((from, None), |(_, least), slot| {
            let found = file(tables.touch(slot), slot);
            (
                slot,
                Some(least.map_or(found, |least: Filed| least.min(found))),
            )
        });
        let slot = slot_of(least?);
        self.hand = last + 1;
        Some(slot)
    }
}

impl Policy for Lru {
    const TOUCH: TouchKind = TouchKind::Tick;
    const SLOT_BYTES: usize = 8;

    fn new(_favor: Favor) -> Self {
        Self {
            fresh: Line::default(),
            used: Calendar::default(),
            aside: None,
            flags: Flags::default(),
            hand: 0,
            len: 0,
            repairs: REPAIRS,
        }
    }

    fn insert(&mut self, candidate: &Candidate, tables: &mut Tables<'_>, tick: u32) -> bool {
        let slot = candidate.slot;
        tables.mark(slot, tick);
        if self.flags.reserve(slot).is_err() {
            return false;
        }
        let flags = self.flags.get(slot);
        if flags & FILED == 0 && self.file(file(tick, slot)).is_err() {
            return false;
        }
        self.flags.set(slot, FILED | LIVE);
        self.len += u32::from(flags & LIVE == 0);
        true
    }

    fn update(
        &mut self,
        slot: Slot,
        _weight: u32,
        _deadline: f64,
        tables: &mut Tables<'_>,
        tick: u32,
    ) {
        tables.mark(slot, tick);
    }

    fn remove(&mut self, slot: Slot, tables: &mut Tables<'_>) {
        self.forget(slot);
        self.drop_removed(DROPS, tables.touches);
    }

    fn victim(&mut self, tables: &mut Tables<'_>, protect: Option<Slot>) -> Option<Slot> {
        let slot = self.least(tables, protect)?;
        self.forget(slot);
        Some(slot)
    }

    fn limit_repairs(&mut self, repairs: u32) {
        self.repairs = repairs;
    }

    fn rebase(&mut self, tables: &mut Tables<'_>, by: u32) {
        let lower = |filed: Filed| file(((filed >> 32) as u32).saturating_sub(by), slot_of(filed));
        for word in tables.touches.iter_mut() {
            *word = word.saturating_sub(by);
        }
        // What had different ticks may now share one: then who was filed first is first.
        self.fresh.change_all(lower);
        self.used.change_all(by, lower);
        self.aside = self.aside.map(lower);
    }

    fn len(&self) -> u32 {
        self.len
    }

    fn validate(&self) -> Result<(), String> {
        if !self.fresh.iter().is_sorted_by_key(|filed| filed >> 32) {
            return Err("lru: the queue is out of order".into());
        }
        self.used.validate()?;
        let filed = self.fresh.len() + self.used.len() + usize::from(self.aside.is_some());
        if filed != self.flags.count(FILED) as usize {
            return Err(format!(
                "lru: {filed} slots are filed, {} are marked as filed",
                self.flags.count(FILED)
            ));
        }
        let mut live = 0;
        for filed in self.fresh.iter().chain(self.used.iter()).chain(self.aside) {
            if self.flags.get(slot_of(filed)) & FILED == 0 {
                return Err(format!(
                    "lru: slot {} is filed and not marked so",
                    slot_of(filed)
                ));
            }
            live += u32::from(self.flags.get(slot_of(filed)) & LIVE != 0);
        }
        if live != self.len || self.flags.count(LIVE) != self.len {
            return Err(format!(
                "lru: {live} entries are filed, {} are counted",
                self.len
            ));
        }
        Ok(())
    }
}
