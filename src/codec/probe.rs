//! Whether compression is worth a try: a look at a few bytes, in place of a pass over all.
//!
//! Bytes that are compressed or encrypted already have all values nearly equally often. How often two
//! bytes of a sample are the same tells that (Friedman's index of coincidence): 1 in 256 for noise, 1
//! in 15 for text. Noise that repeats itself in long runs is taken for noise as well.

#![forbid(unsafe_code)]

/// How many stretches of a payload are looked at, and how many bytes of each.
const STRETCHES: usize = 8;
/// See [`STRETCHES`].
const STRETCH: usize = 128;
/// A shorter payload says too little.
const LEAST: usize = STRETCHES * STRETCH / 2;

/// Whether `payload` looks like noise, which no compression makes smaller.
#[must_use]
pub fn is_noise(payload: &[u8]) -> bool {
    if payload.len() < LEAST {
        return false;
    }
    let mut counts = [0_u32; 256];
    let apart = (payload.len() / STRETCHES).max(STRETCH);
    let mut all = 0;
    for stretch in payload.chunks(apart) {
        for &byte in stretch.iter().take(STRETCH) {
            counts[usize::from(byte)] += 1;
            all += 1;
        }
    }
    // Pairs of the same bytes, and how many of them noise has, and a fifth more.
    let pairs: u32 = counts
        .iter()
        .map(|&count| count * count.saturating_sub(1))
        .sum();
    pairs * 5 < all * (all - 1) / 256 * 6
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::tests::samples::Noise;

    #[test]
    fn noise_is_told_from_everything_that_shrinks() {
        let mut noise = Noise(7);
        for length in [512, 1_000, 1_024, 5_000, 100_000] {
            let bytes: Vec<u8> = (0..length).map(|_| noise.next()).collect();
            assert!(is_noise(&bytes), "{length}");
            // Base64 has 64 values: deflate takes a quarter off.
            let digits: Vec<u8> = bytes.iter().map(|byte| 48 + byte % 64).collect();
            assert!(!is_noise(&digits), "{length}");
            let text = b"the quick brown fox jumps over the lazy dog ".repeat(length / 40);
            assert!(!is_noise(&text), "{length}");
            // Half of it noise.
            let half: Vec<u8> = bytes
                .iter()
                .zip(&digits)
                .flat_map(|(a, _)| [*a, 0])
                .collect();
            assert!(!is_noise(&half), "{length}");
        }
        assert!(!is_noise(&[]));
    }
}
