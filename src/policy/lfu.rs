//! Least frequently used, with ageing: the entry with the least count leaves first.
//!
//! A count is 1 at insertion and one more with every use, up to [`MOST`]. Of equal counts the
//! one that has been seen with this count for longest leaves.
//!
//! **Laziness.** Each entry is *filed* under a count that it once had, in one of as many rings as
//! there are counts (the frequency lists of Shah, Mitra and Matani, *An O(1) algorithm for
//! implementing the LFU cache eviction scheme*, 2010). The touch word counts its uses since.
//! Counts only grow, so nobody is filed too high: if the first of the lowest ring was not used
//! since, it has the least count of all, and if it was, it is filed anew and the next one is
//! looked at.
//!
//! **Ageing.** Without it yesterday's favourites never leave (Arlitt et al., *Evaluating content
//! management techniques for web proxy caches*, 2000). After every 10 × capacity accesses all
//! counts are halved, rounding down: two rings become one, whatever is in them. `advance(tick)`
//! is called before every insertion and replacement; the capacity is the number of entries at
//! that moment, at least 1; if 10 × capacity × n accesses have gone by since the last halving,
//! n halvings are due, and count as done 10 × capacity × n accesses after it. Uses that have
//! not been looked at by then are not halved; they count in full once they are.
//!
//! Nothing here takes longer where there are more entries. 8 bytes a slot.

#![forbid(unsafe_code)]

use super::rings::Rings;
use super::{Candidate, Favor, Policy, REPAIRS, Slot, Tables, TouchKind, raise};

/// How many accesses for each resident entry make the counts halve.
const PERIOD: u64 = 10;

/// The largest count.
pub(super) const MOST: u32 = 63;

/// Evicts the least used.
#[derive(Debug, Clone)]
pub struct Lfu {
    /// One ring a count.
    rings: Rings,
    /// The bit of each ring that may hold an entry.
    inhabited: u64,
    len: u32,
    halved_at: u32,
    repairs: u32,
}

impl Lfu {
    /// Files an entry under a count, as the latest; answers whether there was memory.
    fn file(&mut self, slot: Slot, count: u32) -> bool {
        self.inhabited |= 1 << count;
        self.rings.push_back(count, slot)
    }

    /// The first of the lowest ring, and its count there.
    fn lowest(&mut self, protect: Option<Slot>) -> Option<(u32, Slot)> {
        let mut rings = self.inhabited;
        while rings != 0 {
            let count = rings.trailing_zeros();
            match self.rings.first_but(count, protect) {
                Some(slot) => return Some((count, slot)),
                None if self.rings.first(count).is_none() => self.inhabited &= !(1 << count),
                None => {}
            }
            rings &= rings - 1;
        }
        None
    }

    /// Halves all counts.
    fn halve(&mut self) {
        let mut halved = 0;
        for count in 0..=MOST {
            if (self.inhabited >> count) & 1 == 1 {
                self.rings.append(count / 2, count);
                halved |= 1 << (count / 2);
            }
        }
        self.inhabited = halved;
    }
}

impl Policy for Lfu {
    const TOUCH: TouchKind = TouchKind::Count;
    const SLOT_BYTES: usize = Rings::SLOT_BYTES;

    fn new(_favor: Favor) -> Self {
        Self {
            rings: Rings::new(MOST + 1),
            inhabited: 0,
            len: 0,
            halved_at: 0,
            repairs: REPAIRS,
        }
    }

    fn insert(&mut self, candidate: &Candidate, tables: &mut Tables<'_>, tick: u32) -> bool {
        if self.len == 0 {
            self.halved_at = tick;
        }
        tables.mark(candidate.slot, 0);
        let is_in = self.file(candidate.slot, 1);
        self.len += u32::from(is_in);
        is_in
    }

    fn update(
        &mut self,
        slot: Slot,
        _weight: u32,
        _deadline: f64,
        tables: &mut Tables<'_>,
        _tick: u32,
    ) {
        raise(tables.touches, slot);
    }

    fn remove(&mut self, slot: Slot, _tables: &mut Tables<'_>) {
        self.len -= u32::from(self.rings.unlink(slot));
    }

    fn victim(&mut self, tables: &mut Tables<'_>, protect: Option<Slot>) -> Option<Slot> {
        let mut best = None;
        for _ in 0..self.repairs {
            let (count, slot) = self.lowest(protect)?;
            let uses = tables.touch(slot);
            if uses == 0 {
                best = Some((count, slot));
                break;
            }
            tables.mark(slot, 0);
            let count = count.saturating_add(uses).min(MOST);
            self.file(slot, count);
            best = best
                .filter(|&(least, _)| least <= count)
                .or(Some((count, slot)));
        }
        let (_, slot) = best?;
        self.rings.unlink(slot);
        self.len -= 1;
        Some(slot)
    }

    fn advance(&mut self, _tables: &mut Tables<'_>, tick: u32) {
        let period = PERIOD * u64::from(self.len.max(1));
        let times = u64::from(tick.wrapping_sub(self.halved_at)) / period;
        // At most the accesses since the last halving, which are a u32.
        self.halved_at = self.halved_at.wrapping_add((times * period) as u32);
        // After so many all counts are 0.
        (0..times.min(u64::from(MOST.ilog2()) + 1)).for_each(|_| self.halve());
    }

    fn limit_repairs(&mut self, repairs: u32) {
        self.repairs = repairs;
    }

    fn rebase(&mut self, _tables: &mut Tables<'_>, by: u32) {
        self.halved_at = self.halved_at.wrapping_sub(by);
    }

    fn len(&self) -> u32 {
        self.len
    }

    fn validate(&self) -> Result<(), String> {
        let hidden = (0..=MOST)
            .find(|&count| self.rings.first(count).is_some() && (self.inhabited >> count) & 1 == 0);
        if let Some(count) = hidden {
            return Err(format!(
                "lfu: the ring of count {count} is not known to hold entries"
            ));
        }
        match self.rings.validate()? {
            linked if linked == self.len => Ok(()),
            linked => Err(format!(
                "lfu: {linked} slots in the rings, {} counted",
                self.len
            )),
        }
    }
}
