//! `cargo bench`: what a request costs each contender, measured by divan.

use divan::counter::ItemsCount;
use omnicache_bench_native::contenders::all;
use omnicache_bench_native::trace::{CAPACITY, zipf};

/// Requests before anything is timed, and in one sample.
const FILLING: usize = 2_000_000;
const SAMPLE: usize = 200_000;

fn main() {
    divan::main();
}

fn names() -> Vec<String> {
    all().into_iter().map(|contender| contender.name).collect()
}

#[divan::bench(args = names(), sample_count = 15, sample_size = 1)]
fn read_through(bencher: divan::Bencher, name: &String) {
    let requests = zipf(FILLING + SAMPLE);
    let (filling, timed) = requests.split_at(FILLING);
    let Some(contender) = all().into_iter().find(|contender| contender.name == *name) else {
        return;
    };
    let mut run = contender.make(CAPACITY);
    run(filling);
    bencher
        .counter(ItemsCount::new(SAMPLE))
        .bench_local(|| run(divan::black_box(timed)));
}
