//! [`Registry`] for JavaScript. Snapshots cross as objects; everything else as numbers.

use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use wasm_bindgen::prelude::*;

use crate::metrics::{Counter, Gauge, Metrics, Operation, Registry, prometheus};

/// The metrics of one cache. See [`Registry`].
#[wasm_bindgen]
#[derive(Default)]
pub struct MetricsCore(Registry);

#[wasm_bindgen]
impl MetricsCore {
    /// A registry of nothing yet.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets what all regions together may weigh, in bytes.
    #[wasm_bindgen(js_name = setCeiling)]
    pub fn set_ceiling(&mut self, bytes: f64) {
        self.0.set_ceiling(bytes);
    }

    /// The number of a region, which is declared by asking.
    #[wasm_bindgen(js_name = declareRegion)]
    pub fn declare_region(&mut self, name: &str) -> usize {
        self.0.declare_region(name)
    }

    /// The number of a tier, which is declared by asking.
    #[wasm_bindgen(js_name = declareTier)]
    pub fn declare_tier(&mut self, name: &str) -> usize {
        self.0.declare_tier(name)
    }

    /// Sets a region's totals and gauges, in the order of their numbers.
    #[wasm_bindgen(js_name = updateRegion)]
    pub fn update_region(&mut self, number: usize, totals: &[f64], gauges: &[f64]) {
        if let Some(metrics) = self.0.region_mut(number) {
            update(metrics, totals, gauges);
        }
    }

    /// Sets a tier's totals, in the order of their numbers.
    #[wasm_bindgen(js_name = updateTier)]
    pub fn update_tier(&mut self, number: usize, totals: &[f64]) {
        if let Some(metrics) = self.0.tier_mut(number) {
            update(metrics, totals, &[]);
        }
    }

    /// Counts the duration of a region's operation `weight` times, in microseconds.
    #[wasm_bindgen(js_name = recordRegion)]
    pub fn record_region(&mut self, number: usize, operation: u8, duration: f64, weight: u32) {
        if let Some(metrics) = self.0.region_mut(number) {
            record(metrics, operation, duration, weight);
        }
    }

    /// Counts the duration of a tier's operation, in microseconds.
    #[wasm_bindgen(js_name = recordTier)]
    pub fn record_tier(&mut self, number: usize, operation: u8, duration: f64) {
        if let Some(metrics) = self.0.tier_mut(number) {
            record(metrics, operation, duration, 1);
        }
    }

    /// All figures as they are now, as plain objects.
    pub fn snapshot(&self) -> Result<JsValue, JsError> {
        let snapshot = self.0.snapshot();
        Ok(snapshot.serialize(&Serializer::json_compatible())?)
    }

    /// All figures in Prometheus' text format.
    pub fn text(&self) -> String {
        prometheus::render(&self.0)
    }

    /// Starts every count anew.
    pub fn reset(&mut self) {
        self.0.reset();
    }
}

fn update(metrics: &mut Metrics, totals: &[f64], gauges: &[f64]) {
    for (counter, total) in Counter::ALL.into_iter().zip(totals) {
        metrics.set_counter(counter, *total);
    }
    for (gauge, value) in Gauge::ALL.into_iter().zip(gauges) {
        metrics.set_gauge(gauge, *value);
    }
}

fn record(metrics: &mut Metrics, operation: u8, duration: f64, weight: u32) {
    if let Some(operation) = Operation::ALL.get(usize::from(operation)) {
        metrics.record(*operation, duration, weight);
    }
}
