//! A latency histogram: exact counts in log-linear buckets, after HdrHistogram.
//!
//! Each power of two is divided evenly into 32 buckets, so that a bucket is at most 1/32 wider
//! than it is high up, and a quantile, told as the middle of its bucket, is at most 1.6 %
//! off. The bucket of a value is the upper bits of its floating-point form: exponent and five
//! bits of mantissa, one shift and one subtraction. Buckets are open below and closed
//! above, as Prometheus' `le` wants them.
//!
//! From 1/16 µs to 2²⁶ µs (67 s) that makes 960 buckets of 8 bytes: 7,680 bytes, taken with
//! the first value. Smaller values share the first bucket, larger ones the last; count,
//! sum, smallest and largest are exact always.

#![forbid(unsafe_code)]

/// Buckets per power of two, as a power of two.
const RESOLUTION: u32 = 5;
/// The lower end of the first bucket is 2 to this power, in µs.
const MIN_EXPONENT: i32 = -4;
/// The upper end of the last bucket is 2 to this power, in µs.
const MAX_EXPONENT: i32 = 26;
const BUCKETS: usize = ((MAX_EXPONENT - MIN_EXPONENT) as usize) << RESOLUTION;
/// The bits of an f64 below those that name its bucket.
const SHIFT: u32 = f64::MANTISSA_DIGITS - 1 - RESOLUTION;
/// The upper bits of 2 to the power of `MIN_EXPONENT`.
const BASE: u64 = ((f64::MAX_EXP - 1 + MIN_EXPONENT) as u64) << RESOLUTION;

/// Durations in µs, counted by size.
#[derive(Clone, Debug, Default)]
pub struct Histogram {
    /// Empty until the first value.
    buckets: Vec<u64>,
    count: u64,
    sum: f64,
    min: f64,
    max: f64,
}

impl Histogram {
    /// A histogram of nothing yet.
    #[must_use]
    pub const fn new() -> Self {
        Self {
            buckets: Vec::new(),
            count: 0,
            sum: 0.0,
            min: 0.0,
            max: 0.0,
        }
    }

    /// Counts a duration of `value_us` `weight` times (more than once where only some are
    /// sampled). A negative one counts as 0; what is no finite number is ignored.
    pub fn record(&mut self, value_us: f64, weight: u32) {
        if !value_us.is_finite() || weight == 0 {
            return;
        }
        let value = value_us.max(0.0);
        if self.buckets.is_empty() {
            self.buckets = vec![0; BUCKETS];
        }
        self.buckets[bucket(value)] += u64::from(weight);
        self.widen(value, value);
        self.count += u64::from(weight);
        self.sum += value * f64::from(weight);
    }

    /// Adds all that `other` has counted.
    pub fn merge(&mut self, other: &Self) {
        if other.count == 0 {
            return;
        }
        if self.buckets.is_empty() {
            self.buckets = vec![0; BUCKETS];
        }
        for (own, more) in self.buckets.iter_mut().zip(&other.buckets) {
            *own += more;
        }
        self.widen(other.min, other.max);
        self.count += other.count;
        self.sum += other.sum;
    }

    fn widen(&mut self, min: f64, max: f64) {
        let first = self.count == 0;
        self.min = if first { min } else { self.min.min(min) };
        self.max = if first { max } else { self.max.max(max) };
    }

    /// How many durations were counted.
    #[must_use]
    pub const fn count(&self) -> u64 {
        self.count
    }

    /// Their sum, in µs.
    #[must_use]
    pub const fn sum(&self) -> f64 {
        self.sum
    }

    /// The longest, in µs; 0 where there is none.
    #[must_use]
    pub const fn max(&self) -> f64 {
        self.max
    }

    /// The mean, in µs; 0 where there is none.
    #[must_use]
    pub fn mean(&self) -> f64 {
        if self.count == 0 {
            0.0
        } else {
            self.sum / self.count as f64
        }
    }

    /// The duration that a share `q` (0–1) of all did not exceed, in µs, by the nearest rank;
    /// 0 where there is none.
    #[must_use]
    pub fn quantile(&self, q: f64) -> f64 {
        let rank = (q.clamp(0.0, 1.0) * self.count as f64).ceil().max(1.0) as u64;
        let mut seen = 0;
        for (index, count) in self.buckets.iter().enumerate() {
            seen += count;
            if seen >= rank {
                let middle = (lower(index) + lower(index + 1)) / 2.0;
                return middle.max(self.min).min(self.max);
            }
        }
        self.max
    }

    /// How many durations were at most 2 to the power of `exponent` µs, for each of
    /// `exponents`, which must ascend. Exact from −4 to 25.
    pub fn cumulative(
        &self,
        exponents: impl IntoIterator<Item = i32>,
    ) -> impl Iterator<Item = u64> {
        let (mut next, mut seen) = (0, 0);
        exponents.into_iter().map(move |exponent| {
            let end = usize::try_from(exponent - MIN_EXPONENT).unwrap_or(0) << RESOLUTION;
            let end = end.clamp(next, self.buckets.len().max(next));
            seen += self
                .buckets
                .get(next..end)
                .unwrap_or_default()
                .iter()
                .sum::<u64>();
            next = end;
            seen
        })
    }
}

/// The bucket of a value that is not negative.
fn bucket(value: f64) -> usize {
    // One bit less puts a bucket's upper end into it, and its lower end out.
    let upper_bits = value.to_bits().saturating_sub(1) >> SHIFT;
    (upper_bits.saturating_sub(BASE) as usize).min(BUCKETS - 1)
}

/// The lower end of a bucket, which is the upper end of the one before.
fn lower(index: usize) -> f64 {
    f64::from_bits((BASE + index as u64) << SHIFT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn of(values: &[f64]) -> Histogram {
        let mut histogram = Histogram::new();
        for &value in values {
            histogram.record(value, 1);
        }
        histogram
    }

    #[test]
    fn of_nothing_all_is_zero() {
        let mut empty = Histogram::new();
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            empty.record(value, 1);
        }
        empty.record(5.0, 0);
        empty.merge(&Histogram::new());
        assert_eq!(empty.buckets.capacity(), 0);
        assert_eq!((empty.count(), empty.sum(), empty.max()), (0, 0.0, 0.0));
        assert_eq!((empty.mean(), empty.quantile(0.5)), (0.0, 0.0));
        assert_eq!(empty.cumulative([0, 4]).collect::<Vec<_>>(), [0, 0]);
    }

    #[test]
    fn what_is_out_of_range_keeps_count_sum_and_extremes() {
        let histogram = of(&[-1.0, 0.0, 1e-9, 1e12]);
        assert_eq!(histogram.count(), 4);
        assert_eq!(histogram.sum(), 1e12 + 1e-9);
        assert_eq!(histogram.max(), 1e12);
        assert!(histogram.quantile(0.5) < 0.07);
        assert!(histogram.quantile(1.0) > 6.6e7);
        assert_eq!(of(&[0.0, 0.0]).quantile(0.99), 0.0);
    }

    #[test]
    fn memory_is_as_stated() {
        assert_eq!(of(&[1.0]).buckets.capacity() * 8, 7680);
    }

    #[test]
    fn a_bound_counts_the_values_equal_to_it() {
        let histogram = of(&[0.5, 1.0, 1.000_001, 2.0, 3.0, 4.0, 5.0]);
        let counts: Vec<u64> = histogram.cumulative([-1, 0, 1, 2, 3, 26]).collect();
        assert_eq!(counts, [1, 2, 4, 6, 7, 7]);
    }

    fn durations() -> impl Strategy<Value = Vec<f64>> {
        // Even over the decades from 0.1 µs to 60 s.
        vec((-1.0..7.77_f64).prop_map(|log| 10_f64.powf(log)), 1..200)
    }

    proptest! {
        #[test]
        fn quantiles_are_within_two_percent_of_the_exact(
            mut values in durations(),
            q in 0.0..=1.0_f64,
        ) {
            let histogram = of(&values);
            values.sort_by(f64::total_cmp);
            let rank = ((q * values.len() as f64).ceil() as usize).max(1);
            let exact = values[rank - 1];
            let error = (histogram.quantile(q) - exact).abs() / exact;
            prop_assert!(error <= 0.016, "{error}");
        }

        #[test]
        fn merging_equals_recording_all_in_one(a in durations(), b in durations()) {
            let mut merged = of(&a);
            merged.merge(&of(&b));
            let whole = of(&[a, b].concat());
            prop_assert_eq!(&merged.buckets, &whole.buckets);
            prop_assert_eq!(merged.count(), whole.count());
            prop_assert_eq!(merged.max(), whole.max());
            prop_assert_eq!(merged.min, whole.min);
            prop_assert!((merged.sum() - whole.sum()).abs() <= 1e-9 * whole.sum());
        }

        #[test]
        fn a_weight_counts_as_often(value in 0.1..1e6_f64, weight in 1..1000_u32) {
            let mut weighted = Histogram::new();
            weighted.record(value, weight);
            prop_assert_eq!(weighted.count(), u64::from(weight));
            prop_assert!((weighted.mean() - value).abs() < 1e-9 * value);
            prop_assert_eq!(weighted.quantile(0.5), value);
        }

        #[test]
        fn bounds_count_as_the_definition_does(values in durations()) {
            let counts: Vec<u64> = of(&values).cumulative(-3..=25).collect();
            for (exponent, count) in (-3..=25).zip(counts) {
                let bound = 2_f64.powi(exponent);
                let exact = values.iter().filter(|&&value| value <= bound).count();
                prop_assert_eq!(count, exact as u64, "{}", bound);
            }
        }
    }
}
