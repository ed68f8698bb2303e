//! A hierarchical timing wheel: which entries have expired, without looking at the others.
//!
//! Time is cut into ticks of [`RESOLUTION`] ms. An entry waits in a bucket: on the lowest
//! of eight levels if its tick differs from the present one in the last base-64 digit only,
//! else on the level of the first digit that differs. When the present reaches a bucket of
//! a higher level, its entries move down; what is on the lowest level expires when its tick
//! is over (Varghese and Lauck, *Hashed and hierarchical timing wheels*, 1987). A bitmap a
//! level tells which buckets are taken, so time may jump by years in a few steps.
//!
//! No slot is given out before its deadline, and every slot is within one tick after it,
//! unless the work of a call is limited: then the next call goes on. What is scheduled for a
//! tick that is over waits in a bucket of its own and expires at once. Eight levels reach 140,000 years; what lies beyond
//! never expires, nor does an infinite deadline, which is never scheduled. Time begins at 0:
//! what is before that counts as 0.
//!
//! 8 bytes a slot from the first schedule on, nothing before, and 4 KB for the buckets.

#![forbid(unsafe_code)]

use crate::policy::Slot;
use crate::policy::chunks::OutOfMemory;
use crate::policy::rings::Rings;

/// The length of a tick in ms, and how late an expiry is noticed at most. A power of two, so
/// that the tick of a deadline is exact.
pub const RESOLUTION: f64 = 16.0;

/// The bytes of one slot: two links.
pub(super) const SLOT_BYTES: usize = 2 * size_of::<u32>();

const LEVELS: u32 = 8;
const DIGIT: u32 = 6;
const BUCKETS: u32 = 1 << DIGIT;
/// The bucket of what is over already: the only one of a level above all.
const OVER: u32 = LEVELS * BUCKETS;
/// The last tick: what is later never comes.
const LAST: u64 = (1 << (DIGIT * LEVELS)) - 1;

/// The wheel.
#[derive(Debug, Clone)]
pub(super) struct Wheel {
    /// One ring a bucket, level by level; empty until something is scheduled.
    rings: Option<Rings>,
    /// Which buckets of a level are taken.
    taken: [u64; LEVELS as usize + 1],
    /// The present tick. All earlier ones are over.
    present: u64,
    len: u32,
}

impl Default for Wheel {
    fn default() -> Self {
        Self::new()
    }
}

/// The tick in which a time lies; negative times lie in the first.
const fn tick(time: f64) -> u64 {
    let tick = (time / RESOLUTION) as u64; // `as` rounds toward zero, saturates, and makes 0 of NaN.
    if tick < LAST { tick } else { LAST }
}

impl Wheel {
    /// An empty wheel.
    pub(super) const fn new() -> Self {
        Self {
            rings: None,
            taken: [0; LEVELS as usize + 1],
            present: 0,
            len: 0,
        }
    }

    /// Takes memory for a slot, so that [`schedule`](Self::schedule) needs none.
    ///
    /// # Errors
    /// [`OutOfMemory`]
    pub(super) fn reserve(&mut self, slot: Slot, deadline: f64) -> Result<(), OutOfMemory> {
        if deadline < f64::INFINITY {
            let rings = self.rings.get_or_insert_with(|| Rings::new(OVER + 1));
            rings.reserve(slot)?;
        }
        Ok(())
    }

    /// Schedules `slot` to expire at `deadline`, whatever it was scheduled for before.
    pub(super) fn schedule(&mut self, slot: Slot, deadline: f64) {
        self.cancel(slot);
        if deadline < f64::INFINITY {
            self.file(slot, deadline);
        }
    }

    /// Takes `slot` out; answers whether it was scheduled.
    #[inline]
    pub(super) fn cancel(&mut self, slot: Slot) -> bool {
        self.rings.is_some() && self.unlink(slot)
    }

    fn unlink(&mut self, slot: Slot) -> bool {
        let Some(rings) = &mut self.rings else {
            return false;
        };
        if let Some(bucket) = rings.alone_in(slot) {
            self.taken[(bucket / BUCKETS) as usize] &= !(1 << (bucket % BUCKETS));
        }
        let there = rings.unlink(slot);
        self.len -= u32::from(there);
        there
    }

    /// The next slot whose deadline is over at `now`, taken out of the wheel.
    ///
    /// `deadline` gives the deadline of every scheduled slot. `work` is lowered by one for
    /// every slot that is given out or moves down; at 0 the answer is `None`, and the next
    /// call goes on from there. Time that goes backwards stands still.
    pub(super) fn expire(
        &mut self,
        now: f64,
        deadline: impl Fn(Slot) -> Option<f64>,
        work: &mut u32,
    ) -> Option<Slot> {
        let target = tick(now);
        if self.len == 0 {
            self.present = self.present.max(target);
            return None;
        }
        while *work > 0 && self.is_due(target) {
            let next = self.next_bucket().filter(|&(start, bucket)| match bucket {
                OVER => true,
                // On the lowest level the tick must be over.
                0..BUCKETS => start < target,
                _ => start <= target,
            });
            let Some((start, bucket)) = next else {
                self.present = self.present.max(target);
                break;
            };
            self.present = start;
            let slot = self.rings.as_ref()?.first(bucket)?;
            self.cancel(slot);
            *work -= 1;
            if bucket < BUCKETS || bucket == OVER {
                return Some(slot);
            }
            self.file(slot, deadline(slot).unwrap_or(f64::INFINITY));
        }
        None
    }

    /// When the wheel has something to do next, in ms: a timer set for then is never late
    /// by more than a tick, and is sometimes early. `Infinity` if nothing is to expire.
    /// At a time that is not before it, [`expire`](Self::expire) always does some work.
    pub(super) fn next_time(&self) -> f64 {
        match self.next_bucket() {
            Some((start, bucket)) if start < LAST => {
                (start + u64::from(bucket < BUCKETS)) as f64 * RESOLUTION
            }
            _ => f64::INFINITY,
        }
    }

    /// How many slots are scheduled.
    pub(super) const fn len(&self) -> u32 {
        self.len
    }

    /// Takes everything out and gives the memory back; the present stays.
    pub(super) fn clear(&mut self) {
        *self = Self {
            present: self.present,
            ..Self::new()
        };
    }

    /// Checks the structure. For tests.
    ///
    /// # Errors
    /// Says what is wrong.
    pub(super) fn validate(&self, deadline: impl Fn(Slot) -> Option<f64>) -> Result<(), String> {
        let Some(rings) = &self.rings else {
            return Ok(());
        };
        let mut filed = 0;
        for bucket in 0..=OVER {
            let mut slots =
                std::iter::successors(rings.first(bucket), |&slot| rings.after(slot)).peekable();
            let marked = self.taken[(bucket / BUCKETS) as usize] >> (bucket % BUCKETS) & 1 == 1;
            if slots.peek().is_some() != marked {
                return Err(format!("wheel: the mark of bucket {bucket} is wrong"));
            }
            for slot in slots {
                filed += 1;
                let deadline = deadline(slot).unwrap_or(f64::NAN);
                let right = self.bucket(tick(deadline));
                // A bucket of the present's own digit is one that is being moved down.
                let moving =
                    (BUCKETS..OVER).contains(&bucket) && bucket == self.own(bucket / BUCKETS);
                if deadline.is_nan() || (right != bucket && !moving) {
                    return Err(format!(
                        "wheel: slot {slot} is in bucket {bucket}, not {right}"
                    ));
                }
            }
        }
        match rings.validate()? {
            linked if linked == filed && filed == self.len => Ok(()),
            linked => Err(format!(
                "wheel: {linked} slots linked, {filed} in buckets, {} counted",
                self.len
            )),
        }
    }

    fn file(&mut self, slot: Slot, deadline: f64) {
        self.len += 1;
        let bucket = self.bucket(tick(deadline));
        self.taken[(bucket / BUCKETS) as usize] |= 1 << (bucket % BUCKETS);
        self.rings
            .get_or_insert_with(|| Rings::new(OVER + 1))
            .push_back(bucket, slot);
    }

    /// The bucket for a tick, seen from the present.
    fn bucket(&self, tick: u64) -> u32 {
        if tick < self.present {
            return OVER;
        }
        let differs = tick ^ self.present;
        let level = (63 - (differs | 1).leading_zeros()) / DIGIT;
        level * BUCKETS + digit(tick, level)
    }

    /// Whether there may be something to do until `target`. Where the present is the first tick
    /// of a bucket of a higher level, some of that bucket may still have to move down.
    const fn is_due(&self, target: u64) -> bool {
        self.present < target
            || self.taken[LEVELS as usize] != 0
            || self.present.is_multiple_of(BUCKETS as u64)
    }

    /// The bucket of a level in which the present lies.
    fn own(&self, level: u32) -> u32 {
        level * BUCKETS + digit(self.present, level)
    }

    /// The taken bucket that comes first, and the tick at which it begins.
    fn next_bucket(&self) -> Option<(u64, u32)> {
        if self.taken[LEVELS as usize] != 0 {
            return Some((self.present, OVER));
        }
        let mut first: Option<(u64, u32)> = None;
        for level in (0..LEVELS).rev() {
            let own = digit(self.present, level);
            let later = self.taken[level as usize] & (u64::MAX << own);
            if later == 0 {
                continue;
            }
            let index = later.trailing_zeros();
            let above = self.present >> (DIGIT * level) >> DIGIT << DIGIT;
            let start = (above | u64::from(index)) << (DIGIT * level);
            // Of two that begin together the higher level goes first: it may hold more for the lower.
            if first.is_none_or(|(earliest, _)| start < earliest) {
                first = Some((start, level * BUCKETS + index));
            }
        }
        first
    }
}

const fn digit(tick: u64, level: u32) -> u32 {
    (tick >> (DIGIT * level)) as u32 % BUCKETS
}
