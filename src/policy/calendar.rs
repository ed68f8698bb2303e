//! A queue of filed numbers, each a tick above and a slot below, of which the least comes first.
//!
//! What is near lies in a heap, which stays as small as a processor's nearest memory; what is
//! farther lies in *days*, each of so many ticks, in no order. When the heap has nothing that is
//! before the next day, that day is opened: who it holds is asked where it belongs by now, which
//! for most is a later day, and the rest goes to the heap (Brown, *Calendar queues: a fast O(1)
//! priority queue implementation for the simulation event set problem*, 1988). So a number is
//! moved twice on its way rather than once for each level of a large heap, and the entries of a
//! day are looked at side by side, where a heap waits for one after the other.
//!
//! While there are few, all are in the heap. As ticks are unique, a day has no more numbers than
//! ticks, but for the last, which takes what is beyond all days.
//!
//! 8 bytes a number, and as much in reserve at the most; 12 a day, if there are days.

#![forbid(unsafe_code)]

use super::chunks::OutOfMemory;
use super::min_heap::MinHeap;

/// The ticks of a day, as a power of two.
const DAY_BITS: u32 = 12;
const DAY: i64 = 1 << DAY_BITS;
/// The most days.
const DAYS: usize = 512;
/// So many numbers need no days.
const FEW: usize = 1024;

/// The queue.
#[derive(Debug, Clone, Default)]
pub(super) struct Calendar {
    near: MinHeap,
    /// Those of the day that is being opened, which belong anywhere.
    opening: Vec<u64>,
    /// A ring, of which the first is at `first`; empty where no days are used.
    days: Vec<Vec<u64>>,
    first: usize,
    /// How many are in days.
    far: usize,
    /// The first tick of the first day, where there are days.
    dawn: Option<i64>,
}

const fn tick(number: u64) -> i64 {
    (number >> 32) as i64
}

impl Calendar {
    pub(super) fn len(&self) -> usize {
        self.near.len() + self.opening.len() + self.far
    }

    /// Adds a number.
    ///
    /// # Errors
    /// [`OutOfMemory`]
    pub(super) fn push(&mut self, number: u64) -> Result<(), OutOfMemory> {
        let Some(dawn) = self.dawn else {
            if self.near.len() >= FEW {
                self.days.try_reserve(DAYS).map_err(|_| OutOfMemory)?;
                self.days.resize(DAYS, Vec::new());
                self.dawn = Some(tick(number) + 1);
            }
            return self.near.push(number);
        };
        if tick(number) < dawn {
            return self.near.push(number);
        }
        let day = ((tick(number) - dawn) >> DAY_BITS) as usize;
        let numbers = &mut self.days[(self.first + day.min(DAYS - 1)) % DAYS];
        numbers.try_reserve(1).map_err(|_| OutOfMemory)?;
        numbers.push(number);
        self.far += 1;
        Ok(())
    }

    /// Sees to it that the least number, if it is before `until`, is the one that
    /// [`peek`](Self::peek) answers; answers whether it is. `now` tells what a number is by now, not
    /// less than it was, if it is to stay. As many are asked about as `steps` allow.
    pub(super) fn open(
        &mut self,
        until: u64,
        steps: &mut u32,
        mut now: impl FnMut(u64) -> Option<u64>,
    ) -> bool {
        loop {
            while let Some(&number) = self.opening.last() {
                if *steps == 0 {
                    return false;
                }
                *steps -= 1;
                if let Some(number) = now(number)
                    && self.push(number).is_err()
                {
                    return false;
                }
                self.opening.pop();
            }
            if self.far == 0 {
                if self.near.len() < FEW {
                    (self.days, self.dawn) = (Vec::new(), None);
                }
                return true;
            }
            let reached = self.near.peek().unwrap_or(u64::MAX).min(until);
            let Some(dawn) = self.dawn.filter(|&dawn| tick(reached) >= dawn) else {
                return true;
            };
            self.opening = std::mem::take(&mut self.days[self.first]);
            self.first = (self.first + 1) % DAYS;
            self.far -= self.opening.len();
            self.dawn = Some(dawn + DAY);
        }
    }

    /// The least number, once it was made sure of.
    #[inline]
    pub(super) fn peek(&self) -> Option<u64> {
        self.near.peek()
    }

    /// Takes out what [`peek`](Self::peek) answers.
    pub(super) fn pop(&mut self) -> Option<u64> {
        self.near.pop()
    }

    /// Changes every number, in O(n): none to less than it was, less `by` ticks.
    pub(super) fn change_all(&mut self, by: u32, change: impl Fn(u64) -> u64) {
        self.dawn = self.dawn.map(|dawn| dawn - i64::from(by));
        self.near.change_all(&change);
        let far = self.days.iter_mut().flatten();
        far.chain(&mut self.opening)
            .for_each(|number| *number = change(*number));
    }

    /// All numbers, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        let far = self.days.iter().flatten().chain(&self.opening);
        self.near.iter().chain(far.copied())
    }

    /// Checks the order.
    pub(super) fn validate(&self) -> Result<(), String> {
        let first = self.dawn.unwrap_or(i64::MAX);
        let dawns = (0..).map(|day| first.saturating_add(day * DAY));
        let (later, earlier) = self.days.split_at(self.first.min(self.days.len()));
        for (dawn, numbers) in dawns.zip(earlier.iter().chain(later)) {
            if numbers.iter().any(|&number| tick(number) < dawn) {
                return Err(format!("calendar: the day of {dawn} has earlier numbers"));
            }
        }
        let far: usize = self.days.iter().map(Vec::len).sum();
        if far != self.far {
            return Err(format!("calendar: {far} are in days, {} counted", self.far));
        }
        self.near.validate()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn filed(tick: u64) -> u64 {
        (tick << 32) | (tick % 1_000)
    }

    /// All numbers, each taken out when it is the least.
    fn drain(calendar: &mut Calendar) -> Vec<u64> {
        std::iter::from_fn(|| {
            assert!(calendar.open(u64::MAX, &mut u32::MAX.clone(), Some));
            assert_eq!(calendar.validate(), Ok(()));
            calendar.pop()
        })
        .collect()
    }

    /// So many numbers: first those that come first, and who begins the days, then all others in
    /// no order.
    fn many(count: u64, apart: u64) -> Vec<u64> {
        let few = FEW as u64;
        let rest = (0..count - few).map(|at| few + at * 7_919 % (count - few));
        (0..few).chain(rest).map(|at| filed(at * apart)).collect()
    }

    fn calendar(numbers: &[u64]) -> Calendar {
        let mut calendar = Calendar::default();
        for &number in numbers {
            assert_eq!(calendar.push(number), Ok(()));
        }
        assert_eq!(
            (calendar.len(), calendar.validate()),
            (numbers.len(), Ok(()))
        );
        calendar
    }

    #[test]
    fn numbers_come_out_in_order_however_far_apart_they_are() {
        for apart in [1, 50, 5_000] {
            let mut numbers = many(10_007, apart);
            let mut calendar = calendar(&numbers);
            assert!(!calendar.days.is_empty(), "{apart}");
            numbers.sort_unstable();
            assert_eq!(drain(&mut calendar), numbers, "{apart}");
            assert!(calendar.days.is_empty() && calendar.len() == 0);
        }
    }

    #[test]
    fn who_has_moved_on_or_is_gone_is_noticed_when_his_day_comes() {
        const MOVED: u64 = 5_000;
        let numbers = many(10_007, 20);
        let mut calendar = calendar(&numbers);
        let now = |number: u64| match number >> 32 {
            _ if number & 0xFFFF_FFFF == MOVED => Some(number),
            tick if tick % 3 == 0 => None,
            tick if tick % 7 == 1 => Some((tick + 300_000) << 32 | MOVED),
            _ => Some(number),
        };
        let out: Vec<u64> = std::iter::from_fn(|| {
            assert!(calendar.open(u64::MAX, &mut u32::MAX.clone(), now));
            calendar.pop()
        })
        .collect();
        // Nobody asks about who is in the heap.
        let (near, far) = numbers.split_at(FEW + 1);
        let far = far.iter().copied().filter_map(now);
        let mut expected: Vec<u64> = near.iter().copied().chain(far).collect();
        expected.sort_unstable();
        assert_eq!(out, expected);
    }

    #[test]
    fn a_day_is_opened_step_by_step() {
        let mut calendar = calendar(&many(10_007, 1));
        (0..=FEW).for_each(|_| assert!(calendar.pop().is_some()));
        let mut opened = 0;
        while !calendar.open(u64::MAX, &mut 100, Some) {
            opened += 1;
            assert_eq!(
                (calendar.len(), calendar.validate()),
                (10_006 - FEW, Ok(()))
            );
        }
        assert!(opened > 0);
        assert!(drain(&mut calendar).is_sorted());
    }

    #[test]
    fn no_day_is_opened_that_nobody_waits_for() {
        let mut calendar = calendar(&many(10_007, 1));
        (0..=FEW).for_each(|_| assert!(calendar.pop().is_some()));
        let dawn = calendar.dawn.map_or(0, |dawn| dawn as u64);
        assert!(calendar.open((dawn - 1) << 32, &mut 0, Some));
        assert!(!calendar.open(dawn << 32, &mut 0, Some));
    }

    #[test]
    fn all_numbers_change_at_once() {
        let mut numbers = many(10_007, 50);
        let mut calendar = calendar(&numbers);
        const BY: u32 = 200_000;
        let lower = |number: u64| {
            ((number >> 32).saturating_sub(u64::from(BY)) << 32) | (number & 0xFFFF_FFFF)
        };
        calendar.change_all(BY, lower);
        assert_eq!(calendar.validate(), Ok(()));
        numbers
            .iter_mut()
            .for_each(|number| *number = lower(*number));
        numbers.sort_unstable();
        assert_eq!(drain(&mut calendar), numbers);
    }
}
