//! A min-heap of numbers.
//!
//! Four children a node: half the depth of a binary heap, and the four lie side by side. Which of
//! them is the least nobody can foresee, so it is found without a branch.
//!
//! 8 bytes a number, and as much in reserve at the most.

#![forbid(unsafe_code)]

use super::chunks::OutOfMemory;

const CHILDREN: usize = 4;

/// The heap.
#[derive(Debug, Clone, Default)]
pub(super) struct MinHeap {
    numbers: Vec<u64>,
}

impl MinHeap {
    pub(super) const fn len(&self) -> usize {
        self.numbers.len()
    }

    /// The least number.
    #[inline]
    pub(super) fn peek(&self) -> Option<u64> {
        self.numbers.first().copied()
    }

    /// Adds a number.
    ///
    /// # Errors
    /// [`OutOfMemory`]
    pub(super) fn push(&mut self, number: u64) -> Result<(), OutOfMemory> {
        self.numbers.try_reserve(1).map_err(|_| OutOfMemory)?;
        let mut at = self.numbers.len();
        self.numbers.push(number);
        while at > 0 {
            let parent = (at - 1) / CHILDREN;
            let above = self.numbers[parent];
            if above <= number {
                break;
            }
            self.numbers[at] = above;
            at = parent;
        }
        self.numbers[at] = number;
        Ok(())
    }

    /// Takes the least number out.
    pub(super) fn pop(&mut self) -> Option<u64> {
        let least = self.peek()?;
        let last = self.numbers.pop()?;
        self.replace(last);
        Some(least)
    }

    /// Takes the least number out and another one in, which needs no memory.
    fn replace(&mut self, number: u64) {
        if !self.numbers.is_empty() {
            self.sink(0, number);
        }
    }

    /// Changes every number, in O(n).
    pub(super) fn change_all(&mut self, change: impl Fn(u64) -> u64) {
        for at in (0..self.numbers.len()).rev() {
            self.sink(at, change(self.numbers[at]));
        }
    }

    /// All numbers, in no order.
    pub(super) fn iter(&self) -> impl Iterator<Item = u64> + '_ {
        self.numbers.iter().copied()
    }

    /// Checks the order.
    pub(super) fn validate(&self) -> Result<(), String> {
        let numbers = &self.numbers;
        let wrong = (1..numbers.len()).find(|&at| numbers[(at - 1) / CHILDREN] > numbers[at]);
        wrong.map_or(Ok(()), |at| {
            Err(format!("heap: the parent of {at} comes after it"))
        })
    }

    /// Puts a number into the place `at`, or further down where it belongs.
    fn sink(&mut self, mut at: usize, number: u64) {
        while let Some((child, least)) = self.least_child(at) {
            if number <= least {
                break;
            }
            self.numbers[at] = least;
            at = child;
        }
        self.numbers[at] = number;
    }

    /// The least child of a node, and its place.
    #[inline]
    fn least_child(&self, at: usize) -> Option<(usize, u64)> {
        let first = at * CHILDREN + 1;
        let lesser = |a: (usize, u64), b: (usize, u64)| if b.1 < a.1 { b } else { a };
        let children = self.numbers.get(first..)?;
        if let Some(&[a, b, c, d]) = children.first_chunk() {
            let (a, b) = ((first, a), (first + 1, b));
            let (c, d) = ((first + 2, c), (first + 3, d));
            return Some(lesser(lesser(a, b), lesser(c, d)));
        }
        (first..).zip(children.iter().copied()).reduce(lesser)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drain(heap: &mut MinHeap) -> Vec<u64> {
        std::iter::from_fn(|| heap.pop()).collect()
    }

    #[test]
    fn numbers_come_out_in_order() {
        let mut heap = MinHeap::default();
        let numbers: Vec<u64> = (0..5_000).map(|number| number * 7_919 % 5_003).collect();
        for &number in &numbers {
            assert_eq!(heap.push(number), Ok(()));
            assert_eq!(heap.peek(), heap.iter().min());
        }
        assert_eq!((heap.validate(), heap.len()), (Ok(()), 5_000));
        let mut sorted = numbers;
        sorted.sort_unstable();
        assert_eq!(drain(&mut heap), sorted);
        assert_eq!((heap.peek(), heap.pop(), heap.len()), (None, None, 0));
    }

    #[test]
    fn the_least_is_replaced() {
        let mut heap = MinHeap::default();
        heap.replace(1);
        assert_eq!(heap.len(), 0);
        for number in [5, 1, 4, 2, 3, 9] {
            assert_eq!(heap.push(number), Ok(()));
        }
        for number in [7, 0, 3] {
            heap.replace(number);
            assert_eq!(heap.validate(), Ok(()));
        }
        // 1, 2 and the 0 that came are gone.
        assert_eq!(drain(&mut heap), [3, 3, 4, 5, 7, 9]);
    }

    #[test]
    fn all_numbers_change_at_once() {
        let mut heap = MinHeap::default();
        for number in 0..1_000 {
            assert_eq!(heap.push(number), Ok(()));
        }
        heap.change_all(|number| 1_000 - number);
        assert_eq!(heap.validate(), Ok(()));
        assert_eq!(drain(&mut heap), (1..=1_000).collect::<Vec<_>>());
    }
}
