//! One type that is any of the policies, and their numbers.

#![forbid(unsafe_code)]

use super::{
    Auto, Candidate, Favor, Fifo, Lfu, Lru, Policy, S3Fifo, Sieve, Slot, Tables, TinyLfu,
    TouchKind, Ttl,
};

/// The names of the policies, the numbers by which they cross into JavaScript, and one type
/// that is any of them.
macro_rules! policies {
    ($($(#[$doc:meta])* $name:ident = $number:literal,)*) => {
        /// Which policy a store has.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[repr(u8)]
        pub enum PolicyKind {
            $($(#[$doc])* $name = $number,)*
        }

        impl PolicyKind {
            /// Every policy there is.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// What a reader leaves in the touch table under this policy.
            #[must_use]
            pub const fn touch(self) -> TouchKind {
                match self {
                    $(Self::$name => <$name as Policy>::TOUCH,)*
                }
            }

            /// What this policy has in memory for each slot, in bytes.
            #[must_use]
            pub const fn slot_bytes(self) -> usize {
                match self {
                    $(Self::$name => <$name as Policy>::SLOT_BYTES,)*
                }
            }
        }

        impl TryFrom<u8> for PolicyKind {
            type Error = UnknownPolicy;

            fn try_from(number: u8) -> Result<Self, UnknownPolicy> {
                match number {
                    $($number => Ok(Self::$name),)*
                    _ => Err(UnknownPolicy(number)),
                }
            }
        }

        /// Any of the policies, chosen at run time.
        ///
        /// Its number lies apart, as it is asked for at every turn.
        #[derive(Debug, Clone)]
        #[repr(u8)]
        #[expect(clippy::large_enum_variant, reason = "there is one a store, and it does not move")]
        pub enum AnyPolicy {
            $($(#[$doc])* $name($name),)*
        }

        impl AnyPolicy {
            /// An empty policy.
            #[must_use]
            pub fn new(kind: PolicyKind, favor: Favor) -> Self {
                match kind {
                    $(PolicyKind::$name => Self::$name($name::new(favor)),)*
                }
            }

            /// Which policy this is.
            #[must_use]
            pub const fn kind(&self) -> PolicyKind {
                match self {
                    $(Self::$name(_) => PolicyKind::$name,)*
                }
            }
        }

        /// Hands a call to the policy that is there.
        macro_rules! each {
            ($policy:expr, $it:ident => $call:expr) => {
                match $policy {
                    $(AnyPolicy::$name($it) => $call,)*
                }
            };
        }
    };
}

policies! {
    /// The least recently used leaves.
    Lru = 0,
    /// The least often used leaves; what was used long ago counts less.
    Lfu = 1,
    /// The first that came leaves.
    Fifo = 2,
    /// The soonest to expire leaves.
    Ttl = 3,
    /// A hand passes over what was used and evicts what was not.
    Sieve = 4,
    /// A small queue on probation, a main queue, and a ghost of what left.
    S3Fifo = 5,
    /// Newcomers pass a window, and then stay if they are used more often than who is to leave.
    TinyLfu = 6,
    /// What it has learnt about the work decides.
    Auto = 7,
}

/// A number that names no policy.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownPolicy(pub u8);

impl std::fmt::Display for UnknownPolicy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "no policy has the number {}", self.0)
    }
}

impl std::error::Error for UnknownPolicy {}

impl AnyPolicy {
    /// An entry has come; see [`Policy::insert`].
    pub fn insert(&mut self, candidate: &Candidate, tables: &mut Tables<'_>, tick: u32) -> bool {
        each!(self, it => it.insert(candidate, tables, tick))
    }

    /// An entry has been replaced; see [`Policy::update`].
    pub fn update(
        &mut self,
        slot: Slot,
        weight: u32,
        deadline: f64,
        tables: &mut Tables<'_>,
        tick: u32,
    ) {
        each!(self, it => it.update(slot, weight, deadline, tables, tick));
    }

    /// An entry's deadline has moved; see [`Policy::rerank`].
    pub fn rerank(&mut self, slot: Slot, deadline: f64) {
        each!(self, it => it.rerank(slot, deadline));
    }

    /// An entry has gone; see [`Policy::remove`].
    pub fn remove(&mut self, slot: Slot, tables: &mut Tables<'_>) {
        each!(self, it => it.remove(slot, tables));
    }

    /// Chooses the entry that leaves, and forgets it; see [`Policy::victim`].
    pub fn victim(&mut self, tables: &mut Tables<'_>, protect: Option<Slot>) -> Option<Slot> {
        each!(self, it => it.victim(tables, protect))
    }

    /// A key may come; see [`Policy::expect`].
    pub fn expect(&self, fingerprint: u32) {
        each!(self, it => it.expect(fingerprint));
    }

    /// Who may leave next; see [`Policy::outlook`].
    pub fn outlook(&self, count: usize, look: impl FnMut(usize, Slot)) {
        each!(self, it => it.outlook(count, look));
    }

    /// Does what is due after so many accesses; see [`Policy::advance`].
    pub fn advance(&mut self, tables: &mut Tables<'_>, tick: u32) {
        each!(self, it => it.advance(tables, tick));
    }

    /// Limits the repairs of one choice; see [`Policy::limit_repairs`].
    pub fn limit_repairs(&mut self, repairs: u32) {
        each!(self, it => it.limit_repairs(repairs));
    }

    /// Follows a lowering of the running tick; see [`Policy::rebase`].
    pub fn rebase(&mut self, tables: &mut Tables<'_>, by: u32) {
        each!(self, it => it.rebase(tables, by));
    }

    /// Follows a change of many weights; see [`Policy::reweigh`].
    pub fn reweigh(&mut self, tables: &Tables<'_>) {
        each!(self, it => it.reweigh(tables));
    }

    /// How many entries it holds.
    #[must_use]
    pub fn len(&self) -> u32 {
        each!(self, it => it.len())
    }

    /// Whether it holds none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Checks the structure. For tests.
    ///
    /// # Errors
    /// Says what is wrong.
    pub fn validate(&self) -> Result<(), String> {
        each!(self, it => it.validate())
    }
}
