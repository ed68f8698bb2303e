//! The registry seen from outside: as a snapshot and as a page.

mod page;
mod record;
mod snapshot;

use super::{Counter, Gauge, Operation, Registry};

/// Two regions, one of them with an awkward name, and a tier.
fn registry() -> Registry {
    let mut registry = Registry::new();
    for (number, name) in ["prompts", "odd \"name\"\\\n"].iter().enumerate() {
        let factor = (number + 1) as f64;
        let declared = registry.declare_region(name);
        let region = registry.region_mut(declared).expect("declared");
        region.set_counter(Counter::Hits, 90.0 * factor);
        region.set_counter(Counter::Misses, 10.0);
        region.set_counter(Counter::Sets, 20.0);
        region.set_counter(Counter::Errors, 3.0);
        region.set_counter(Counter::BytesRaw, 3000.0);
        region.set_counter(Counter::BytesStored, 1000.0);
        region.set_gauge(Gauge::Entries, 7.0);
        region.set_gauge(Gauge::Bytes, 250.0);
        region.set_gauge(Gauge::MaxBytes, 1000.0 * factor);
        for value in 1..=100 {
            region.record(Operation::Get, f64::from(value), 2);
        }
        region.record(Operation::Factory, 2_500_000.0, 1);
    }
    let declared = registry.declare_tier("redis");
    let tier = registry.tier_mut(declared).expect("declared");
    tier.set_counter(Counter::Hits, 5.0);
    tier.record(Operation::Set, 400.0, 1);
    registry
}
