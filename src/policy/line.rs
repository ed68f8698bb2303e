//! A line: numbers come in at its end and leave at its front. It lies in pieces that never
//! move, and what was left behind is given back.
//!
//! 8 bytes a number.

#![forbid(unsafe_code)]

use std::collections::VecDeque;

use super::chunks::OutOfMemory;

/// The length of a piece.
const LENGTH: usize = 128;

type Piece = Vec<u64>;

/// The line.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    /// The piece that is left, from `gone` on.
    front: Piece,
    gone: usize,
    /// Full pieces.
    middle: VecDeque<Piece>,
    /// The piece that is filled.
    back: Piece,
    /// The number that came last.
    last: u64,
}

impl Line {
    pub(super) fn len(&self) -> usize {
        self.front.len() - self.gone + self.middle.len() * LENGTH + self.back.len()
    }

    /// The first number.
    #[inline]
    pub(super) fn first(&self) -> Option<u64> {
        // Unless the whole line is empty there is something in the front piece.
        self.front.get(self.gone).copied()
    }

    /// The last number.
    #[inline]
    pub(super) fn last(&self) -> Option<u64> {
        self.first().map(|_| self.last)
    }

    /// Adds a number at the end.
    ///
    /// # Errors
    /// [`OutOfMemory`]
    #[inline]
    pub(super) fn push(&mut self, number: u64) -> Result<(), OutOfMemory> {
        if self.back.len() == self.back.capacity().min(LENGTH) {
            self.grow()?;
        }
        self.back.push(number);
        self.last = number;
        if self.gone == self.front.len() {
            self.advance();
        }
        Ok(())
    }

    /// Takes the first number out.
    #[inline]
    pub(super) fn pop(&mut self) -> Option<u64> {
        let first = self.first()?;
        self.gone += 1;
        if self.gone == self.front.len() {
            self.advance();
        }
        Some(first)
    }

    /// Changes every number, in O(n).
    pub(super) fn change_all(&mut self, change: impl Fn(u64) -> u64) {
        let pieces = std::iter::once(&mut self.front).chain(&mut self.middle);
        let numbers = pieces.chain([&mut self.back]).flatten();
        numbers.for_each(|number| *number = change(*number));
        self.last = change(self.last);
    }

    /// All numbers in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        let front = self.front.iter().skip(self.gone);
        front
            .chain(self.middle.iter().flatten())
            .chain(&self.back)
            .copied()
    }

    /// Goes on with the next piece at the front.
    fn advance(&mut self) {
        self.gone = 0;
        self.front.clear();
        match self.middle.pop_front() {
            Some(next) => self.front = next,
            None => std::mem::swap(&mut self.front, &mut self.back),
        }
    }

    /// Makes room at the end. A short line has a short piece.
    fn grow(&mut self) -> Result<(), OutOfMemory> {
        let length = self.back.len();
        if length < LENGTH {
            let more = length.max(LENGTH / 8).min(LENGTH - length);
            return self.back.try_reserve_exact(more).map_err(|_| OutOfMemory);
        }
        let mut piece = Piece::new();
        piece.try_reserve_exact(LENGTH).map_err(|_| OutOfMemory)?;
        self.middle.try_reserve(1).map_err(|_| OutOfMemory)?;
        self.middle
            .push_back(std::mem::replace(&mut self.back, piece));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_leave_in_the_order_in_which_they_came() {
        let mut line = Line::default();
        assert_eq!((line.first(), line.last(), line.pop()), (None, None, None));
        let (mut next, mut first) = (0, 0);
        for round in 0..400 {
            for _ in 0..(round * 37) % 301 {
                assert_eq!(line.push(next), Ok(()));
                next += 1;
            }
            for _ in 0..(round * 53) % 307 {
                assert_eq!(line.pop(), (first < next).then_some(first));
                first = next.min(first + 1);
            }
            assert_eq!(line.len() as u64, next - first);
            assert_eq!(line.first(), (first < next).then_some(first));
            assert_eq!(line.last(), (first < next).then_some(next.wrapping_sub(1)));
            assert!(line.iter().eq(first..next));
        }
    }

    #[test]
    fn all_numbers_change_at_once() {
        let mut line = Line::default();
        (0..300).for_each(|number| assert_eq!(line.push(number), Ok(())));
        line.change_all(|number| 2 * number);
        assert_eq!((line.first(), line.last()), (Some(0), Some(598)));
        assert!(line.iter().eq((0..300).map(|number| 2 * number)));
    }

    #[test]
    fn what_has_left_takes_no_memory() {
        let mut line = Line::default();
        for number in 0..10_000 {
            assert_eq!(line.push(number), Ok(()));
        }
        assert!(line.middle.len() >= 10_000 / LENGTH - 1);
        assert!((0..9_900).all(|_| line.pop().is_some()));
        assert!(line.middle.is_empty());
    }
}
