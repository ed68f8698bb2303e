//! Snapshots cross as plain objects.

use js_sys::{Array, JSON, Object, Reflect};
use omnicache_core::wasm::MetricsCore;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::wasm_bindgen_test;

fn field(object: &JsValue, name: &str) -> JsValue {
    let value = Reflect::get(object, &name.into()).expect("an object");
    assert!(!value.is_undefined(), "{name} is there");
    value
}

fn number(object: &JsValue, name: &str) -> f64 {
    field(object, name).as_f64().expect("a number")
}

fn filled() -> MetricsCore {
    let mut metrics = MetricsCore::new();
    let region = metrics.declare_region("sessions");
    let tier = metrics.declare_tier("redis");
    assert_eq!((region, tier), (0, 0));
    assert_eq!(
        metrics.declare_region("sessions"),
        0,
        "asking again declares nothing"
    );
    metrics.update_region(region, &[9.0, 1.0, 5.0], &[2.0, 50.0, 200.0]);
    metrics.update_tier(tier, &[1.0, 2.0]);
    metrics.record_region(region, 0, 2_000.0, 3);
    metrics.record_tier(tier, 1, 1_000.0);
    metrics
}

#[wasm_bindgen_test]
fn a_snapshot_is_made_of_plain_objects() {
    let snapshot = filled().snapshot().expect("a snapshot");
    let prototype = Object::get_prototype_of(&Object::new().into());
    let regions: Array = field(&snapshot, "regions").unchecked_into();
    let tiers: Array = field(&snapshot, "tiers").unchecked_into();
    assert_eq!((regions.length(), tiers.length()), (1, 1));
    let region = regions.get(0);
    let operations = field(&region, "operations");
    for object in [&snapshot, &region, &operations, &field(&operations, "get")] {
        assert_eq!(Object::get_prototype_of(object), prototype);
    }
    assert_eq!(
        field(&region, "name").as_string().as_deref(),
        Some("sessions")
    );
    assert_eq!(number(&region, "hits"), 9.0);
    assert_eq!(number(&region, "misses"), 1.0);
    assert_eq!(number(&region, "hitRatio"), 0.9);
    assert_eq!(number(&region, "totalOperations"), 15.0);
    assert_eq!(number(&region, "successRate"), 1.0);
    assert_eq!(number(&region, "entries"), 2.0);
    assert_eq!(number(&region, "utilisationPercent"), 25.0);
    assert_eq!(number(&field(&operations, "get"), "count"), 3.0);
    assert_eq!(number(&field(&operations, "get"), "maxMs"), 2.0);
    assert_eq!(number(&field(&snapshot, "overall"), "hits"), 9.0);
    let tier = tiers.get(0);
    assert_eq!(field(&tier, "name").as_string().as_deref(), Some("redis"));
    assert_eq!(number(&tier, "misses"), 2.0);
    assert_eq!(
        number(&field(&field(&tier, "operations"), "set"), "avgDurationMs"),
        1.0
    );
}

#[wasm_bindgen_test]
fn a_snapshot_survives_json_as_it_is() {
    let snapshot = filled().snapshot().expect("a snapshot");
    let text = JSON::stringify(&snapshot).expect("no cycles and no bigint");
    let parsed = JSON::parse(&String::from(&text)).expect("json");
    let again = JSON::stringify(&parsed).expect("json");
    assert_eq!(String::from(again), String::from(text));
}

#[wasm_bindgen_test]
fn a_ceiling_bounds_the_sum_of_the_regions() {
    let mut metrics = filled();
    metrics.set_ceiling(100.0);
    let overall = field(&metrics.snapshot().expect("a snapshot"), "overall");
    assert_eq!(number(&overall, "maxBytes"), 100.0);
    assert_eq!(number(&overall, "utilisationPercent"), 50.0);
}

#[wasm_bindgen_test]
fn the_page_tells_the_same_and_a_reset_starts_anew() {
    let mut metrics = filled();
    let line = r#"omnicache_hits_total{region="sessions"} "#;
    assert!(
        metrics.text().contains(&format!("{line}9")),
        "{}",
        metrics.text()
    );
    metrics.reset();
    assert!(metrics.text().contains(&format!("{line}0")));
}
