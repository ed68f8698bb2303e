//! The boundary to JavaScript, and the only module that knows wasm-bindgen.
//!
//! Only numbers and bytes cross on a hot path. Bytes go through buffers in linear memory whose
//! addresses JavaScript asks for: a key and a value on the way in, an output on the way out,
//! and eight numbers for answers of several parts. Methods take the lengths of what lies in
//! these buffers. Negative answers are errors, see [`error_name`].

#[cfg(feature = "codec")]
mod cipher;
#[cfg(feature = "codec")]
mod codec;
#[cfg(feature = "codec")]
mod coded;
#[cfg(feature = "codec")]
mod coded_io;
#[cfg(feature = "codec")]
mod dictionary;
#[cfg(feature = "codec")]
mod hosted;
mod io;
mod live;
#[cfg(feature = "codec")]
mod metrics;
mod packed;
mod raw;

use std::cell::RefCell;

use wasm_bindgen::prelude::*;

use crate::policy::{Favor, PolicyKind};
use crate::store::Limits;

#[cfg(feature = "codec")]
pub use cipher::LentCipher;
#[cfg(feature = "codec")]
pub use codec::{CodecCore, KeysCore};
#[cfg(feature = "codec")]
pub use dictionary::train_dictionary;
pub use live::LiveCore;
#[cfg(feature = "codec")]
pub use metrics::MetricsCore;
pub use packed::PackedCore;

thread_local! {
    static PANIC: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Keeps the message of a panic for [`panic_message`].
#[wasm_bindgen(start)]
pub fn start() {
    std::panic::set_hook(Box::new(|info| {
        PANIC.with_borrow_mut(|message| *message = info.to_string());
    }));
}

/// The message of the last panic; empty where there was none.
#[wasm_bindgen(js_name = panicMessage)]
pub fn panic_message() -> String {
    PANIC.with_borrow(String::clone)
}

/// The stable name of a negative answer.
#[cfg(feature = "codec")]
#[wasm_bindgen(js_name = errorName)]
pub fn error_name(code: i32) -> String {
    coded_io::name(code).to_owned()
}

/// Where a key is to be written.
#[wasm_bindgen(js_name = keyPointer)]
pub fn key_pointer() -> usize {
    io::addresses()[0]
}

/// How many bytes there are for a key.
#[wasm_bindgen(js_name = keyCapacity)]
pub fn key_capacity() -> usize {
    io::KEY_CAPACITY
}

/// Where the 16 bytes of a stamp are to be written.
#[wasm_bindgen(js_name = stampPointer)]
pub fn stamp_pointer() -> usize {
    io::addresses()[1]
}

/// Where the last output begins.
#[wasm_bindgen(js_name = outPointer)]
pub fn out_pointer() -> usize {
    io::addresses()[2]
}

/// Where the numbers of the last answer are.
#[wasm_bindgen(js_name = resultPointer)]
pub fn result_pointer() -> usize {
    io::addresses()[3]
}

/// Where a value of up to `length` bytes is to be written; 0 where there is no memory for it.
#[wasm_bindgen(js_name = valuePointer)]
pub fn value_pointer(length: usize) -> *const u8 {
    io::reserve_value(length)
}

/// Overwrites what the last calls left of keys and plaintext in the buffers.
#[wasm_bindgen]
pub fn wipe() {
    io::wipe();
}

fn limits(max_bytes: f64, max_entries: f64) -> Limits {
    // `as` saturates: Infinity becomes the largest number, which is no limit.
    Limits {
        max_bytes: max_bytes as u64,
        max_entries: max_entries as u32,
    }
}

const fn favor(bytes: bool) -> Favor {
    if bytes { Favor::Bytes } else { Favor::Objects }
}

fn policy(number: u32) -> Result<PolicyKind, JsError> {
    let kind = u8::try_from(number).ok().and_then(|it| it.try_into().ok());
    kind.ok_or_else(|| JsError::new("no policy has this number"))
}
