//! A line: numbers come in at its end and leave at its front. It is in pieces that never move,
//! and what was left behind is given back.
//!
//! 8 bytes a number.

#![forbid(unsafe_code)]

use std::collections::VecDeque;

use super::chunks::OutOfMemory;

/// The length of a piece.
const LENGTH: usize = 1024;
/// The length of the first one at first.
const FEWEST: usize = 16;

/// The line.
#[derive(Debug, Clone, Default)]
pub(super) struct Line {
    pieces: VecDeque<Vec<u64>>,
    /// How many of the first piece have left.
    gone: usize,
    len: usize,
}

impl Line {
    pub(super) const fn len(&self) -> usize {
        self.len
    }

    /// The first number.
    pub(super) fn front(&self) -> Option<u64> {
        self.pieces.front()?.get(self.gone).copied()
    }

    /// The last number.
    pub(super) fn back(&self) -> Option<u64> {
        self.pieces.back()?.last().copied().filter(|_| self.len > 0)
    }

    /// Adds a number at the end.
    ///
    /// # Errors
    /// [`OutOfMemory`]
    pub(super) fn push(&mut self, number: u64) -> Result<(), OutOfMemory> {
        if self
            .pieces
            .back()
            .is_none_or(|last| last.len() == last.capacity())
        {
            self.grow()?;
        }
        let last = self.pieces.back_mut().ok_or(OutOfMemory)?;
        last.push(number);
        self.len += 1;
        Ok(())
    }

    /// Makes room at the end. The only piece grows up to its full length, all others have it
    /// from the start.
    fn grow(&mut self) -> Result<(), OutOfMemory> {
        if self.pieces.len() == 1
            && let Some(only) = self.pieces.front_mut().filter(|only| only.len() < LENGTH)
        {
            let more = only.len().max(FEWEST).min(LENGTH - only.len());
            return only.try_reserve_exact(more).map_err(|_| OutOfMemory);
        }
        let length = if self.pieces.is_empty() {
            FEWEST
        } else {
            LENGTH
        };
        let mut piece = Vec::new();
        piece.try_reserve_exact(length).map_err(|_| OutOfMemory)?;
        self.pieces.try_reserve(1).map_err(|_| OutOfMemory)?;
        self.pieces.push_back(piece);
        Ok(())
    }

    /// Takes the first number out.
    pub(super) fn pop(&mut self) -> Option<u64> {
        let number = self.front()?;
        self.gone += 1;
        self.len -= 1;
        if self.gone == self.pieces.front().map_or(0, Vec::len) {
            self.gone = 0;
            match self.pieces.back_mut() {
                Some(only) if self.len == 0 => only.clear(),
                _ => drop(self.pieces.pop_front()),
            }
        }
        Some(number)
    }

    /// Changes every number, in O(n).
    pub(super) fn change_all(&mut self, change: impl Fn(u64) -> u64) {
        let numbers = self.pieces.iter_mut().flatten();
        numbers.for_each(|number| *number = change(*number));
    }

    /// All numbers in order.
    pub(super) fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        self.pieces.iter().flatten().copied().skip(self.gone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_leave_in_the_order_in_which_they_came() {
        let mut line = Line::default();
        assert_eq!((line.front(), line.back(), line.pop()), (None, None, None));
        let (mut next, mut first) = (0, 0);
        for round in 0..200 {
            for _ in 0..(round * 37) % 101 {
                assert_eq!(line.push(next), Ok(()));
                next += 1;
            }
            for _ in 0..(round * 53) % 97 {
                assert_eq!(line.pop(), (first < next).then_some(first));
                first = next.min(first + 1);
            }
            assert_eq!(line.len() as u64, next - first);
            assert_eq!(line.front(), (first < next).then_some(first));
            assert_eq!(line.back(), (first < next).then_some(next.wrapping_sub(1)));
            assert!(line.iter().eq(first..next));
        }
    }

    #[test]
    fn what_has_left_takes_no_memory() {
        let mut line = Line::default();
        for number in 0..100_000 {
            assert_eq!(line.push(number), Ok(()));
        }
        assert!(line.pieces.len() >= 97);
        while line.pop().is_some() {}
        assert_eq!(line.pieces.len(), 1);
    }
}
