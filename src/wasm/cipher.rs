//! The cipher that JavaScript lends: see [`HostCipher`].

use wasm_bindgen::prelude::*;

use crate::codec::seal::HostCipher;

#[wasm_bindgen]
extern "C" {
    /// Neither throws.
    #[wasm_bindgen(js_namespace = host, js_name = seal)]
    fn host_seal(
        key: &[u8],
        nonce: &[u8],
        associated: &[u8],
        bytes: &mut [u8],
        tag: &mut [u8],
    ) -> bool;

    #[wasm_bindgen(js_namespace = host, js_name = open)]
    fn host_open(
        key: &[u8],
        nonce: &[u8],
        associated: &[u8],
        sealed: &[u8],
        opened: &mut [u8],
    ) -> bool;
}

/// What `instantiate` was given.
pub struct LentCipher;

impl HostCipher for LentCipher {
    fn seal(
        &self,
        key: &[u8; 32],
        nonce: &[u8; 12],
        associated: &[u8],
        bytes: &mut [u8],
        tag: &mut [u8; 16],
    ) -> bool {
        host_seal(key, nonce, associated, bytes, tag)
    }

    fn open(
        &self,
        key: &[u8; 32],
        nonce: &[u8; 12],
        associated: &[u8],
        sealed: &[u8],
        opened: &mut [u8],
    ) -> bool {
        host_open(key, nonce, associated, sealed, opened)
    }
}
