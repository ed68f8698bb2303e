//! The core of omnicache.
