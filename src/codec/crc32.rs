//! CRC-32 (the one of zlib, PNG and Ethernet; reflected polynomial 0xEDB88320).
//!
//! A plain entry needs a guard against accident, not against an attacker. This CRC finds
//! every single flipped bit, every two flipped bits and every burst of up to 32 bits at any
//! length that an entry can have; other damage passes once in 2³². Hashes that run faster promise
//! none of that, and CRC-32 is in the standard library of nearly every language, so that
//! a reader elsewhere needs nothing of ours.
//!
//! Eight bytes a step over eight tables (8 KB), which are computed at first use: they
//! would otherwise be 8 KB of every download.

#![forbid(unsafe_code)]

use std::sync::LazyLock;

type Tables = [[u32; 256]; 8];

static TABLES: LazyLock<Tables> = LazyLock::new(tables);

/// `TABLES[k][b]` is the CRC of the byte `b` followed by `k` zero bytes.
fn tables() -> Tables {
    let mut tables = [[0; 256]; 8];
    for (byte, entry) in (0u32..).zip(tables[0].iter_mut()) {
        *entry = (0..8).fold(byte, |crc, _| {
            (crc >> 1) ^ (0xEDB8_8320 & (crc & 1).wrapping_neg())
        });
    }
    for k in 1..8 {
        for byte in 0..256 {
            let before = tables[k - 1][byte];
            tables[k][byte] = (before >> 8) ^ tables[0][usize::from(before as u8)];
        }
    }
    tables
}

/// The CRC-32 of `bytes`.
#[must_use]
pub fn crc32(bytes: &[u8]) -> u32 {
    let t: &Tables = &TABLES;
    let at = |k: usize, word: u32, shift: u32| t[k][usize::from((word >> shift) as u8)];
    let mut crc = u32::MAX;
    let (chunks, rest) = bytes.as_chunks::<8>();
    for &[a, b, c, d, e, f, g, h] in chunks {
        let low = crc ^ u32::from_le_bytes([a, b, c, d]);
        let high = u32::from_le_bytes([e, f, g, h]);
        crc = at(7, low, 0) ^ at(6, low, 8) ^ at(5, low, 16) ^ at(4, low, 24);
        crc ^= at(3, high, 0) ^ at(2, high, 8) ^ at(1, high, 16) ^ at(0, high, 24);
    }
    for &byte in rest {
        crc = (crc >> 8) ^ at(0, crc ^ u32::from(byte), 0);
    }
    !crc
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The definition, bit by bit.
    fn naive(bytes: &[u8]) -> u32 {
        !bytes.iter().fold(u32::MAX, |crc, &byte| {
            (0..8).fold(crc ^ u32::from(byte), |crc, _| {
                if crc & 1 == 1 {
                    (crc >> 1) ^ 0xEDB8_8320
                } else {
                    crc >> 1
                }
            })
        })
    }

    #[test]
    fn has_the_published_check_value() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
        assert_eq!(crc32(b""), 0);
    }

    proptest! {
        #[test]
        fn equals_the_definition(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert_eq!(crc32(&bytes), naive(&bytes));
        }
    }
}
