//! Prints what a request costs each contender, and how many of them were hits.

use omnicache_bench_native::contenders::{QUICK_CACHE, Run, all};
use omnicache_bench_native::trace::{CAPACITY, KEYS, zipf};
use std::time::Instant;

/// How often each contender has its turn, and how many requests a turn has.
const ROUNDS: usize = 15;
const TURN: usize = 200_000;
/// Requests before anything is timed.
const FILLING: usize = 2_000_000;
/// Ours are to need at most so many times quick_cache's time.
const LIMIT: f64 = 1.2;

struct State {
    name: String,
    ours: bool,
    run: Run,
    /// Nanoseconds a request, one number for each round.
    samples: Vec<f64>,
    hits: usize,
}

fn main() {
    let requests = zipf(FILLING + ROUNDS * TURN);
    let (filling, timed) = requests.split_at(FILLING);
    let mut states: Vec<State> = all()
        .into_iter()
        .map(|contender| {
            let mut run = contender.make(CAPACITY);
            run(filling);
            State {
                name: contender.name,
                ours: contender.ours,
                run,
                samples: Vec::new(),
                hits: 0,
            }
        })
        .collect();
    let count = states.len();
    for (round, turn) in timed.chunks(TURN).enumerate() {
        for place in 0..count {
            take_turn(&mut states[(round + place) % count], turn);
        }
    }
    print(&mut states);
}

fn take_turn(state: &mut State, requests: &[u64]) {
    let start = Instant::now();
    state.hits += (state.run)(requests);
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 requests")]
    state
        .samples
        .push(start.elapsed().as_secs_f64() * 1e9 / requests.len() as f64);
}

fn print(states: &mut [State]) {
    let baseline: Vec<f64> = states
        .iter()
        .find(|state| state.name == QUICK_CACHE)
        .map(|state| state.samples.clone())
        .unwrap_or_default();
    println!(
        "Reads by Zipf's law over {KEYS} keys, room for {CAPACITY}; what is missing is inserted. One thread.\n"
    );
    println!(
        "{:<20}  {:>6}  {:>14}  {:>6}  {:>7}",
        "cache", "ns", "to quick_cache", "hits", "reached"
    );
    states.sort_by(|a, b| median(&a.samples).total_cmp(&median(&b.samples)));
    for State {
        name,
        ours,
        samples,
        hits,
        ..
    } in states
    {
        let ratios: Vec<f64> = samples
            .iter()
            .zip(&baseline)
            .map(|(sample, base)| sample / base)
            .collect();
        let ratio = median(&ratios);
        #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 requests")]
        let found = 100.0 * *hits as f64 / (ROUNDS * TURN) as f64;
        let reached = match (*ours, ratio <= LIMIT) {
            (false, _) => "",
            (true, true) => "yes",
            (true, false) => "NO",
        };
        println!(
            "{name:<20}  {:>6.1}  {ratio:>14.2}  {found:>4.1} %  {reached:>7}",
            median(samples)
        );
    }
    println!(
        "\nMedians of {ROUNDS} rounds in turns; ours are to need at most {LIMIT} times quick_cache's time."
    );
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}
