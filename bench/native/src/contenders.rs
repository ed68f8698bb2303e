//! Who takes part.

use crate::ours;
use foldhash::fast::RandomState;
use omnicache_core::policy::PolicyKind;
use quick_cache::{UnitWeighter, unsync::DefaultLifecycle};

/// The one whose time ours are compared with.
pub const QUICK_CACHE: &str = "quick_cache";

/// Answers so many requests, and how many of them found a value.
pub type Run = Box<dyn FnMut(&[u64]) -> usize>;

/// A cache, ready to be made.
pub struct Contender {
    /// What it is called in the tables.
    pub name: String,
    /// Whether it is one of ours.
    pub ours: bool,
    make: Box<dyn Fn(usize) -> Run>,
}

impl Contender {
    fn new<R: FnMut(&[u64]) -> usize + 'static>(
        name: impl Into<String>,
        ours: bool,
        make: impl Fn(usize) -> R + 'static,
    ) -> Self {
        Self {
            name: name.into(),
            ours,
            make: Box::new(move |capacity| Box::new(make(capacity))),
        }
    }

    /// An empty cache of so many entries at the most.
    #[must_use]
    pub fn make(&self, capacity: usize) -> Run {
        (self.make)(capacity)
    }
}

/// Everybody, ours first.
#[must_use]
pub fn all() -> Vec<Contender> {
    let policies = PolicyKind::ALL.iter().map(|&kind| ours(kind));
    policies
        .chain([quick_cache(), mini_moka(), moka()])
        .collect()
}

fn ours(kind: PolicyKind) -> Contender {
    let name = format!("omnicache, {}", format!("{kind:?}").to_lowercase());
    Contender::new(name, true, move |capacity| {
        let mut cache = ours::Cache::new(kind, capacity);
        move |requests| {
            count(requests, |key| {
                let hit = cache.get(key).is_some();
                if !hit {
                    cache.insert(key, key);
                }
                hit
            })
        }
    })
}

fn quick_cache() -> Contender {
    Contender::new(QUICK_CACHE, false, |capacity| {
        let weight = capacity as u64;
        let (hasher, lifecycle) = (RandomState::default(), DefaultLifecycle::default());
        let mut cache = quick_cache::unsync::Cache::<u64, u64, _, _, _>::with(
            capacity,
            weight,
            UnitWeighter,
            hasher,
            lifecycle,
        );
        move |requests| {
            count(requests, |key| {
                let hit = cache.get(&key).is_some();
                if !hit {
                    cache.insert(key, key);
                }
                hit
            })
        }
    })
}

fn mini_moka() -> Contender {
    Contender::new("mini-moka, unsync", false, |capacity| {
        let mut cache = mini_moka::unsync::Cache::<u64, u64>::builder()
            .max_capacity(capacity as u64)
            .initial_capacity(capacity)
            .build_with_hasher(RandomState::default());
        move |requests| {
            count(requests, |key| {
                let hit = cache.get(&key).is_some();
                if !hit {
                    cache.insert(key, key);
                }
                hit
            })
        }
    })
}

fn moka() -> Contender {
    Contender::new("moka, sync", false, |capacity| {
        let cache = moka::sync::Cache::<u64, u64>::builder()
            .max_capacity(capacity as u64)
            .initial_capacity(capacity)
            .build_with_hasher(RandomState::default());
        move |requests| {
            count(requests, |key| {
                let hit = cache.get(&key).is_some();
                if !hit {
                    cache.insert(key, key);
                }
                hit
            })
        }
    })
}

/// How many requests `serve` says were hits.
fn count(requests: &[u64], mut serve: impl FnMut(u64) -> bool) -> usize {
    requests.iter().filter(|&&key| serve(key)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everybody_finds_what_is_there_and_nothing_else() {
        let few: Vec<u64> = (0..10).collect();
        for contender in all() {
            let mut run = contender.make(1_000);
            assert_eq!(run(&few), 0, "{}", contender.name);
            assert_eq!(run(&few), 10, "{}", contender.name);
        }
    }
}
