//! The names that JavaScript reads, and the figures that are derived.

use super::record::leaves;
use super::{Counter, registry};
use crate::metrics::{Metrics, Registry, snapshot::Figures};

fn field(leaves: &[(String, String)], path: &str) -> f64 {
    let found = leaves.iter().find(|(name, _)| name == path);
    let (_, value) = found.unwrap_or_else(|| panic!("no {path}"));
    value.parse().expect("a number")
}

#[test]
fn a_region_has_its_counters_gauges_and_what_follows_from_them() {
    let leaves = leaves(&registry().snapshot());
    let region = |name: &str| field(&leaves, &format!("regions.0.{name}"));
    assert_eq!(
        leaves
            .iter()
            .filter(|(name, _)| name == "regions.0.name")
            .count(),
        1
    );
    assert_eq!(region("hits"), 90.0);
    assert_eq!(region("staleHits"), 0.0);
    assert_eq!(region("entries"), 7.0);
    assert_eq!(region("hitRatio"), 0.9);
    assert_eq!(region("totalOperations"), 120.0);
    assert_eq!(region("successRate"), 0.975);
    assert_eq!(region("utilisationPercent"), 25.0);
    assert_eq!(region("compressionRatio"), 3.0);
    assert!((region("avgDurationMs") - 0.0505).abs() < 1e-9);
    assert!((region("p50Ms") / 0.050 - 1.0).abs() < 0.016);
    assert!((region("p95Ms") / 0.095 - 1.0).abs() < 0.016);
    assert!((region("p99Ms") / 0.099 - 1.0).abs() < 0.016);
    assert_eq!(region("operations.get.count"), 200.0);
    assert_eq!(region("operations.factory.maxMs"), 2500.0);
    assert_eq!(region("operations.set.p99Ms"), 0.0);
}

#[test]
fn every_counter_and_gauge_is_there_under_its_name() {
    let leaves = leaves(&registry().snapshot());
    for counter in Counter::ALL {
        field(&leaves, &format!("regions.1.{}", counter.name()));
    }
    for counter in Counter::OF_TIERS {
        field(&leaves, &format!("tiers.0.{}", counter.name()));
    }
    let mut names: Vec<_> = leaves.iter().map(|(name, _)| name).collect();
    names.sort();
    names.dedup();
    assert_eq!(names.len(), leaves.len(), "a name twice");
}

#[test]
fn overall_is_the_sum_under_the_ceiling() {
    let mut registry = registry();
    let overall = |registry: &Registry| {
        let leaves = leaves(&registry.snapshot());
        ["hits", "bytes", "maxBytes", "operations.get.count"]
            .map(|name| field(&leaves, &format!("overall.{name}")))
    };
    assert_eq!(overall(&registry), [270.0, 500.0, 3000.0, 400.0]);
    registry.set_ceiling(2000.0);
    assert_eq!(overall(&registry), [270.0, 500.0, 2000.0, 400.0]);
    registry.set_ceiling(f64::INFINITY);
    assert_eq!(overall(&registry), [270.0, 500.0, 3000.0, 400.0]);
}

#[test]
fn of_nothing_nothing_is_divided_by_zero() {
    let idle = Figures::region("idle", &Metrics::default());
    let derived = idle.derived();
    assert_eq!((derived.hit_ratio, derived.success_rate), (0.0, 1.0));
    assert_eq!(
        (derived.utilisation_percent, derived.compression_ratio),
        (0.0, 1.0)
    );
    assert_eq!(idle.latency().p99_ms, 0.0);

    let mut unbounded = Metrics::default();
    unbounded.set_gauge(crate::metrics::Gauge::Bytes, 5.0);
    unbounded.set_gauge(crate::metrics::Gauge::MaxBytes, f64::INFINITY);
    unbounded.set_counter(Counter::Hits, 1.0);
    unbounded.set_counter(Counter::Errors, 9.0);
    let figures = Figures::region("unbounded", &unbounded);
    assert_eq!(figures.derived().utilisation_percent, 0.0);
    assert_eq!(figures.derived().success_rate, 0.0);
}
