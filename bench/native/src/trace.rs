//! The requests that all contenders get.

/// How many entries a cache holds, and how many keys are asked for.
pub const CAPACITY: usize = 100_000;
/// Ten times as many as there is room for.
pub const KEYS: usize = 1_000_000;
/// The skew, YCSB's.
const EXPONENT: f64 = 0.99;

/// So many requests by Zipf's law, the same at every call.
#[must_use]
pub fn zipf(requests: usize) -> Vec<u64> {
    let mut cumulative = Vec::with_capacity(KEYS);
    let mut sum = 0.0;
    for rank in 1..=u32::try_from(KEYS).unwrap_or(u32::MAX) {
        sum += f64::from(rank).powf(-EXPONENT);
        cumulative.push(sum);
    }
    let mut random = SplitMix(1);
    let draw = || {
        let target = random.unit() * sum;
        // A key has nothing to do with its rank.
        scramble(cumulative.partition_point(|&below| below <= target) as u64)
    };
    std::iter::repeat_with(draw).take(requests).collect()
}

/// The generator of Steele, Lea and Flood, "Fast splittable pseudorandom number generators", 2014.
struct SplitMix(u64);

impl SplitMix {
    /// The next number in [0, 1).
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let bits = u32::try_from(scramble(self.0) >> 32).unwrap_or(u32::MAX);
        f64::from(bits) / (f64::from(u32::MAX) + 1.0)
    }
}

/// A mixer that gives no two numbers the same.
const fn scramble(number: u64) -> u64 {
    let mixed = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ (mixed >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashMap;

    #[test]
    fn the_first_rank_comes_about_twice_as_often_as_the_second() {
        let mut counts: HashMap<u64, u32> = HashMap::new();
        for key in zipf(200_000) {
            *counts.entry(key).or_default() += 1;
        }
        let ratio = f64::from(counts[&scramble(0)]) / f64::from(counts[&scramble(1)]);
        assert!((1.85..2.15).contains(&ratio), "{ratio}");
        assert_eq!(counts.values().max(), counts.get(&scramble(0)));
    }
}
