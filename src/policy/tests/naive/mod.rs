//! The oracle: every policy in a few lines, by looking at everything each time.

#![forbid(unsafe_code)]

mod queues;

use crate::policy::climber::Climber;
use crate::policy::ghost::Ghost;
use crate::policy::lfu;
use crate::policy::sketch::Sketch;
use crate::policy::{Candidate, PolicyKind, Slot};

#[derive(Debug, Clone, Copy)]
struct Entry {
    slot: Slot,
    key: u32,
    weight: u32,
    deadline: f64,
    /// The tick of its last use.
    last: u32,
    /// Its uses since the policy last looked at it.
    uses: u32,
    /// `lfu`: the count under which it is filed. Others: the queue that it is in.
    filed: u32,
}

/// Entries, and who of them leaves.
#[derive(Debug, Clone)]
pub(crate) struct Naive {
    kind: PolicyKind,
    /// In the order in which they came, or were last moved.
    entries: Vec<Entry>,
    halved_at: u64,
    /// Where the hand of `sieve` is.
    hand: Option<Slot>,
    ghost: Ghost,
    sketch: Sketch,
    climber: Climber,
}

impl Naive {
    pub(crate) fn new(kind: PolicyKind) -> Self {
        Self {
            kind,
            entries: Vec::new(),
            halved_at: 0,
            hand: None,
            ghost: Ghost::default(),
            sketch: Sketch::new(),
            climber: Climber::new(),
        }
    }

    /// Whether it knows who leaves under this policy.
    pub(crate) const fn knows(kind: PolicyKind) -> bool {
        // `auto` has tests of its own.
        !matches!(kind, PolicyKind::Auto)
    }

    /// Whether it knows who leaves under this policy without knowing keys.
    pub(crate) const fn foresees(kind: PolicyKind) -> bool {
        Self::knows(kind) && !matches!(kind, PolicyKind::S3Fifo | PolicyKind::TinyLfu)
    }

    pub(crate) fn has(&self, slot: Slot) -> bool {
        self.entries.iter().any(|entry| entry.slot == slot)
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(crate) fn insert(&mut self, candidate: &Candidate, tick: u32) {
        if self.entries.is_empty() {
            self.halved_at = tick.into();
        }
        let key = candidate.fingerprint & !3;
        let filed = self.queue_for(key);
        self.entries.push(Entry {
            slot: candidate.slot,
            key,
            weight: candidate.weight,
            deadline: candidate.deadline,
            last: tick,
            uses: 0,
            filed,
        });
    }

    pub(crate) fn touch(&mut self, slot: Slot, tick: u32) {
        if let Some(entry) = self.entry(slot) {
            entry.last = tick;
            entry.uses += 1;
        }
    }

    pub(crate) fn reweigh(&mut self, slot: Slot, weight: u32) {
        if let Some(entry) = self.entry(slot) {
            entry.weight = weight;
        }
    }

    /// To `ttl` another deadline is another insertion.
    pub(crate) fn rerank(&mut self, slot: Slot, deadline: f64) {
        let Some(at) = self.entries.iter().position(|entry| entry.slot == slot) else {
            return;
        };
        if self.kind == PolicyKind::Ttl && self.entries[at].deadline != deadline {
            let entry = self.entries.remove(at);
            self.entries.push(entry);
        }
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

    /// `lfu` ages.
    pub(crate) fn advance(&mut self, tick: u32) {
        let period = 10 * self.entries.len().max(1) as u64;
        while u64::from(tick) >= self.halved_at + period {
            self.halved_at += period;
            if self.kind == PolicyKind::Lfu {
                self.entries.sort_by_key(|entry| entry.filed);
                self.entries.iter_mut().for_each(|entry| entry.filed /= 2);
            }
        }
    }

    pub(crate) fn victim(&mut self, protect: Option<Slot>) -> Option<Slot> {
        let slot = match self.kind {
            PolicyKind::Lru => self.least(protect, |a, b| a.last.cmp(&b.last)),
            PolicyKind::Lfu => self.least_used(protect),
            PolicyKind::Fifo | PolicyKind::Auto => {
                self.least(protect, |_, _| std::cmp::Ordering::Equal)
            }
            PolicyKind::Ttl => self.least(protect, |a, b| a.deadline.total_cmp(&b.deadline)),
            PolicyKind::Sieve => self.under_the_hand(protect),
            PolicyKind::S3Fifo => self.of_two_queues(protect),
            PolicyKind::TinyLfu => self.of_three_queues(protect),
        }?;
        self.remove(slot);
        Some(slot)
    }

    /// The same entries under another policy, in the order in which they would have left;
    /// each counts as used once, at the last ticks up to `tick`.
    pub(crate) fn moved_to(mut self, kind: PolicyKind, tick: u32) -> Self {
        let mut moved = Self::new(kind);
        let entries = self.entries.clone();
        while let Some(slot) = self.victim(None) {
            let entry = entries.iter().find(|entry| entry.slot == slot);
            let deadline = entry.map_or(0.0, |entry| entry.deadline);
            let candidate = Candidate {
                deadline,
                ..super::entry(slot)
            };
            moved.insert(&candidate, tick.saturating_sub(self.entries.len() as u32));
        }
        moved
    }

    /// The least of all; of equal ones the first.
    fn least(
        &self,
        protect: Option<Slot>,
        order: impl Fn(&Entry, &Entry) -> std::cmp::Ordering,
    ) -> Option<Slot> {
        let others = self
            .entries
            .iter()
            .filter(|entry| Some(entry.slot) != protect);
        others.min_by(|a, b| order(a, b)).map(|entry| entry.slot)
    }

    /// The choice of `lfu`: the least count. Who is found to have been used meanwhile is filed
    /// again, as the last.
    fn least_used(&mut self, protect: Option<Slot>) -> Option<Slot> {
        loop {
            let slot = self.least(protect, |a, b| a.filed.cmp(&b.filed))?;
            if !self.was_used(slot) {
                return Some(slot);
            }
        }
    }

    /// Files an entry that was used under its count, as the last; answers whether it was.
    fn was_used(&mut self, slot: Slot) -> bool {
        let Some(at) = self.entries.iter().position(|entry| entry.slot == slot) else {
            return false;
        };
        let used = self.entries[at].uses > 0;
        if used {
            let entry = self.entries.remove(at);
            let filed = (entry.filed + entry.uses).min(lfu::MOST);
            self.entries.push(Entry {
                uses: 0,
                filed,
                ..entry
            });
        }
        used
    }

    /// The choice of `sieve`: the first from the hand on that was not used since it came by.
    fn under_the_hand(&mut self, protect: Option<Slot>) -> Option<Slot> {
        if self.entries.iter().all(|entry| Some(entry.slot) == protect) {
            return None;
        }
        loop {
            let slot = self.hand.or(self.entries.first().map(|entry| entry.slot))?;
            if Some(slot) != protect {
                let entry = self.entry(slot)?;
                if std::mem::take(&mut entry.uses) == 0 {
                    return Some(slot);
                }
            }
            self.hand = self.after(slot);
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
