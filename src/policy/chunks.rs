//! A table by slot that grows without being moved.
//!
//! A vector that grows is copied, and half as long again or twice as long as it need be: at
//! four million slots that is a pause, and memory that nobody uses. Here only the first piece
//! of [`LENGTH`] numbers grows so; behind it each piece has its full length at once.

#![forbid(unsafe_code)]

/// The length of a piece.
const LENGTH: usize = 1024;

/// Memory that could not be had. Nothing has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct OutOfMemory;

/// Values by number, from 0 on.
#[derive(Debug, Clone)]
pub(crate) struct Chunks<T> {
    chunks: Vec<Vec<T>>,
    len: usize,
}

impl<T: Copy> Chunks<T> {
    pub(crate) const fn new() -> Self {
        Self {
            chunks: Vec::new(),
            len: 0,
        }
    }

    pub(crate) const fn len(&self) -> usize {
        self.len
    }

    /// The value at `at`, if the table is so long.
    #[inline]
    pub(crate) fn get(&self, at: usize) -> Option<T> {
        self.chunks.get(at / LENGTH)?.get(at % LENGTH).copied()
    }

    /// The value at `at` where it lies, if the table is so long.
    #[inline]
    pub(crate) fn get_ref(&self, at: usize) -> Option<&T> {
        self.chunks.get(at / LENGTH)?.get(at % LENGTH)
    }

    /// The value at `at`, to be changed, if the table is so long.
    #[inline]
    pub(crate) fn get_mut(&mut self, at: usize) -> Option<&mut T> {
        self.chunks.get_mut(at / LENGTH)?.get_mut(at % LENGTH)
    }

    /// Sets the value at `at`; beyond the end that is no operation.
    #[inline]
    pub(crate) fn set(&mut self, at: usize, value: T) {
        if let Some(place) = self.get_mut(at) {
            *place = value;
        }
    }

    /// Adds a value at the end.
    ///
    /// # Errors
    /// [`OutOfMemory`]
    pub(crate) fn push(&mut self, value: T) -> Result<(), OutOfMemory> {
        if self.len == self.chunks.len() * LENGTH {
            self.chunks.try_reserve(1).map_err(|_| OutOfMemory)?;
            self.chunks.push(Vec::new());
        }
        let first = self.len < LENGTH;
        let last = self.chunks.get_mut(self.len / LENGTH).ok_or(OutOfMemory)?;
        if last.len() == last.capacity() {
            let more = if first { last.len().max(64) } else { LENGTH };
            last.try_reserve_exact(more).map_err(|_| OutOfMemory)?;
        }
        last.push(value);
        self.len += 1;
        Ok(())
    }

    /// Takes the last value out. Of the pieces that are empty then one is kept.
    pub(crate) fn pop(&mut self) -> Option<T> {
        self.len = self.len.checked_sub(1)?;
        let value = self.chunks.get_mut(self.len / LENGTH)?.pop();
        if self.chunks.len() > self.len.div_ceil(LENGTH) + 1 {
            self.chunks.pop();
        }
        value
    }

    /// Adds copies of `value` until the table has `len` of them or more.
    ///
    /// # Errors
    /// [`OutOfMemory`]; then it may be longer than it was.
    pub(crate) fn extend_to(&mut self, len: usize, value: T) -> Result<(), OutOfMemory> {
        while self.len < len {
            self.push(value)?;
        }
        Ok(())
    }

    /// All values in order.
    pub(crate) fn iter(&self) -> impl Iterator<Item = T> + '_ {
        self.chunks.iter().flatten().copied()
    }
}

/// For tables of a few values that are known at the start; without memory they end early.
impl<T: Copy> FromIterator<T> for Chunks<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut chunks = Self::new();
        let _ = values.into_iter().try_for_each(|value| chunks.push(value));
        chunks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_a_vector_that_stays_where_it_is() {
        let mut chunks = Chunks::new();
        assert_eq!((chunks.len(), chunks.get(0)), (0, None));
        for number in 0..5_000u32 {
            assert_eq!(chunks.push(number), Ok(()));
        }
        let place: *const u32 = &raw const chunks.chunks[1][0];
        assert_eq!(chunks.extend_to(9_000, 7), Ok(()));
        assert_eq!(place, &raw const chunks.chunks[1][0]);
        chunks.set(4_999, 1);
        chunks.set(9_000, 1);
        assert_eq!((chunks.len(), chunks.get(9_000)), (9_000, None));
        assert_eq!(
            (chunks.get(4_998), chunks.get(4_999)),
            (Some(4_998), Some(1))
        );
        assert_eq!(chunks.iter().skip(5_000).collect::<Vec<_>>(), [7; 4_000]);
        assert!((2_048..9_000).all(|_| chunks.pop().is_some()));
        assert_eq!((chunks.len(), chunks.chunks.len()), (2_048, 3));
        assert_eq!((chunks.push(5), chunks.get(2_048)), (Ok(()), Some(5)));
        assert!((0..2_049).all(|_| chunks.pop().is_some()));
        assert_eq!((chunks.len(), chunks.pop()), (0, None));
    }
}
