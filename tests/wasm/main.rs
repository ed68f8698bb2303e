//! The boundary as JavaScript meets it, in Node: bytes go in and out through linear memory.
//!
//! `cargo test --target wasm32-unknown-unknown --test wasm` with `wasm-bindgen-test-runner`
//! as the runner.

#![cfg(target_arch = "wasm32")]

mod buffers;
mod codec;
mod host;
mod hostile;
mod live;
mod metrics;
mod packed;
