//! A stream, read by bits.

#![forbid(unsafe_code)]

/// The bits of a stream, the first lowest. Behind its end there are zeros.
pub struct Bits<'a> {
    stream: &'a [u8],
    at: usize,
    /// The next bits; some behind the first `count` may be there already.
    pub buffer: u64,
    count: u32,
}

impl<'a> Bits<'a> {
    /// All bits of `stream`.
    pub const fn new(stream: &'a [u8]) -> Self {
        Self {
            stream,
            at: 0,
            buffer: 0,
            count: 0,
        }
    }

    /// Makes `buffer` have 56 bits at least.
    #[inline]
    pub fn refill(&mut self) {
        if let Some(word) = self.stream.get(self.at..).and_then(<[u8]>::first_chunk) {
            self.buffer |= u64::from_le_bytes(*word) << self.count;
            self.at += (63 - self.count as usize) / 8;
            self.count |= 56;
        } else {
            self.refill_at_end();
        }
    }

    #[cold]
    fn refill_at_end(&mut self) {
        while self.count < 56 {
            let byte = self.stream.get(self.at).copied().unwrap_or(0);
            self.buffer |= u64::from(byte) << self.count;
            self.at += 1;
            self.count += 8;
        }
    }

    /// The next bits, as a number; there are so many in the buffer.
    #[inline]
    pub fn take(&mut self, bits: u32) -> usize {
        let taken = self.buffer & ((1 << bits) - 1);
        self.drop(bits);
        taken as usize
    }

    /// Leaves out bits; there are so many in the buffer.
    #[inline]
    pub fn drop(&mut self, bits: u32) {
        self.buffer >>= bits;
        self.count -= bits;
    }

    /// Where the byte of the next bit is, the bits of a byte that was begun left out.
    fn next_byte(&self) -> usize {
        self.at - self.count as usize / 8
    }

    /// Whether more was taken than there is.
    pub fn is_beyond(&self) -> bool {
        self.next_byte() > self.stream.len()
    }

    /// Whether the last byte is the one that the last bit came from.
    pub fn is_at_end(&self) -> bool {
        self.next_byte() == self.stream.len()
    }

    /// The bytes behind the one that was begun.
    pub fn rest_of_bytes(&self) -> Option<&'a [u8]> {
        self.stream.get(self.next_byte()..)
    }

    /// Goes on where so many bytes are left.
    pub fn skip_to(&mut self, left: usize) {
        self.at = self.stream.len() - left;
        (self.buffer, self.count) = (0, 0);
    }
}
