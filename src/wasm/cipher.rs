//! The cipher that JavaScript lends.

use wasm_bindgen::prelude::*;

use crate::codec::seal::HostCipher;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = "
/** AES-256-GCM. Each answers whether it did it, changes nothing where it did not, never throws, and must not call the core. */
export interface LentCipher {
  /** Encrypts `bytes` in place, and writes the tag. */
  seal(key: Uint8Array, nonce: Uint8Array, associated: Uint8Array, bytes: Uint8Array, tag: Uint8Array): boolean;
  /** Decrypts ciphertext and tag. */
  open(key: Uint8Array, nonce: Uint8Array, associated: Uint8Array, sealed: Uint8Array, opened: Uint8Array): boolean;
}
";

#[wasm_bindgen]
extern "C" {
    /// See above.
    #[wasm_bindgen(typescript_type = "LentCipher")]
    pub type LentCipher;

    #[wasm_bindgen(method, js_name = seal)]
    fn seal_there(
        this: &LentCipher,
        key: &[u8],
        nonce: &[u8],
        associated: &[u8],
        bytes: &mut [u8],
        tag: &mut [u8],
    ) -> bool;

    #[wasm_bindgen(method, js_name = open)]
    fn open_there(
        this: &LentCipher,
        key: &[u8],
        nonce: &[u8],
        associated: &[u8],
        sealed: &[u8],
        opened: &mut [u8],
    ) -> bool;
}

impl HostCipher for LentCipher {
    fn seal(
        &self,
        key: &[u8; 32],
        nonce: &[u8; 12],
        associated: &[u8],
        bytes: &mut [u8],
        tag: &mut [u8; 16],
    ) -> bool {
        self.seal_there(key, nonce, associated, bytes, tag)
    }

    fn open(
        &self,
        key: &[u8; 32],
        nonce: &[u8; 12],
        associated: &[u8],
        sealed: &[u8],
        opened: &mut [u8],
    ) -> bool {
        self.open_there(key, nonce, associated, sealed, opened)
    }
}
