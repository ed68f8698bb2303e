//! Every counter, gauge and timed operation: its name in JavaScript, its name in Prometheus and
//! what it means. The numbers of the variants are their place in an array of totals.

#![forbid(unsafe_code)]

/// Something that only grows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Counter {
    /// Reads that found a value.
    Hits,
    /// Reads that found none.
    Misses,
    /// Values stored.
    Sets,
    /// Keys deleted.
    Deletes,
    /// Entries that left for want of room.
    Evictions,
    /// Entries that left because their time was over.
    Expirations,
    /// Values that were not stored: larger than the region, or kept out by the policy.
    Refused,
    /// Hits that were served stale, within their grace.
    StaleHits,
    /// Operations that failed.
    Errors,
    /// Entries from a tier that were refused: damaged, forged or without their key.
    Corrupt,
    /// Reads of L2 that found a value.
    L2Hits,
    /// Reads of L2 that found none.
    L2Misses,
    /// Bytes of serialized values, before compression.
    BytesRaw,
    /// Bytes of the same values as stored.
    BytesStored,
}

impl Counter {
    /// Every counter, in the order of its number.
    pub const ALL: [Self; 14] = [
        Self::Hits,
        Self::Misses,
        Self::Sets,
        Self::Deletes,
        Self::Evictions,
        Self::Expirations,
        Self::Refused,
        Self::StaleHits,
        Self::Errors,
        Self::Corrupt,
        Self::L2Hits,
        Self::L2Misses,
        Self::BytesRaw,
        Self::BytesStored,
    ];

    /// The counters that a tier has; the others belong to regions alone.
    pub const OF_TIERS: [Self; 6] = [
        Self::Hits,
        Self::Misses,
        Self::Sets,
        Self::Deletes,
        Self::Errors,
        Self::Corrupt,
    ];

    /// Its name in a snapshot.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Hits => "hits",
            Self::Misses => "misses",
            Self::Sets => "sets",
            Self::Deletes => "deletes",
            Self::Evictions => "evictions",
            Self::Expirations => "expirations",
            Self::Refused => "refused",
            Self::StaleHits => "staleHits",
            Self::Errors => "errors",
            Self::Corrupt => "corrupt",
            Self::L2Hits => "l2Hits",
            Self::L2Misses => "l2Misses",
            Self::BytesRaw => "bytesRaw",
            Self::BytesStored => "bytesStored",
        }
    }

    /// Its name in Prometheus, without prefix.
    #[must_use]
    pub const fn metric(self) -> &'static str {
        match self {
            Self::Hits => "hits_total",
            Self::Misses => "misses_total",
            Self::Sets => "sets_total",
            Self::Deletes => "deletes_total",
            Self::Evictions => "evictions_total",
            Self::Expirations => "expirations_total",
            Self::Refused => "refused_total",
            Self::StaleHits => "stale_hits_total",
            Self::Errors => "errors_total",
            Self::Corrupt => "corrupt_total",
            Self::L2Hits => "l2_hits_total",
            Self::L2Misses => "l2_misses_total",
            Self::BytesRaw => "raw_bytes_total",
            Self::BytesStored => "stored_bytes_total",
        }
    }

    /// What it counts, in a sentence.
    #[must_use]
    pub const fn help(self) -> &'static str {
        match self {
            Self::Hits => "Reads that found a value.",
            Self::Misses => "Reads that found none.",
            Self::Sets => "Values stored.",
            Self::Deletes => "Keys deleted.",
            Self::Evictions => "Entries that left for want of room.",
            Self::Expirations => "Entries that left because their time was over.",
            Self::Refused => "Values not stored: too large, or kept out by the policy.",
            Self::StaleHits => "Hits served stale, within their grace.",
            Self::Errors => "Operations that failed.",
            Self::Corrupt => "Entries refused: damaged, forged or without their key.",
            Self::L2Hits => "Reads of L2 that found a value.",
            Self::L2Misses => "Reads of L2 that found none.",
            Self::BytesRaw => "Bytes of serialized values, before compression.",
            Self::BytesStored => "Bytes of serialized values, as stored.",
        }
    }
}

/// Something that goes up and down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Gauge {
    /// Entries in memory.
    Entries,
    /// What they weigh, in bytes.
    Bytes,
    /// What they may weigh, in bytes.
    MaxBytes,
}

impl Gauge {
    /// Every gauge, in the order of its number.
    pub const ALL: [Self; 3] = [Self::Entries, Self::Bytes, Self::MaxBytes];

    /// Its name in a snapshot.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Entries => "entries",
            Self::Bytes => "bytes",
            Self::MaxBytes => "maxBytes",
        }
    }

    /// Its name in Prometheus, without prefix.
    #[must_use]
    pub const fn metric(self) -> &'static str {
        match self {
            Self::Entries => "entries",
            Self::Bytes => "bytes",
            Self::MaxBytes => "max_bytes",
        }
    }

    /// What it measures, in a sentence.
    #[must_use]
    pub const fn help(self) -> &'static str {
        match self {
            Self::Entries => "Entries in memory.",
            Self::Bytes => "What the entries in memory weigh.",
            Self::MaxBytes => "What the entries in memory may weigh.",
        }
    }
}

/// An operation that is timed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Operation {
    /// A read.
    Get,
    /// A write.
    Set,
    /// A deletion.
    Delete,
    /// The caller's own function that makes a missing value.
    Factory,
}

impl Operation {
    /// Every operation, in the order of its number.
    pub const ALL: [Self; 4] = [Self::Get, Self::Set, Self::Delete, Self::Factory];

    /// The operations whose time is the cache's own.
    pub const OWN: [Self; 3] = [Self::Get, Self::Set, Self::Delete];

    /// Its name, in a snapshot and in Prometheus.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Get => "get",
            Self::Set => "set",
            Self::Delete => "delete",
            Self::Factory => "factory",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_in_the_order_of_the_numbers() {
        let in_order = |numbers: &[u8]| numbers.iter().enumerate().all(|(i, &n)| i == n as usize);
        assert!(in_order(&Counter::ALL.map(|counter| counter as u8)));
        assert!(in_order(&Gauge::ALL.map(|gauge| gauge as u8)));
        assert!(in_order(&Operation::ALL.map(|operation| operation as u8)));
    }
}
