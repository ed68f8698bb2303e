//! Who leaves where weights differ much: the entry that is worth least for its weight.

#![forbid(unsafe_code)]

use super::lists::{PROBATION, PROTECTED, RANKED};
use super::{Auto, MOVES, Slot, Tables, mix, worth};

impl Auto {
    /// Puts an entry where it belongs by its worth.
    pub(super) fn rank(&mut self, slot: Slot, weight: u32) {
        let uses = self.sketch.estimate(mix(self.lists.key(slot)));
        self.lists.rank(worth::class(weight, uses), slot, weight);
    }

    /// Moves a few entries over to the kind of lists that is wanted now.
    pub(super) fn convert(&mut self, tables: &mut Tables<'_>, protect: Option<Slot>) {
        let ranks = self.ranks();
        for _ in 0..MOVES {
            let slot = if ranks {
                self.lists
                    .first(PROBATION, protect)
                    .or_else(|| self.lists.first(PROTECTED, protect))
            } else if self.lists.weight(RANKED) > 0 {
                self.least(tables, protect).map(|(slot, _)| slot)
            } else {
                None
            };
            let Some(slot) = slot else { return };
            let weight = tables.weight(slot);
            if ranks {
                self.look(slot, tables);
                self.rank(slot, weight);
            } else {
                self.admit(slot, weight);
            }
        }
    }

    /// The ranked entry that is worth least, and its class.
    pub(super) fn least(
        &mut self,
        tables: &mut Tables<'_>,
        protect: Option<Slot>,
    ) -> Option<(Slot, u32)> {
        self.lists.tidy();
        for look in 0..=self.looks {
            let rest = |(class, slot): (u32, Slot)| self.wear.rest(class, self.age(slot, tables));
            let (class, slot) = self
                .lists
                .ranked(protect)
                .min_by(|&a, &b| rest(a).total_cmp(&rest(b)))?;
            if look == self.looks || self.look(slot, tables).is_none() {
                return Some((slot, class));
            }
            self.rank(slot, tables.weight(slot));
        }
        None
    }
}
