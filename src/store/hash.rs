//! A fast hash of byte strings, keyed by a seed.
//!
//! Eight bytes a step, each step a multiplication, a rotation and a multiplication, and at
//! the end a mixer in which every bit of the input reaches every bit of the result: the
//! scheme of Collet's XXH64 for short inputs and of Appleby's MurmurHash3 finaliser, with
//! 64-bit products only, as WebAssembly has no wider ones. With a random seed two keys
//! chosen without knowing it share a table position by chance alone. It is no
//! cryptographic hash.

#![forbid(unsafe_code)]

// Odd, with about half of the bits set, and no pattern: the fractional parts of the golden
// ratio, of √3 and of √5.
const STEP: u64 = 0x9E37_79B9_7F4A_7C15;
const LANE: u64 = 0xBB67_AE85_84CA_A73B;
const TAIL: u64 = 0x3C6E_F372_FE94_F82B;

/// The hash of `bytes` under `seed`.
#[must_use]
pub fn hash(bytes: &[u8], seed: u64) -> u64 {
    let mut state = seed ^ (bytes.len() as u64).wrapping_mul(TAIL);
    let (lanes, rest) = bytes.as_chunks::<8>();
    for lane in lanes {
        state = step(state, u64::from_le_bytes(*lane));
    }
    if !rest.is_empty() {
        // The length is in the state, so what comes twice makes no two inputs alike.
        state = step(state, tail(bytes, rest));
    }
    mix(state)
}

/// The last eight bytes, of which some may have come before; of shorter inputs all there are.
#[inline]
fn tail(bytes: &[u8], rest: &[u8]) -> u64 {
    match bytes.last_chunk() {
        Some(last) => u64::from_le_bytes(*last),
        None => rest
            .iter()
            .fold(0, |lane, &byte| lane << 8 | u64::from(byte)),
    }
}

const fn step(state: u64, lane: u64) -> u64 {
    let lane = lane.wrapping_mul(LANE).rotate_left(31).wrapping_mul(STEP);
    (state ^ lane)
        .rotate_left(27)
        .wrapping_mul(STEP)
        .wrapping_add(TAIL)
}

/// Spreads every bit over all 64.
const fn mix(mut state: u64) -> u64 {
    state = (state ^ (state >> 33)).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    state = (state ^ (state >> 33)).wrapping_mul(0xC4CE_B9FE_1A85_EC53);
    state ^ (state >> 33)
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn alike_keys_have_hashes_of_their_own() {
        let mut seen = HashSet::new();
        for number in 0..100_000 {
            assert!(seen.insert(hash(format!("user:{number}").as_bytes(), 7)));
        }
        for length in 0..64 {
            assert!(seen.insert(hash(&vec![0; length], 7)), "{length} zeros");
        }
    }

    #[test]
    fn another_seed_gives_other_hashes() {
        assert_ne!(hash(b"key", 1), hash(b"key", 2));
        assert_ne!(hash(b"", 1), hash(b"", 2));
    }

    #[test]
    fn one_bit_of_the_key_changes_half_of_the_hash() {
        for length in [1, 7, 8, 9, 20, 33] {
            let key: Vec<u8> = (0..length).map(|at| at as u8 ^ 0x5A).collect();
            let mut flips = [0u32; 64];
            let bits = length * 8;
            for bit in 0..bits {
                for seed in 0..64 {
                    let mut other = key.clone();
                    other[bit / 8] ^= 1 << (bit % 8);
                    let changed = hash(&key, seed) ^ hash(&other, seed);
                    (0..64).for_each(|at| flips[at] += (changed >> at & 1) as u32);
                }
            }
            let trials = f64::from(bits as u32 * 64);
            for (at, &count) in flips.iter().enumerate() {
                let share = f64::from(count) / trials;
                // Six standard deviations of a fair coin.
                assert!(
                    (share - 0.5).abs() < 3.0 / trials.sqrt(),
                    "bit {at} of {length} bytes: {share}"
                );
            }
        }
    }
}
