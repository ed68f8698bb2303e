//! Regions and tiers by name, in the order in which they were declared: that is the order
//! of every table, page and snapshot made from them.

#![forbid(unsafe_code)]

use super::counter::{Counter, Gauge, Operation};
use super::histogram::Histogram;
use super::snapshot::{Figures, Snapshot};

/// The counters, gauges and latencies of one region or tier.
#[derive(Clone, Debug, Default)]
pub struct Metrics {
    counters: [f64; Counter::ALL.len()],
    gauges: [f64; Gauge::ALL.len()],
    latencies: [Histogram; Operation::ALL.len()],
}

impl Metrics {
    /// A counter's total.
    #[must_use]
    pub const fn counter(&self, counter: Counter) -> f64 {
        self.counters[counter as usize]
    }

    /// Sets a counter to a total that was counted elsewhere.
    pub const fn set_counter(&mut self, counter: Counter, total: f64) {
        self.counters[counter as usize] = total;
    }

    /// A gauge's value.
    #[must_use]
    pub const fn gauge(&self, gauge: Gauge) -> f64 {
        self.gauges[gauge as usize]
    }

    /// Sets a gauge.
    pub const fn set_gauge(&mut self, gauge: Gauge, value: f64) {
        self.gauges[gauge as usize] = value;
    }

    /// The latencies of an operation.
    #[must_use]
    pub const fn latency(&self, operation: Operation) -> &Histogram {
        &self.latencies[operation as usize]
    }

    /// Counts an operation's duration `weight` times.
    pub fn record(&mut self, operation: Operation, duration_us: f64, weight: u32) {
        self.latencies[operation as usize].record(duration_us, weight);
    }

    /// Adds all that `other` has counted; gauges add up too.
    pub fn merge(&mut self, other: &Self) {
        for (own, more) in self.counters.iter_mut().zip(other.counters) {
            *own += more;
        }
        for (own, more) in self.gauges.iter_mut().zip(other.gauges) {
            *own += more;
        }
        for (own, more) in self.latencies.iter_mut().zip(&other.latencies) {
            own.merge(more);
        }
    }
}

/// The metrics of a whole cache.
#[derive(Clone, Debug, Default)]
pub struct Registry {
    regions: Vec<(String, Metrics)>,
    tiers: Vec<(String, Metrics)>,
    ceiling: Option<f64>,
}

impl Registry {
    /// A registry of nothing yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets what all regions together may weigh, in bytes, where that is less than their sum.
    pub const fn set_ceiling(&mut self, bytes: f64) {
        self.ceiling = Some(bytes);
    }

    /// The number of a region, which is declared by asking. It stays the same.
    pub fn declare_region(&mut self, name: &str) -> usize {
        declare(&mut self.regions, name)
    }

    /// The number of a tier, which is declared by asking. It stays the same.
    pub fn declare_tier(&mut self, name: &str) -> usize {
        declare(&mut self.tiers, name)
    }

    /// The metrics of a region by its number.
    pub fn region_mut(&mut self, number: usize) -> Option<&mut Metrics> {
        self.regions.get_mut(number).map(|(_, metrics)| metrics)
    }

    /// The metrics of a tier by its number.
    pub fn tier_mut(&mut self, number: usize) -> Option<&mut Metrics> {
        self.tiers.get_mut(number).map(|(_, metrics)| metrics)
    }

    /// Every region, in the order of declaration.
    pub fn regions(&self) -> impl Iterator<Item = (&str, &Metrics)> {
        self.regions
            .iter()
            .map(|(name, metrics)| (&**name, metrics))
    }

    /// Every tier, in the order of declaration.
    pub fn tiers(&self) -> impl Iterator<Item = (&str, &Metrics)> {
        self.tiers.iter().map(|(name, metrics)| (&**name, metrics))
    }

    /// All figures as they are now.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        let mut overall = Metrics::default();
        for (_, metrics) in self.regions() {
            overall.merge(metrics);
        }
        if let Some(ceiling) = self.ceiling {
            overall.set_gauge(Gauge::MaxBytes, ceiling.min(overall.gauge(Gauge::MaxBytes)));
        }
        let figures = |(name, metrics): (&str, &Metrics)| Figures::region(name, metrics);
        Snapshot {
            overall: Figures::region("overall", &overall),
            regions: self.regions().map(figures).collect(),
            tiers: self
                .tiers()
                .map(|(name, metrics)| Figures::tier(name, metrics))
                .collect(),
        }
    }

    /// Starts every count anew. Names and numbers stay; so do gauges, which tell what is.
    pub fn reset(&mut self) {
        for (_, metrics) in self.regions.iter_mut().chain(&mut self.tiers) {
            metrics.counters = Default::default();
            metrics.latencies = Default::default();
        }
    }
}

/// A search from the start: there are tens of names, and each is declared once.
fn declare(all: &mut Vec<(String, Metrics)>, name: &str) -> usize {
    let known = all.iter().position(|(other, _)| other == name);
    known.unwrap_or_else(|| {
        all.push((name.to_owned(), Metrics::default()));
        all.len() - 1
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_order_are_those_of_declaration() {
        let mut registry = Registry::new();
        let names = ["zebra", "apple", "mango"];
        assert_eq!(names.map(|name| registry.declare_region(name)), [0, 1, 2]);
        assert_eq!(names.map(|name| registry.declare_region(name)), [0, 1, 2]);
        assert_eq!(
            registry.regions().map(|(name, _)| name).collect::<Vec<_>>(),
            names
        );
        assert!(registry.region_mut(3).is_none());
        assert!(registry.tier_mut(0).is_none());
        assert_eq!(registry.declare_tier("redis"), 0);
    }

    #[test]
    fn a_reset_starts_counts_anew_and_keeps_gauges() {
        let mut registry = Registry::new();
        let number = registry.declare_region("a");
        let region = registry.region_mut(number).expect("declared");
        region.set_counter(Counter::Hits, 5.0);
        region.set_gauge(Gauge::Entries, 7.0);
        region.record(Operation::Get, 1.0, 1);
        registry.reset();
        let (_, region) = registry.regions().next().expect("declared");
        assert_eq!(region.counter(Counter::Hits), 0.0);
        assert_eq!(region.gauge(Gauge::Entries), 7.0);
        assert_eq!(region.latency(Operation::Get).count(), 0);
    }
}
