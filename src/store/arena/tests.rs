//! The arena keeps what it was given, wherever it lies, and uses again what was freed.

#![forbid(unsafe_code)]

use std::collections::HashMap;

use proptest::prelude::*;

use super::*;

/// An arena and what it should hold.
struct Pair {
    arena: Arena,
    records: Vec<(Address, u8, Vec<u8>)>,
    /// Which of the records is at an address.
    at: HashMap<Address, usize>,
    random: u64,
}

impl Pair {
    fn new() -> Self {
        Self {
            arena: Arena::new(),
            records: Vec::new(),
            at: HashMap::new(),
            random: 1,
        }
    }

    fn random(&mut self) -> usize {
        self.random = self
            .random
            .wrapping_mul(0x5851_F42D_4C95_7F2D)
            .wrapping_add(1);
        (self.random >> 33) as usize
    }

    fn add(&mut self, length: usize) {
        let fill = self.random() as u8;
        let note = fill % NOTES;
        let at = self.arena.allocate(length, note).expect("there is memory");
        assert!(at < END);
        self.arena.get_mut(at).fill(fill);
        let fresh = self.at.insert(at, self.records.len()).is_none();
        assert!(fresh, "two records have one address");
        self.records.push((at, note, vec![fill; length]));
    }

    /// Frees any record, if there is one; answers its length.
    fn drop_any(&mut self) -> usize {
        if self.records.is_empty() {
            return 0;
        }
        let any = self.random() % self.records.len();
        let (at, _, record) = self.records.swap_remove(any);
        self.at.remove(&at);
        if let Some((moved, ..)) = self.records.get(any) {
            self.at.insert(*moved, any);
        }
        self.arena.free(at);
        record.len()
    }

    /// So many steps of an evacuation; answers how many records were moved.
    fn tidy(&mut self, steps: usize) -> usize {
        let mut moved = 0;
        for _ in 0..steps {
            if let Progress::Moved { from, to } = self.arena.evacuate() {
                let record = self.at.remove(&from).expect("what moved is a record");
                self.records[record].0 = to;
                self.at.insert(to, record);
                moved += 1;
            }
        }
        moved
    }

    fn check(&self) {
        assert_eq!(self.arena.validate(), Ok(()));
        for (at, note, bytes) in &self.records {
            assert_eq!(self.arena.get(*at), (*note, &bytes[..]));
        }
    }
}

proptest! {
    #[test]
    fn every_record_stays_what_it_is(
        ops in proptest::collection::vec((0..8u8, prop_oneof![7..60usize, 0..900usize, 0..9_000usize]), 1..600),
    ) {
        let mut pair = Pair::new();
        for (op, length) in ops {
            match op {
                0..4 => pair.add(length.max(7)),
                4..7 => drop(pair.drop_any()),
                _ => drop(pair.tidy(length % 64)),
            }
            pair.check();
        }
        while !pair.records.is_empty() {
            pair.drop_any();
            prop_assert_eq!(pair.arena.validate(), Ok(()));
        }
        prop_assert_eq!(pair.arena.free, 0);
        prop_assert!(pair.arena.capacity <= pair.arena.next_segment().max(ROUND));
    }
}

/// Records of 10 bytes to 1 MB, all magnitudes alike.
fn any_length(random: usize) -> usize {
    let magnitude = 10.0 * 100_000f64.powf((random % 100_000) as f64 / 1e5);
    magnitude as usize
}

#[test]
fn a_long_churn_scatters_less_than_15_percent() {
    let mut pair = Pair::new();
    let mut bytes = 0;
    let mut worst = 0.0f64;
    for step in 0..60_000 {
        let length = any_length(pair.random());
        while bytes + length > 64 << 20 {
            bytes -= pair.drop_any();
        }
        pair.add(length);
        bytes += length;
        pair.tidy(16);
        let (free, capacity) = pair.arena.scattered();
        if step > 10_000 {
            worst = worst.max(free as f64 / capacity as f64);
        }
    }
    pair.check();
    assert!(worst < 0.15, "{worst} of all memory was free");
}

#[test]
fn what_is_freed_at_random_goes_back_in_segments() {
    let mut pair = Pair::new();
    (0..200_000).for_each(|_| pair.add(200));
    let full = pair.arena.capacity;
    for _ in 0..180_000 {
        pair.drop_any();
        pair.tidy(16);
    }
    pair.check();
    // A tenth is left, an eighth of it in pieces, and the segment that is being filled.
    let most = full / 10 * 9 / 8 + ROUND;
    assert!(
        pair.arena.capacity < most,
        "{} of {full} bytes are left",
        pair.arena.capacity
    );
}

#[test]
fn records_of_one_length_take_each_others_places() {
    let mut pair = Pair::new();
    (0..20_000).for_each(|_| pair.add(231));
    let full = pair.arena.capacity;
    for _ in 0..50_000 {
        pair.drop_any();
        pair.add(231);
        assert_eq!(pair.tidy(1), 0, "nothing needs to move");
    }
    assert_eq!(pair.arena.capacity, full);
    pair.check();
}

#[test]
fn a_record_costs_its_head_and_no_more() {
    let mut arena = Arena::new();
    for _ in 0..100_000 {
        arena.allocate(231, 0).expect("there is memory");
    }
    let used = arena
        .segments
        .iter()
        .map(|it| it.bytes.len() - it.free)
        .sum::<usize>();
    assert_eq!(used, 100_000 * (231 + HEAD_BYTES));
    assert!(arena.free < arena.segments.len() * (231 + HEAD_BYTES));
}
