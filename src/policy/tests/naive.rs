//! The oracle: every policy in a few lines, by looking at everything each time.

#![forbid(unsafe_code)]

use crate::policy::{PolicyKind, Slot};

#[derive(Debug, Clone, Copy)]
struct Entry {
    slot: Slot,
    /// The number of its insertion.
    order: u64,
    /// The tick of its last use.
    last: u32,
    count: u32,
    deadline: f64,
}

/// Entries, and who of them leaves.
#[derive(Debug, Clone)]
pub(crate) struct Naive {
    kind: PolicyKind,
    entries: Vec<Entry>,
    inserted: u64,
    halved_at: u64,
    /// Where the hand of `sieve` is.
    hand: Option<Slot>,
}

impl Naive {
    pub(crate) fn new(kind: PolicyKind) -> Self {
        Self {
            kind,
            entries: Vec::new(),
            inserted: 0,
            halved_at: 0,
            hand: None,
        }
    }

    /// Whether its choices under this policy are those to be made.
    pub(crate) const fn foresees(kind: PolicyKind) -> bool {
        !matches!(
            kind,
            PolicyKind::S3Fifo | PolicyKind::TinyLfu | PolicyKind::Auto
        )
    }

    pub(crate) fn has(&self, slot: Slot) -> bool {
        self.entries.iter().any(|entry| entry.slot == slot)
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn insert(&mut self, slot: Slot, deadline: f64, tick: u32) {
        if self.entries.is_empty() {
            self.halved_at = tick.into();
        }
        self.inserted += 1;
        self.entries.push(Entry {
            slot,
            order: self.inserted,
            last: tick,
            count: 1,
            deadline,
        });
    }

    pub(crate) fn touch(&mut self, slot: Slot, tick: u32) {
        if let Some(entry) = self.entry(slot) {
            entry.last = tick;
            entry.count += 1;
        }
    }

    pub(crate) fn rerank(&mut self, slot: Slot, deadline: f64) {
        if let Some(entry) = self.entry(slot) {
            entry.deadline = deadline;
        }
    }

    pub(crate) fn remove(&mut self, slot: Slot) {
        if self.hand == Some(slot) {
            self.hand = self.after(slot);
        }
        self.entries.retain(|entry| entry.slot != slot);
    }

    pub(crate) fn advance(&mut self, tick: u32) {
        let period = 10 * self.entries.len().max(1) as u64;
        while self.kind == PolicyKind::Lfu && u64::from(tick) >= self.halved_at + period {
            self.halved_at += period;
            self.entries.iter_mut().for_each(|entry| entry.count /= 2);
        }
    }

    pub(crate) fn victim(&mut self, protect: Option<Slot>) -> Option<Slot> {
        if self.kind == PolicyKind::Sieve {
            return self.under_the_hand(protect);
        }
        let victim = self
            .entries
            .iter()
            .filter(|entry| Some(entry.slot) != protect)
            .min_by(|a, b| {
                let first = match self.kind {
                    PolicyKind::Lru => a.last.cmp(&b.last),
                    PolicyKind::Lfu => a.count.cmp(&b.count),
                    PolicyKind::Ttl => a.deadline.total_cmp(&b.deadline),
                    _ => std::cmp::Ordering::Equal,
                };
                first.then(a.order.cmp(&b.order))
            })?;
        let slot = victim.slot;
        self.remove(slot);
        Some(slot)
    }

    /// The same entries under another policy, in the order in which they would have left;
    /// each counts as used once, at the last ticks up to `tick`.
    pub(crate) fn moved_to(mut self, kind: PolicyKind, tick: u32) -> Self {
        let mut moved = Self::new(kind);
        let entries = self.entries.clone();
        while let Some(slot) = self.victim(None) {
            let deadline = entries
                .iter()
                .find(|entry| entry.slot == slot)
                .map_or(0.0, |entry| entry.deadline);
            moved.insert(
                slot,
                deadline,
                tick.saturating_sub(self.entries.len() as u32),
            );
        }
        moved
    }

    /// The choice of `sieve`: the first from the hand on that was not used since it came by.
    fn under_the_hand(&mut self, protect: Option<Slot>) -> Option<Slot> {
        if self.entries.iter().all(|entry| Some(entry.slot) == protect) {
            return None;
        }
        loop {
            let slot = self.hand.or(self.entries.first().map(|entry| entry.slot))?;
            if Some(slot) == protect || self.entry(slot)?.count > 1 {
                self.hand = self.after(slot);
                if Some(slot) != protect {
                    self.entry(slot)?.count = 1;
                }
            } else {
                self.remove(slot);
                return Some(slot);
            }
        }
    }

    /// The entry that came next after this one.
    fn after(&self, slot: Slot) -> Option<Slot> {
        let mut entries = self.entries.iter().skip_while(|entry| entry.slot != slot);
        entries.nth(1).map(|entry| entry.slot)
    }

    fn entry(&mut self, slot: Slot) -> Option<&mut Entry> {
        self.entries.iter_mut().find(|entry| entry.slot == slot)
    }
}
