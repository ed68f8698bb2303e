//! Lengths of codes from frequencies, and codes from lengths.
//!
//! Lengths by the method of Moffat and Katajainen ("In-place calculation of minimum-redundancy
//! codes", 1995), then shortened to the longest that deflate allows.

#![forbid(unsafe_code)]

/// The longest code of a literal, length or distance.
pub const MAX_BITS: usize = 15;

/// Sets `lengths[s]` to the bits of the code of each symbol `s`, none longer than `most`; 0 where it
/// does not occur. One symbol alone gets one bit.
pub fn lengths(frequencies: &[u32], most: usize, lengths: &mut [u8]) {
    lengths.fill(0);
    // Frequency above, symbol below: sorted by both. 64 bits wide, as what policies sort is: each
    // other sort is 9 KB of code.
    let mut sorted = [0_u64; super::symbols::LITLENS];
    let mut used = 0;
    for (symbol, &frequency) in frequencies.iter().enumerate() {
        if frequency > 0 {
            sorted[used] = u64::from(frequency) << 9 | symbol as u64;
            used += 1;
        }
    }
    let sorted = &mut sorted[..used];
    match *sorted {
        [] => return,
        [only] => {
            lengths[(only & 0x1FF) as usize] = 1;
            return;
        }
        _ => sorted.sort_unstable(),
    }
    let mut depths = [0_u32; super::symbols::LITLENS];
    let depths = &mut depths[..used];
    for (depth, entry) in depths.iter_mut().zip(&*sorted) {
        *depth = (entry >> 9) as u32;
    }
    minimum_redundancy(depths);
    let counts = limited(depths, most);
    let mut rest = sorted.iter();
    for bits in (1..=most).rev() {
        for entry in rest.by_ref().take(counts[bits] as usize) {
            lengths[(entry & 0x1FF) as usize] = bits as u8;
        }
    }
}

/// Turns at least two frequencies in ascending order into the depths of their leaves.
fn minimum_redundancy(a: &mut [u32]) {
    let n = a.len();
    // Inner nodes take the places of the leaves that are used up, and point to their parents.
    a[0] += a[1];
    let (mut root, mut leaf) = (0, 2);
    for next in 1..n - 1 {
        let mut take = |a: &mut [u32]| {
            if leaf >= n || root < next && a[root] < a[leaf] {
                let weight = a[root];
                a[root] = next as u32;
                root += 1;
                weight
            } else {
                leaf += 1;
                a[leaf - 1]
            }
        };
        let first = take(a);
        let second = take(a);
        a[next] = first + second;
    }
    // From parents to depths of inner nodes, from the root down.
    a[n - 2] = 0;
    for next in (0..n - 2).rev() {
        a[next] = a[a[next] as usize] + 1;
    }
    // And from these to the depths of leaves.
    let (mut available, mut depth) = (1, 0);
    let (mut inner, mut leaf) = (n - 1, n);
    while available > 0 {
        let mut used = 0;
        while inner > 0 && a[inner - 1] == depth {
            used += 1;
            inner -= 1;
        }
        while available > used {
            leaf -= 1;
            a[leaf] = depth;
            available -= 1;
        }
        available = 2 * used;
        depth += 1;
    }
}

/// How many codes have each length, when none may be longer than `most`.
fn limited(depths: &[u32], most: usize) -> [u32; MAX_BITS + 1] {
    let mut counts = [0; MAX_BITS + 1];
    for &depth in depths {
        counts[(depth as usize).min(most)] += 1;
    }
    let mut total: u32 = (1..=most).map(|bits| counts[bits] << (most - bits)).sum();
    // Too many codes: one of the longest goes below the longest of the others.
    while total > 1 << most {
        counts[most] -= 1;
        let parent = (1..most).rev().find(|&bits| counts[bits] > 0);
        if let Some(bits) = parent {
            counts[bits] -= 1;
            counts[bits + 1] += 2;
        }
        total -= 1;
    }
    counts
}

/// The code of each symbol, its first bit lowest, as deflate writes them.
pub fn codes(lengths: &[u8], codes: &mut [u16]) {
    let mut next = [0_u16; MAX_BITS + 2];
    for &bits in lengths {
        next[usize::from(bits) + 1] += 1;
    }
    next[1] = 0;
    let mut first = 0;
    for count in &mut next[1..] {
        first = (first + *count) << 1;
        *count = first;
    }
    for (&bits, code) in lengths.iter().zip(codes) {
        if bits > 0 {
            let at = &mut next[usize::from(bits)];
            *code = at.reverse_bits() >> (16 - u32::from(bits));
            *at += 1;
        }
    }
}
