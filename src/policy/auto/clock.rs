//! How much has gone through a list, and when.

#![forbid(unsafe_code)]

/// How many marks are kept.
const MARKS: usize = 16;
/// How many marks a list's length has.
const MARKS_A_LENGTH: u64 = 8;

/// A clock that is driven by the weight of what passes the end of a list.
///
/// It tells which entries at the end were used when they were already in the older half of the
/// list: those whose last use is later than the time at which the clock stood half a length
/// before.
#[derive(Debug, Clone, Default)]
pub(super) struct Clock {
    now: u64,
    /// Where the clock stood, and at which tick; in order, around the table.
    marks: [(u64, u32); MARKS],
    last: usize,
    /// Where it stood at the last mark.
    marked: u64,
    /// What was used after this tick was in the older half of the list then.
    half: u32,
}

impl Clock {
    /// Where it stands.
    pub(super) const fn now(&self) -> u64 {
        self.now
    }

    /// Something has passed.
    pub(super) fn pass(&mut self, weight: u32) {
        self.now += u64::from(weight);
    }

    /// Notes the tick at which it stands here, if some time has gone by since it did so last;
    /// `length` is the list's weight.
    #[inline]
    pub(super) fn mark(&mut self, tick: u32, length: u64) {
        if self.now > self.marked + length / MARKS_A_LENGTH {
            self.note(tick, length);
        }
    }

    fn note(&mut self, tick: u32, length: u64) {
        self.marked = self.now;
        self.last = (self.last + 1) % MARKS;
        self.marks[self.last] = (self.now, tick);
        self.half = self.tick_at(self.now.saturating_sub(length / 2));
    }

    /// The tick at which it stood here or shortly before.
    fn tick_at(&self, time: u64) -> u32 {
        let newest_first = (0..MARKS).map(|back| self.marks[(self.last + MARKS - back) % MARKS]);
        newest_first
            .into_iter()
            .find(|&(now, _)| now <= time)
            .map_or(0, |(_, tick)| tick)
    }

    /// Whether a use at `tick` was when less than half of the list had to pass yet.
    pub(super) const fn was_late(&self, tick: u32) -> bool {
        tick > self.half
    }

    /// Follows a lowering of the ticks.
    pub(super) fn rebase(&mut self, by: u32) {
        for (_, tick) in &mut self.marks {
            *tick = tick.saturating_sub(by);
        }
        self.half = self.half.saturating_sub(by);
    }
}
