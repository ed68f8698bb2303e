//! How large the window and the protected list may be, and what there is to learn about it.

#![forbid(unsafe_code)]

use super::lists::{PROBATION, WINDOW};
use super::{Auto, MOVES, Slot, Tables};

/// What may be protected of the main part.
const PROTECTED_SHARE: f64 = 0.8;

/// The window's share where entries are ranked by worth.
const LEAST_SHARE: f64 = 0.01;

/// How much the sum of the weights may differ from the capacity when it is full: 1 / `SLACK`.
const SLACK: u64 = 16;

impl Auto {
    /// Whether there is so much room that nobody has to leave for it.
    fn has_room(&self) -> bool {
        self.lists.total().abs_diff(self.capacity) > self.capacity / SLACK || self.capacity == 0
    }

    /// Says how large the lists may be in so much room.
    fn divide(&mut self, room: u64, share: f64) {
        (self.divided, self.share) = (room, share);
        self.window = ((room as f64 * share) as u64).max(1);
        self.protected = (room.saturating_sub(self.window) as f64 * PROTECTED_SHARE) as u64;
    }

    /// The part of the room that is to be the window's.
    fn wanted_share(&self) -> f64 {
        if self.ranks() {
            LEAST_SHARE
        } else {
            self.border.share()
        }
    }

    /// Lets the border step, if it is time; there is no more room.
    pub(super) fn learn(&mut self) {
        let room = self.lists.total();
        if self.capacity == 0 || self.capacity.abs_diff(room) > self.capacity / SLACK {
            self.capacity = room;
        }
        if self.border.is_due(self.tick, self.lists.len()) {
            let probation = self.lists.weight(PROBATION).max(1) as f64 / self.capacity as f64;
            self.border.step(self.tick, probation);
        }
        let before = self.window;
        let share = self.wanted_share();
        if self.capacity != self.divided || share.to_bits() != self.share.to_bits() {
            self.divide(self.capacity, share);
        }
        let main = self.lists.total() - self.lists.weight(WINDOW);
        let lack = self.capacity.saturating_sub(self.window + main);
        self.owed = (self.owed + before).saturating_sub(self.window).min(lack);
    }

    /// While there is room, what the window has too much needs no comparison.
    pub(super) fn overflow(&mut self, newcomer: Slot, tables: &mut Tables<'_>) {
        let ranks = self.ranks();
        if !ranks && !self.has_room() {
            return;
        }
        self.divide(self.lists.total(), self.wanted_share());
        for _ in 0..MOVES {
            if self.lists.weight(WINDOW) <= self.window {
                return;
            }
            let Some(slot) = self.lists.first(WINDOW, Some(newcomer)) else {
                return;
            };
            let weight = tables.weight(slot);
            let used = self.look(slot, tables).is_some();
            if ranks {
                self.rank(slot, weight);
            } else if used {
                self.lists.shift(WINDOW, slot, weight);
            } else {
                self.admit(slot, weight);
            }
        }
    }
}
