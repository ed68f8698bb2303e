//! The policies with several queues. Their sketch, ghost and climber are the real ones, which
//! have tests of their own; what is naive here is how entries go from queue to queue.

#![forbid(unsafe_code)]

use super::{Entry, Naive};
use crate::policy::climber::Side;
use crate::policy::{PolicyKind, Slot, mix, tinylfu};

/// `s3fifo`: the small queue and the main one. `tinylfu`: the window, on probation, protected.
const FIRST: u32 = 0;
const SECOND: u32 = 1;
const THIRD: u32 = 2;

impl Naive {
    /// Where a newcomer goes.
    pub(super) fn queue_for(&mut self, key: u32) -> u32 {
        match self.kind {
            PolicyKind::Lfu => 1,
            PolicyKind::S3Fifo if self.ghost.take(mix(key)) => SECOND,
            PolicyKind::TinyLfu => {
                self.climber.came(mix(key), self.entries.len() as u32);
                tinylfu::came(&mut self.sketch, mix(key), self.entries.len() as u32);
                FIRST
            }
            _ => FIRST,
        }
    }

    /// The choice of `s3fifo`.
    pub(super) fn of_two_queues(&mut self, protect: Option<Slot>) -> Option<Slot> {
        loop {
            let total = self.weight(FIRST) + self.weight(SECOND);
            let main_is_full = self.weight(SECOND) > total - total / 10;
            let order = if main_is_full {
                [SECOND, FIRST]
            } else {
                [FIRST, SECOND]
            };
            let entry = order.iter().find_map(|&queue| self.first(queue, protect))?;
            let (enough, rest) = match entry.filed {
                FIRST => (2, 0),
                _ => (1, entry.uses.min(3).saturating_sub(1)),
            };
            if entry.uses >= enough {
                self.send(entry.slot, SECOND, rest);
                continue;
            }
            if entry.filed == FIRST {
                let entries = self.entries.len() as u32;
                self.ghost
                    .insert(mix(entry.key), (entries - entries / 10).max(1));
            }
            return Some(entry.slot);
        }
    }

    /// The choice of `tinylfu`.
    pub(super) fn of_three_queues(&mut self, protect: Option<Slot>) -> Option<Slot> {
        let entries = self.entries.len() as u32;
        tinylfu::fit(&mut self.sketch, entries);
        let newcomer = self.newcomer(protect);
        let (gone, side) = match (newcomer, self.oldest(protect)) {
            (Some(newcomer), Some(oldest)) => {
                let [new, old] = [newcomer, oldest].map(|it| self.sketch.estimate(mix(it.key)));
                if new >= old + 2 {
                    self.send(newcomer.slot, SECOND, 0);
                    (oldest, Side::Main)
                } else {
                    (newcomer, Side::Window)
                }
            }
            (Some(newcomer), None) => (newcomer, Side::Window),
            (None, Some(oldest)) => (oldest, Side::Main),
            (None, None) => (self.first(FIRST, protect)?, Side::Window),
        };
        self.climber.left(mix(gone.key), side, entries);
        Some(gone.slot)
    }

    /// The window's oldest that was not used, if the window is full.
    fn newcomer(&mut self, protect: Option<Slot>) -> Option<Entry> {
        let total = self.weight(FIRST) + self.weight(SECOND) + self.weight(THIRD);
        let most = ((self.climber.share() * total as f64) as u64).max(1);
        while self.weight(FIRST) >= most {
            let entry = self.first(FIRST, protect)?;
            if self.look_at(entry) {
                self.send(entry.slot, FIRST, 0);
            } else if self.weight(FIRST) >= most + u64::from(entry.weight) {
                self.send(entry.slot, SECOND, 0);
            } else {
                return Some(entry);
            }
        }
        None
    }

    /// The oldest behind the window that was not used.
    fn oldest(&mut self, protect: Option<Slot>) -> Option<Entry> {
        let total = self.weight(FIRST) + self.weight(SECOND) + self.weight(THIRD);
        let most = (0.9 * ((1.0 - self.climber.share()) * total as f64)) as u64;
        loop {
            let too_many = self.weight(THIRD) > most;
            if let Some(entry) = self.first(THIRD, protect).filter(|_| too_many) {
                let used = self.look_at(entry);
                self.send(entry.slot, if used { THIRD } else { SECOND }, 0);
                continue;
            }
            let probation = self.first(SECOND, protect);
            let entry = probation.or_else(|| self.first(THIRD, protect))?;
            if !self.look_at(entry) {
                return Some(entry);
            }
            self.send(entry.slot, THIRD, 0);
        }
    }

    /// Whether an entry was used; if it was, the sketch learns of it.
    fn look_at(&mut self, entry: Entry) -> bool {
        if entry.uses > 0 {
            self.sketch.add(mix(entry.key), entry.uses);
        }
        entry.uses > 0
    }

    fn first(&self, queue: u32, protect: Option<Slot>) -> Option<Entry> {
        let mut entries = self.entries.iter().filter(|entry| entry.filed == queue);
        entries.find(|entry| Some(entry.slot) != protect).copied()
    }

    fn weight(&self, queue: u32) -> u64 {
        let entries = self.entries.iter().filter(|entry| entry.filed == queue);
        entries.map(|entry| u64::from(entry.weight)).sum()
    }

    /// Moves an entry to the end of a queue.
    fn send(&mut self, slot: Slot, queue: u32, uses: u32) {
        if let Some(at) = self.entries.iter().position(|entry| entry.slot == slot) {
            let entry = self.entries.remove(at);
            self.entries.push(Entry {
                filed: queue,
                uses,
                ..entry
            });
        }
    }
}
