//! Prometheus' text exposition format, version 0.0.4.
//!
//! One family per counter, gauge and timed operation; base units (seconds, bytes); a family's
//! samples together, in the order of declaration. Latencies are histograms with bounds at
//! powers of four µs, from 1 µs to 67 s: there the counts are exact.

#![forbid(unsafe_code)]

use core::fmt::{self, Display, Write};

use super::counter::{Counter, Gauge, Operation};
use super::histogram::Histogram;
use super::registry::{Metrics, Registry};

/// The value of the `Content-Type` header that the page is to be served with.
pub const CONTENT_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";

const PREFIX: &str = "omnicache";

/// How the format writes what has no bound.
const INFINITY: &str = "+Inf";

/// The exponents of the bounds: powers of two µs.
const BOUNDS: [i32; 13] = [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24];

/// Whose samples a family has.
struct Owners<'a> {
    /// The start of the family's name.
    prefix: String,
    /// The label that tells them apart.
    label: &'static str,
    all: Vec<(&'a str, &'a Metrics)>,
}

/// The page for everything in `registry`.
#[must_use]
pub fn render(registry: &Registry) -> String {
    let regions = Owners {
        prefix: PREFIX.to_owned(),
        label: "region",
        all: registry.regions().collect(),
    };
    let tiers = Owners {
        prefix: format!("{PREFIX}_tier"),
        label: "tier",
        all: registry.tiers().collect(),
    };
    let mut page = String::new();
    // Writing to a String cannot fail.
    let _ = write_owners(&mut page, &regions, &Counter::ALL, &Gauge::ALL);
    let _ = write_owners(&mut page, &tiers, &Counter::OF_TIERS, &[]);
    page
}

fn write_owners(
    page: &mut String,
    owners: &Owners<'_>,
    counters: &[Counter],
    gauges: &[Gauge],
) -> fmt::Result {
    if owners.all.is_empty() {
        return Ok(());
    }
    for &counter in counters {
        let name = format!("{}_{}", owners.prefix, counter.metric());
        write_family(page, &name, "counter", counter.help())?;
        for (owner, metrics) in &owners.all {
            let labels = [(owners.label, *owner)];
            write_sample(page, &name, &labels, Decimal(metrics.counter(counter)))?;
        }
    }
    for &gauge in gauges {
        let name = format!("{}_{}", owners.prefix, gauge.metric());
        write_family(page, &name, "gauge", gauge.help())?;
        for (owner, metrics) in &owners.all {
            let labels = [(owners.label, *owner)];
            write_sample(page, &name, &labels, Decimal(metrics.gauge(gauge)))?;
        }
    }
    let name = format!("{}_operation_duration_seconds", owners.prefix);
    write_family(page, &name, "histogram", "How long operations took.")?;
    for (owner, metrics) in &owners.all {
        for operation in Operation::ALL {
            let histogram = metrics.latency(operation);
            if histogram.count() > 0 {
                let labels = [(owners.label, *owner), ("operation", operation.name())];
                write_histogram(page, &name, labels, histogram)?;
            }
        }
    }
    Ok(())
}

fn write_histogram(
    page: &mut String,
    name: &str,
    [owner, operation]: [(&str, &str); 2],
    histogram: &Histogram,
) -> fmt::Result {
    let bucket = format!("{name}_bucket");
    for (exponent, count) in BOUNDS.into_iter().zip(histogram.cumulative(BOUNDS)) {
        let bound = Decimal(2_f64.powi(exponent) / 1e6).to_string();
        write_sample(page, &bucket, &[owner, operation, ("le", &bound)], count)?;
    }
    let count = histogram.count();
    write_sample(page, &bucket, &[owner, operation, ("le", INFINITY)], count)?;
    let labels = [owner, operation];
    write_sample(
        page,
        &format!("{name}_sum"),
        &labels,
        Decimal(histogram.sum() / 1e6),
    )?;
    write_sample(page, &format!("{name}_count"), &labels, count)
}

fn write_family(page: &mut String, name: &str, kind: &str, help: &str) -> fmt::Result {
    writeln!(page, "# HELP {name} {help}\n# TYPE {name} {kind}")
}

fn write_sample(
    page: &mut String,
    name: &str,
    labels: &[(&str, &str)],
    value: impl Display,
) -> fmt::Result {
    page.push_str(name);
    for (index, (label, text)) in labels.iter().enumerate() {
        page.push(if index == 0 { '{' } else { ',' });
        write!(page, "{label}=\"")?;
        escape(page, text);
        page.push('"');
    }
    writeln!(page, "}} {value}")
}

/// A number to nine decimals, which is a nanosecond: shortest digits, as the standard library
/// prints floats, would be a tenth of the whole core.
struct Decimal(f64);

impl Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let value = self.0.abs();
        if value.is_nan() {
            return f.write_str("NaN");
        }
        f.write_str(match (self.0 < 0.0, value == f64::INFINITY) {
            (false, true) => return f.write_str(INFINITY),
            (true, true) => return f.write_str("-Inf"),
            (true, false) => "-",
            (false, false) => "",
        })?;
        // Above 2^53 there is no fraction, and above 2^64 what is told is 2^64.
        let nanos = (value.fract() * 1e9).round() as u32;
        let (carry, nanos) = (nanos / 1_000_000_000, nanos % 1_000_000_000);
        write!(f, "{}", (value as u64).saturating_add(carry.into()))?;
        if nanos == 0 {
            return Ok(());
        }
        write!(f, ".{}", format!("{nanos:09}").trim_end_matches('0'))
    }
}

/// A label's value may hold anything; backslash, quote and line feed are escaped.
fn escape(page: &mut String, text: &str) {
    for character in text.chars() {
        match character {
            '\\' => page.push_str("\\\\"),
            '"' => page.push_str("\\\""),
            '\n' => page.push_str("\\n"),
            other => page.push(other),
        }
    }
}
