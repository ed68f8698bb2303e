//! Measures what a request costs each contender. `npm run bench:native` runs it and makes a table
//! of what it prints: lines of fields with tabs between them.
//!
//! - `time`: for each contender its name, whether it is ours, nanoseconds a request, their ratio
//!   to quick_cache's, and the share of hits.
//! - `names`: the contenders.
//! - `count NAME`: has one of them answer [`COUNTED`] requests in [`counted`], for whoever counts
//!   what that function does.

use cpu_time::ThreadTime;
use omnicache_bench_native::contenders::{QUICK_CACHE, Run, all};
use omnicache_bench_native::trace::{CAPACITY, zipf};
use std::process::ExitCode;

/// How often each contender has its turn, and how many requests a turn has.
const ROUNDS: usize = 21;
const TURN: usize = 200_000;
/// Requests before anything is timed.
const FILLING: usize = 2_000_000;
/// Requests before anything is counted, and those that are.
const FILLING_TO_COUNT: usize = 1_000_000;
const COUNTED: usize = 200_000;

struct State {
    name: String,
    ours: bool,
    run: Run,
    /// Nanoseconds a request, one number for each round.
    samples: Vec<f64>,
    hits: usize,
}

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["time"] => time(),
        ["names"] => all()
            .iter()
            .for_each(|contender| println!("{}", contender.name)),
        ["count", name] => return count(name),
        _ => {
            eprintln!("time, names, or count and a name");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// Has one contender answer requests that are counted.
fn count(name: &str) -> ExitCode {
    let Some(contender) = all().into_iter().find(|contender| contender.name == name) else {
        eprintln!("nobody is called {name}");
        return ExitCode::FAILURE;
    };
    let requests = zipf(FILLING_TO_COUNT + COUNTED);
    let (filling, rest) = requests.split_at(FILLING_TO_COUNT);
    let mut run = contender.make(CAPACITY);
    run(filling);
    println!("{}\t{}", counted(&mut run, rest), rest.len());
    ExitCode::SUCCESS
}

/// A function of its own, so that its name tells callgrind what to count.
#[inline(never)]
fn counted(run: &mut Run, requests: &[u64]) -> usize {
    run(requests)
}

/// Has all contenders take turns, and prints what came out.
fn time() {
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
    print(&states);
}

fn take_turn(state: &mut State, requests: &[u64]) {
    // The processor's, so without the time in which other programs had it.
    let start = ThreadTime::now();
    state.hits += (state.run)(requests);
    #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 requests")]
    state
        .samples
        .push(start.elapsed().as_secs_f64() * 1e9 / requests.len() as f64);
}

fn print(states: &[State]) {
    let baseline: &[f64] = states
        .iter()
        .find(|state| state.name == QUICK_CACHE)
        .map_or(&[], |state| &state.samples);
    for state in states {
        let pairs = state.samples.iter().zip(baseline);
        let ratios: Vec<f64> = pairs.map(|(sample, base)| sample / base).collect();
        #[expect(clippy::cast_precision_loss, reason = "far fewer than 2^52 requests")]
        let found = state.hits as f64 / (ROUNDS * TURN) as f64;
        let (time, ratio) = (median(&state.samples), median(&ratios));
        println!(
            "{}\t{}\t{time}\t{ratio}\t{found}",
            state.name,
            u8::from(state.ours)
        );
    }
}

fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
}
