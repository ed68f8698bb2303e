//! The core of omnicache.

pub mod codec;
pub mod metrics;
pub mod policy;
