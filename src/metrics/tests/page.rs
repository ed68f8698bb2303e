//! The page, read back by the rules of the text format.

use std::collections::{HashMap, HashSet};

use super::registry;
use crate::metrics::{Counter, Gauge, Registry, prometheus};

type Labels = Vec<(String, String)>;

#[derive(Debug)]
struct Sample {
    name: String,
    labels: Labels,
    value: f64,
}

#[derive(Debug)]
struct Family {
    name: String,
    kind: String,
    samples: Vec<Sample>,
}

/// Reads a page; panics where it breaks a rule.
fn parse(page: &str) -> Vec<Family> {
    assert!(
        page.is_empty() || page.ends_with('\n'),
        "the last line must end"
    );
    let mut families: Vec<Family> = Vec::new();
    let mut lines = page.lines();
    while let Some(line) = lines.next() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            let (name, text) = help.split_once(' ').expect("a help text");
            assert!(!text.is_empty());
            let kind = lines.next().and_then(|line| line.strip_prefix("# TYPE "));
            let (again, kind) = kind.and_then(|kind| kind.split_once(' ')).expect("a type");
            assert_eq!(name, again);
            assert!(
                families.iter().all(|family| family.name != name),
                "{name} twice"
            );
            families.push(Family {
                name: name.into(),
                kind: kind.into(),
                samples: Vec::new(),
            });
        } else {
            families
                .last_mut()
                .expect("a family first")
                .samples
                .push(sample(line));
        }
    }
    families
}

fn sample(line: &str) -> Sample {
    let (name, rest) = line.split_once('{').expect("labels");
    let mut rest = rest.chars();
    let mut labels = Labels::new();
    loop {
        let label: String = rest.by_ref().take_while(|&c| c != '=').collect();
        assert_eq!(rest.next(), Some('"'));
        labels.push((label, label_value(&mut rest)));
        match rest.next() {
            Some(',') => {}
            Some('}') => break,
            other => panic!("{other:?} after a label in {line}"),
        }
    }
    let value = rest.as_str().strip_prefix(' ').expect("a space");
    Sample {
        name: name.into(),
        labels,
        value: value.parse().expect("a number"),
    }
}

fn label_value(rest: &mut core::str::Chars<'_>) -> String {
    let mut value = String::new();
    loop {
        match rest.next().expect("a closing quote") {
            '"' => return value,
            '\\' => value.push(match rest.next() {
                Some('n') => '\n',
                Some(c @ ('\\' | '"')) => c,
                other => panic!("an escape of {other:?}"),
            }),
            c => value.push(c),
        }
    }
}

fn is_name(name: &str) -> bool {
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_';
    name.starts_with(|c: char| c.is_ascii_lowercase()) && name.chars().all(allowed)
}

#[test]
fn the_page_follows_the_rules_of_the_format() {
    let families = parse(&prometheus::render(&registry()));
    let regions = Counter::ALL.len() + Gauge::ALL.len() + 1;
    assert_eq!(families.len(), regions + Counter::OF_TIERS.len() + 1);
    let mut seen = HashSet::new();
    for family in &families {
        assert!(is_name(&family.name), "{}", family.name);
        assert_eq!(family.kind == "counter", family.name.ends_with("_total"));
        assert!(!family.samples.is_empty(), "{}", family.name);
        for sample in &family.samples {
            assert!(sample.labels.iter().all(|(label, _)| is_name(label)));
            assert!(
                seen.insert((sample.name.clone(), sample.labels.clone())),
                "{sample:?} twice"
            );
            let suffix = sample
                .name
                .strip_prefix(&family.name)
                .expect("the family's name");
            let allowed: &[&str] = match &*family.kind {
                "counter" | "gauge" => &[""],
                "histogram" => &["_bucket", "_sum", "_count"],
                kind => panic!("a family of type {kind}"),
            };
            assert!(allowed.contains(&suffix), "{}", sample.name);
        }
    }
}

#[test]
fn values_and_awkward_names_come_through() {
    let families = parse(&prometheus::render(&registry()));
    let value = |name: &str, owner: &str| {
        let family = families
            .iter()
            .find(|family| family.name == name)
            .expect("a family");
        let sample = family
            .samples
            .iter()
            .find(|sample| sample.labels[0].1 == owner);
        sample.expect("a sample").value
    };
    assert_eq!(value("omnicache_hits_total", "prompts"), 90.0);
    assert_eq!(value("omnicache_hits_total", "odd \"name\"\\\n"), 180.0);
    assert_eq!(value("omnicache_bytes", "prompts"), 250.0);
    assert_eq!(value("omnicache_tier_hits_total", "redis"), 5.0);
}

#[test]
fn histograms_ascend_to_infinity_and_agree_with_their_count() {
    let families = parse(&prometheus::render(&registry()));
    let mut histograms: HashMap<Labels, Vec<(f64, f64)>> = HashMap::new();
    let mut totals: HashMap<Labels, f64> = HashMap::new();
    let all = families.iter().filter(|family| family.kind == "histogram");
    for sample in all.flat_map(|family| &family.samples) {
        let mut labels = sample.labels.clone();
        if sample.name.ends_with("_bucket") {
            let (label, bound) = labels.pop().expect("a bound");
            assert_eq!(label, "le");
            let bound = bound.parse().expect("a number");
            histograms
                .entry(labels)
                .or_default()
                .push((bound, sample.value));
        } else if sample.name.ends_with("_count") {
            totals.insert(labels, sample.value);
        }
    }
    assert_eq!(
        histograms.len(),
        5,
        "get and factory of two regions, set of the tier"
    );
    for (labels, buckets) in &histograms {
        assert!(
            buckets.is_sorted_by(|a, b| a.0 < b.0 && a.1 <= b.1),
            "{labels:?}"
        );
        let &(last, count) = buckets.last().expect("buckets");
        assert_eq!((last, Some(&count)), (f64::INFINITY, totals.get(labels)));
    }
    let get = vec![
        ("region".to_owned(), "prompts".to_owned()),
        ("operation".to_owned(), "get".to_owned()),
    ];
    // 1 to 100 µs, each twice: at most 64 µs are 128 of them.
    assert_eq!(
        histograms[&get].iter().find(|bucket| bucket.0 == 64e-6),
        Some(&(64e-6, 128.0))
    );
}

#[test]
fn durations_are_in_seconds() {
    let page = prometheus::render(&registry());
    let sum =
        "omnicache_operation_duration_seconds_sum{region=\"prompts\",operation=\"factory\"} 2.5\n";
    assert!(page.contains(sum), "{page}");
}

#[test]
fn a_region_without_bound_says_so_as_the_format_does() {
    let mut registry = registry();
    let region = registry.region_mut(0).expect("declared");
    region.set_gauge(Gauge::MaxBytes, f64::INFINITY);
    let page = prometheus::render(&registry);
    assert!(page.contains("omnicache_max_bytes{region=\"prompts\"} +Inf\n"));
}

#[test]
fn numbers_are_written_to_the_nanosecond() {
    let mut registry = Registry::new();
    registry.declare_region("a");
    let mut written = |value: f64| {
        let region = registry.region_mut(0).expect("declared");
        region.set_gauge(Gauge::Bytes, value);
        let page = prometheus::render(&registry);
        let line = page
            .lines()
            .find(|line| line.starts_with("omnicache_bytes{"));
        let (_, number) = line.expect("a sample").rsplit_once(' ').expect("a number");
        number.to_owned()
    };
    for (value, number) in [
        (0.0, "0"),
        (9_007_199_254_740_992.0, "9007199254740992"),
        (2.5, "2.5"),
        (0.000_064, "0.000064"),
        (1.000_000_000_4, "1"),
        (0.999_999_999_9, "1"),
        (-1.25, "-1.25"),
        (1e300, "18446744073709551615"),
        (f64::INFINITY, "+Inf"),
        (f64::NEG_INFINITY, "-Inf"),
        (f64::NAN, "NaN"),
    ] {
        assert_eq!(written(value), number);
    }
}

#[test]
fn an_idle_registry_is_an_empty_page() {
    assert_eq!(prometheus::render(&Registry::new()), "");
}
