//! What `js/core/buffers.ts` does: reads and writes linear memory at addresses it was told.

use js_sys::{Float64Array, Function, Uint8Array, WebAssembly};
use omnicache_core::wasm::{
    CodecCore, KeysCore, LentCipher, PackedCore, key_pointer, result_pointer, stamp_pointer,
    value_pointer,
};
use wasm_bindgen::{JsCast, JsValue};

pub const LRU: u32 = 0;
pub const BYTES: u32 = 2;
pub const LIMIT: u32 = 1 << 24;
pub const NEVER: f64 = f64::INFINITY;

pub fn buffer() -> js_sys::ArrayBuffer {
    let memory: WebAssembly::Memory = wasm_bindgen::memory().unchecked_into();
    memory.buffer().unchecked_into()
}

pub fn write(pointer: usize, bytes: &[u8]) {
    let view =
        Uint8Array::new_with_byte_offset_and_length(&buffer(), pointer as u32, bytes.len() as u32);
    view.copy_from(bytes);
}

pub fn read(pointer: usize, length: usize) -> Vec<u8> {
    Uint8Array::new_with_byte_offset_and_length(&buffer(), pointer as u32, length as u32).to_vec()
}

pub fn write_key(key: &str) -> usize {
    write(key_pointer(), key.as_bytes());
    key.len()
}

pub fn write_value(value: &[u8]) -> usize {
    let pointer = value_pointer(value.len()) as usize;
    assert_ne!(pointer, 0, "there is memory");
    write(pointer, value);
    value.len()
}

pub fn write_stamp(stamp: [u8; 16]) {
    write(stamp_pointer(), &stamp);
}

pub fn result(index: u32) -> f64 {
    Float64Array::new_with_byte_offset_and_length(&buffer(), result_pointer() as u32, 10)
        .get_index(index)
}

/// The bytes whose address and length are the results from `index` on.
pub fn result_bytes(index: u32) -> Vec<u8> {
    read(result(index) as usize, result(index + 1) as usize)
}

/// A cipher that does nothing: all is left to the core.
pub fn cipher() -> LentCipher {
    let made = Function::new_no_args("return { seal: () => false, open: () => false }");
    made.call0(&JsValue::NULL)
        .expect("an object")
        .unchecked_into()
}

pub fn keys() -> KeysCore {
    let made = KeysCore::new("k1", vec!["k1".into()], vec![7; 32], vec![9; 32], cipher());
    made.expect("a ring")
}

pub fn plain() -> CodecCore {
    CodecCore::plain("metrics".into(), 0, -1.0, LIMIT)
}

pub fn sealed() -> CodecCore {
    CodecCore::sealed("user_preferences".into(), 0, -1.0, LIMIT, &keys())
}

pub fn packed() -> PackedCore {
    PackedCore::new(LRU, false, NEVER, NEVER, true).expect("a region")
}

/// Stores a value until 100, without an envelope.
pub fn set(region: &mut PackedCore, codec: &CodecCore, key: &str, value: &[u8]) -> i32 {
    let (key, value) = (write_key(key), write_value(value));
    set_raw(region, codec, key, value)
}

/// The same for what is in the buffers already.
pub fn set_raw(region: &mut PackedCore, codec: &CodecCore, key: usize, value: usize) -> i32 {
    region.set(
        codec, key, value, 0, BYTES, 1.0, 2.0, 3.0, 100.0, 50.0, 100.0, 0.0, false,
    )
}

/// The value of a key.
pub fn get(region: &mut PackedCore, codec: &CodecCore, key: &str) -> Option<Vec<u8>> {
    let serializer = region.get(codec, write_key(key), 0.0, u32::MAX);
    (serializer > 0).then(|| result_bytes(2))
}

/// The envelope of a value.
pub fn encode(codec: &CodecCore, key: &str, value: &[u8]) -> Vec<u8> {
    let (key, value) = (write_key(key), write_value(value));
    let length = codec.encode(key, value, 0, BYTES, 1_000.0, 2_000.0, NEVER, false);
    assert!(length > 0, "encoded");
    read(omnicache_core::wasm::out_pointer(), length as usize)
}
