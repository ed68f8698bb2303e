//! Who leaves where all weigh alike: the window's oldest or the one of the main part whose turn it is.

#![forbid(unsafe_code)]

use super::ghosts::{self, Side};
use super::lists::{PROBATION, PROTECTED, WINDOW};
use super::{Auto, MOVES, Slot, Tables, mix};

/// A resident that has won so many comparisons in a row is not compared the next time.
const WINS: u32 = 48;

/// A newcomer used more often than this comes in by chance, once in [`CHANCE`] times.
const OFTEN: u32 = 5;
const CHANCE: u32 = 128;

impl Auto {
    /// The window's oldest, if it has to leave the window.
    fn candidate(&mut self, tables: &mut Tables<'_>, protect: Option<Slot>) -> Option<Slot> {
        let side = Side::Window as usize;
        let length = self.lists.weight(WINDOW);
        self.clocks[side].mark(self.tick, length);
        let mut moves = MOVES;
        for _ in 0..self.looks {
            let held = self.lists.weight(WINDOW);
            if held + self.freed < self.window {
                return None;
            }
            let slot = self.lists.first(WINDOW, protect)?;
            let weight = tables.weight(slot);
            let used = self.look(slot, tables);
            self.clocks[side].pass(weight);
            if let Some(tick) = used {
                if self.clocks[side].was_late(tick) {
                    self.border.kept(Side::Window, self.value(weight));
                }
                self.lists.shift(WINDOW, slot, weight);
            } else if moves > 0
                && self.owed >= u64::from(weight)
                && held - u64::from(weight) >= self.window
            {
                moves -= 1;
                self.owed -= u64::from(weight);
                self.admit(slot, weight);
            } else {
                return Some(slot);
            }
        }
        self.lists.first(WINDOW, protect)
    }

    /// The entry of the main part that is to leave first.
    pub(super) fn resident(
        &mut self,
        tables: &mut Tables<'_>,
        protect: Option<Slot>,
    ) -> Option<Slot> {
        let side = Side::Main as usize;
        let length = self.lists.weight(PROBATION);
        self.clocks[side].mark(self.tick, length);
        let mut looks = self.looks;
        while let Some(slot) = self.lists.first(PROBATION, protect) {
            if looks == 0 {
                return Some(slot);
            }
            let Some(tick) = self.look(slot, tables) else {
                return Some(slot);
            };
            looks -= 1;
            let weight = tables.weight(slot);
            if self.clocks[side].was_late(tick) {
                self.border.kept(Side::Main, self.value(weight));
            }
            self.lists.shift(PROTECTED, slot, weight);
            self.clocks[side].pass(weight);
            self.demote(&mut looks, tables);
        }
        self.lists.first(PROTECTED, protect)
    }

    /// Moves to probation what is protected beyond measure, as far as looks are left.
    fn demote(&mut self, looks: &mut u32, tables: &mut Tables<'_>) {
        while *looks > 0 && self.lists.weight(PROTECTED) > self.protected {
            let Some(slot) = self.lists.first(PROTECTED, None) else {
                return;
            };
            let weight = tables.weight(slot);
            let used = self.look(slot, tables).is_some();
            *looks -= 1;
            self.lists
                .shift(if used { PROTECTED } else { PROBATION }, slot, weight);
        }
    }

    /// How much more than one use a newcomer must be ahead by: by one more, as the miss that
    /// brought it is no merit; but not if bytes count and weights differ much.
    fn edge(&self) -> u32 {
        u32::from(!self.spread.is_wide())
    }

    /// Whether the newcomer is used so much more than the resident that it stays.
    fn admits(&mut self, newcomer: Slot, resident: Slot) -> bool {
        let [new, old] =
            [newcomer, resident].map(|slot| self.sketch.estimate(mix(self.lists.key(slot))));
        // A linear congruential generator (Numerical Recipes); its upper bits are the good ones.
        self.random = self
            .random
            .wrapping_mul(1_664_525)
            .wrapping_add(1_013_904_223);
        new > old + self.edge() || new > OFTEN && self.random < u32::MAX / CHANCE
    }

    /// A resident has won a comparison.
    fn won(&mut self, resident: Slot, weight: u32) {
        self.wins += 1;
        if self.wins >= WINS && self.lists.list_of(resident) == Some(PROBATION) {
            self.wins = 0;
            self.lists.shift(PROBATION, resident, weight);
        }
    }

    /// Of the window's oldest and the main part's first the one that leaves.
    pub(super) fn compare(
        &mut self,
        tables: &mut Tables<'_>,
        protect: Option<Slot>,
    ) -> Option<Slot> {
        let newcomer = self.candidate(tables, protect);
        let resident = self.resident(tables, protect);
        let (slot, side) = match (newcomer, resident) {
            (Some(newcomer), Some(resident)) if self.admits(newcomer, resident) => {
                self.wins = 0;
                self.admit(newcomer, tables.weight(newcomer));
                (resident, Side::Main)
            }
            (Some(newcomer), Some(resident)) => {
                self.won(resident, tables.weight(resident));
                (newcomer, Side::Window)
            }
            (Some(newcomer), None) => (newcomer, Side::Window),
            (None, Some(resident)) => (resident, Side::Main),
            (None, None) => (self.lists.first(WINDOW, protect)?, Side::Window),
        };
        let hash = mix(self.lists.key(slot));
        if ghosts::sample(self.lists.len()).has(hash) {
            let time = self.time(side);
            self.ghosts.leave(hash, side, time);
        }
        Some(slot)
    }
}
