//! The figures that `cache.metrics()` tells: totals, and what follows from them.
//!
//! Durations are in ms, ratios and rates from 0 to 1, percentages from 0 to 100. Regions and
//! tiers are lists in the order of declaration, each with its name inside. Every object has
//! fixed fields, so that a serializer for JavaScript makes plain objects of them.

#![forbid(unsafe_code)]

use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::counter::{Counter, Gauge, Operation};
use super::histogram::Histogram;
use super::registry::Metrics;

/// All figures of a cache at one moment.
#[derive(Clone, Debug, serde::Serialize)]
pub struct Snapshot {
    /// The regions taken together.
    pub overall: Figures,
    /// Each region.
    pub regions: Vec<Figures>,
    /// Each tier.
    pub tiers: Vec<Figures>,
}

/// The figures of one region, of one tier, or of all regions together.
#[derive(Clone, Debug)]
pub struct Figures {
    name: String,
    of_tier: bool,
    counters: Vec<(Counter, f64)>,
    gauges: Vec<(Gauge, f64)>,
    derived: Derived,
    own: Latency,
    operations: Operations,
}

/// What follows from the totals.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Derived {
    /// Hits of all reads; 0 where there was none.
    pub hit_ratio: f64,
    /// Reads, sets and deletes.
    pub total_operations: f64,
    /// The share of them that did not fail; 1 where there was none.
    pub success_rate: f64,
    /// How full the memory is, in percent; 0 where there is no bound.
    pub utilisation_percent: f64,
    /// Bytes before compression for each byte stored; 1 where nothing was.
    pub compression_ratio: f64,
}

/// The figures of a latency histogram, in ms.
#[derive(Clone, Copy, Debug, PartialEq, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Latency {
    /// How many were timed.
    pub count: f64,
    /// Their mean.
    pub avg_duration_ms: f64,
    /// Half were not longer.
    pub p50_ms: f64,
    /// 95 of 100 were not longer.
    pub p95_ms: f64,
    /// 99 of 100 were not longer.
    pub p99_ms: f64,
    /// The longest.
    pub max_ms: f64,
}

#[derive(Clone, Copy, Debug)]
struct Operations([Latency; Operation::ALL.len()]);

impl Figures {
    pub(crate) fn region(name: &str, metrics: &Metrics) -> Self {
        Self::of(name, metrics, &Counter::ALL, &Gauge::ALL)
    }

    pub(crate) fn tier(name: &str, metrics: &Metrics) -> Self {
        Self::of(name, metrics, &Counter::OF_TIERS, &[])
    }

    fn of(name: &str, metrics: &Metrics, counters: &[Counter], gauges: &[Gauge]) -> Self {
        let mut own = Histogram::new();
        for operation in Operation::OWN {
            own.merge(metrics.latency(operation));
        }
        Self {
            name: name.to_owned(),
            of_tier: gauges.is_empty(),
            counters: counters.iter().map(|&c| (c, metrics.counter(c))).collect(),
            gauges: gauges.iter().map(|&g| (g, metrics.gauge(g))).collect(),
            derived: Derived::of(metrics),
            own: Latency::of(&own),
            operations: Operations(Operation::ALL.map(|o| Latency::of(metrics.latency(o)))),
        }
    }

    /// What follows from the totals.
    #[must_use]
    pub const fn derived(&self) -> &Derived {
        &self.derived
    }

    /// The latency of reads, sets and deletes together.
    #[must_use]
    pub const fn latency(&self) -> &Latency {
        &self.own
    }
}

impl Derived {
    fn of(metrics: &Metrics) -> Self {
        let count = |counter| metrics.counter(counter);
        let reads = count(Counter::Hits) + count(Counter::Misses);
        let operations = reads + count(Counter::Sets) + count(Counter::Deletes);
        let failed = share(count(Counter::Errors), operations, 0.0);
        let (bytes, most) = (metrics.gauge(Gauge::Bytes), metrics.gauge(Gauge::MaxBytes));
        Self {
            hit_ratio: share(count(Counter::Hits), reads, 0.0),
            total_operations: operations,
            success_rate: 1.0 - failed.min(1.0),
            utilisation_percent: 100.0 * share(bytes, most, 0.0),
            compression_ratio: share(count(Counter::BytesRaw), count(Counter::BytesStored), 1.0),
        }
    }
}

/// `part / whole`, or `otherwise` where there is no whole.
fn share(part: f64, whole: f64, otherwise: f64) -> f64 {
    if whole > 0.0 { part / whole } else { otherwise }
}

impl Latency {
    fn of(histogram: &Histogram) -> Self {
        Self {
            count: histogram.count() as f64,
            avg_duration_ms: histogram.mean() / 1e3,
            p50_ms: histogram.quantile(0.50) / 1e3,
            p95_ms: histogram.quantile(0.95) / 1e3,
            p99_ms: histogram.quantile(0.99) / 1e3,
            max_ms: histogram.max() / 1e3,
        }
    }
}

impl Serialize for Figures {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let fields = self.counters.len() + self.gauges.len() + if self.of_tier { 9 } else { 11 };
        let mut object = serializer.serialize_struct("Figures", fields)?;
        object.serialize_field("name", &self.name)?;
        for (counter, total) in &self.counters {
            object.serialize_field(counter.name(), total)?;
        }
        for (gauge, value) in &self.gauges {
            object.serialize_field(gauge.name(), value)?;
        }
        object.serialize_field("hitRatio", &self.derived.hit_ratio)?;
        object.serialize_field("totalOperations", &self.derived.total_operations)?;
        object.serialize_field("successRate", &self.derived.success_rate)?;
        if !self.of_tier {
            object.serialize_field("utilisationPercent", &self.derived.utilisation_percent)?;
            object.serialize_field("compressionRatio", &self.derived.compression_ratio)?;
        }
        object.serialize_field("avgDurationMs", &self.own.avg_duration_ms)?;
        object.serialize_field("p50Ms", &self.own.p50_ms)?;
        object.serialize_field("p95Ms", &self.own.p95_ms)?;
        object.serialize_field("p99Ms", &self.own.p99_ms)?;
        object.serialize_field("operations", &self.operations)?;
        object.end()
    }
}

impl Serialize for Operations {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut object = serializer.serialize_struct("Operations", self.0.len())?;
        for (operation, latency) in Operation::ALL.iter().zip(&self.0) {
            object.serialize_field(operation.name(), latency)?;
        }
        object.end()
    }
}
