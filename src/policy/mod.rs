//! Policies: which entry leaves when room is needed.
//!
//! A policy knows *slots* and nothing else: no keys, values, bytes or clocks. It is told
//! what comes ([`Candidate`]), what changes and what goes, and answers one question: who
//! leaves next ([`Policy::victim`]).
//!
//! It is **not** told of a hit. A reader leaves a mark in the *touch table*, one `u32` a
//! slot, whose meaning the policy's [`TouchKind`] gives; from JavaScript that is one store
//! through a typed array on linear memory, with no call at all. The policy reads the marks
//! when it must choose a victim, and only those of the slots it then considers. Hits are so
//! cheap because the work they cause is done later, once for many hits, and not at all for
//! entries that never come up for eviction.
//!
//! | policy | who leaves | touch | bytes a slot, the touch word aside |
//! | --- | --- | --- | --- |
//! | [`Lru`] | the least recently used | running tick | 8 |
//! | [`Lfu`] | the least often used, with ageing | count | 16 |
//! | [`Fifo`] | the first that came | none | 8 |
//! | [`Ttl`] | the soonest to expire | none | 20 |
//!
//! [`AnyPolicy`] holds one of them. A new policy is a file, a line in the list below and a
//! line in the oracle of the tests.

#![forbid(unsafe_code)]

mod bits;
mod fifo;
mod heap;
mod lfu;
mod lru;
pub(crate) mod rings;
mod ttl;

#[cfg(test)]
pub(crate) mod tests;

pub use fifo::Fifo;
pub use lfu::Lfu;
pub use lru::Lru;
pub use ttl::Ttl;

/// The number of an entry's place in a store, and in every table of one.
pub type Slot = u32;

/// How many outdated slots one choice of a victim puts right before it takes the best seen.
///
/// So that one insertion never pays for a million hits at once. Each choice goes on where
/// the last one stopped, and only a choice right after a long time without any is inexact.
pub const REPAIRS: u32 = 256;

/// What a reader writes into an entry's touch word on a hit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub enum TouchKind {
    /// Nothing.
    None = 0,
    /// The reader's running tick, which it raises by one first.
    Tick = 1,
    /// What is there, raised by one unless it is `u32::MAX`.
    Count = 2,
    /// One.
    Bit = 3,
}

/// What a policy is told of an entry.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candidate {
    /// The entry's place.
    pub slot: Slot,
    /// A hash of its key, by which a policy may know it again after it has left.
    pub fingerprint: u64,
    /// The bytes that it costs.
    pub weight: u32,
    /// A rank: of two entries the one with the lesser deadline expires first.
    pub deadline: f64,
}

/// Decides which entry leaves.
///
/// `touches` is the touch table; it covers every slot that the policy was given. Every
/// method but [`advance`](Self::advance) takes a slot that it does not know for what it
/// is, and does nothing.
pub trait Policy {
    /// What a reader leaves in the touch table.
    const TOUCH: TouchKind;

    /// An entry has come to stay. Its touch word is set as if it had just been used once.
    ///
    /// `tick` is the running number of the access that brought it.
    fn insert(&mut self, candidate: &Candidate, touches: &mut [u32], tick: u32);

    /// An entry has another value, weight and deadline. This counts as a use of it.
    fn update(&mut self, slot: Slot, weight: u32, deadline: f64, touches: &mut [u32], tick: u32);

    /// An entry's deadline has moved. This is no use of it.
    fn rerank(&mut self, _slot: Slot, _deadline: f64) {}

    /// An entry has gone for another reason than being the victim.
    fn remove(&mut self, slot: Slot);

    /// Chooses the entry that leaves, and forgets it. Never `protect`.
    fn victim(&mut self, touches: &mut [u32], protect: Option<Slot>) -> Option<Slot>;

    /// Does what is due after so many accesses. `tick` is their running number.
    fn advance(&mut self, _touches: &mut [u32], _tick: u32) {}

    /// Limits how many outdated slots one choice puts right; [`REPAIRS`] unless said
    /// otherwise. With `u32::MAX` every choice is exact, at whatever cost.
    fn limit_repairs(&mut self, _repairs: u32) {}

    /// The running tick is about to be lowered by `by`; what holds ticks is to follow.
    fn rebase(&mut self, _touches: &mut [u32], _by: u32) {}

    /// How many entries it holds.
    fn len(&self) -> u32;

    /// Whether it holds none.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Checks the structure. For tests.
    ///
    /// # Errors
    /// Says what is wrong.
    fn validate(&self) -> Result<(), String>;
}

/// Raises a count by one, up to `u32::MAX`: what a reader does on a hit under [`TouchKind::Count`].
pub(crate) fn raise(touches: &mut [u32], slot: Slot) {
    if let Some(word) = touches.get_mut(slot as usize) {
        *word = word.saturating_add(1);
    }
}

/// Sets a touch word.
pub(crate) fn mark(touches: &mut [u32], slot: Slot, word: u32) {
    if let Some(place) = touches.get_mut(slot as usize) {
        *place = word;
    }
}

/// Reads a touch word.
fn word(touches: &[u32], slot: Slot) -> u32 {
    touches.get(slot as usize).copied().unwrap_or(0)
}

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
        #[derive(Debug, Clone)]
        pub enum AnyPolicy {
            $($(#[$doc])* $name($name),)*
        }

        impl AnyPolicy {
            /// An empty policy.
            #[must_use]
            pub fn new(kind: PolicyKind) -> Self {
                match kind {
                    $(PolicyKind::$name => Self::$name($name::new()),)*
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
    pub fn insert(&mut self, candidate: &Candidate, touches: &mut [u32], tick: u32) {
        each!(self, it => it.insert(candidate, touches, tick));
    }

    /// An entry has been replaced; see [`Policy::update`].
    pub fn update(
        &mut self,
        slot: Slot,
        weight: u32,
        deadline: f64,
        touches: &mut [u32],
        tick: u32,
    ) {
        each!(self, it => it.update(slot, weight, deadline, touches, tick));
    }

    /// An entry's deadline has moved; see [`Policy::rerank`].
    pub fn rerank(&mut self, slot: Slot, deadline: f64) {
        each!(self, it => it.rerank(slot, deadline));
    }

    /// An entry has gone; see [`Policy::remove`].
    pub fn remove(&mut self, slot: Slot) {
        each!(self, it => it.remove(slot));
    }

    /// Chooses the entry that leaves, and forgets it; see [`Policy::victim`].
    pub fn victim(&mut self, touches: &mut [u32], protect: Option<Slot>) -> Option<Slot> {
        each!(self, it => it.victim(touches, protect))
    }

    /// Does what is due after so many accesses; see [`Policy::advance`].
    pub fn advance(&mut self, touches: &mut [u32], tick: u32) {
        each!(self, it => it.advance(touches, tick));
    }

    /// Limits the repairs of one choice; see [`Policy::limit_repairs`].
    pub fn limit_repairs(&mut self, repairs: u32) {
        each!(self, it => it.limit_repairs(repairs));
    }

    /// Follows a lowering of the running tick; see [`Policy::rebase`].
    pub fn rebase(&mut self, touches: &mut [u32], by: u32) {
        each!(self, it => it.rebase(touches, by));
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
