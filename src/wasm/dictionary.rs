//! Dictionaries for JavaScript.

use wasm_bindgen::prelude::*;

use crate::codec::dictionary::train::train;

/// A dictionary of up to `size` bytes for entries such as the samples, which lie one behind the other
/// in `samples` and have these lengths; empty where they have nothing in common.
#[wasm_bindgen(js_name = trainDictionary)]
pub fn train_dictionary(samples: &[u8], lengths: &[u32], size: usize) -> Vec<u8> {
    let mut rest = samples;
    let divided: Vec<&[u8]> = lengths
        .iter()
        .map_while(|&length| {
            let (sample, behind) = rest.split_at_checked(length as usize)?;
            rest = behind;
            Some(sample)
        })
        .collect();
    train(&divided, size)
}
