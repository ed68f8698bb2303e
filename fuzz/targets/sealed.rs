//! What a holder of the key could have sealed: any header and any plaintext, under a tag that is right.

#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use omnicache_core::codec::Codec;
use omnicache_core::codec::seal::Xaes256Gcm;
use omnicache_core::codec::side;
use omnicache_fuzz::{KEY, KEY_ID, REGION, STORED_KEY, context, dictionaries, ring};

#[derive(Arbitrary, Debug)]
struct Input {
    flags: u8,
    serializer: u8,
    compression: u8,
    rest: [u8; 34],
    original_length: u16,
    key: Option<Vec<u8>>,
    side: Option<Vec<u8>>,
    body: Vec<u8>,
}

fuzz_target!(|input: Input| {
    let (ring, dictionaries) = (ring(), dictionaries());
    let envelope = input.envelope();
    let mut out = Vec::new();
    let decoded = Codec::new().decode(&envelope, &context(&ring, &dictionaries, false), &mut out);
    assert!(out.capacity() <= 1_200 * envelope.len());
    match decoded {
        Ok((_, parts)) => {
            drop(side::read(&out[parts.side]).map(Vec::from_iter));
        }
        Err(_) => assert!(out.is_empty(), "a refused envelope leaves nothing"),
    }
});

impl Input {
    fn envelope(&self) -> Vec<u8> {
        let id_length = KEY_ID.len() as u8;
        let mut envelope = vec![0x6F, 0x63, 1, self.flags | 4, self.serializer];
        envelope.extend_from_slice(&[self.compression, 0, id_length]);
        envelope.extend_from_slice(&self.rest);
        envelope.extend_from_slice(&u32::from(self.original_length).to_be_bytes());
        envelope.extend_from_slice(KEY_ID.as_bytes());
        let mut associated = envelope.clone();
        with_length(REGION.as_bytes(), &mut associated);
        with_length(&STORED_KEY, &mut associated);
        let nonce = [9; 24];
        envelope.extend_from_slice(&nonce);
        let from = envelope.len();
        for part in [&self.key, &self.side].into_iter().flatten() {
            with_length(part, &mut envelope);
        }
        envelope.extend_from_slice(&self.body);
        let sealed = Xaes256Gcm::new(&KEY, None).seal(&nonce, &associated, &mut envelope, from);
        sealed.expect("sealed");
        envelope
    }
}

fn with_length(part: &[u8], out: &mut Vec<u8>) {
    out.extend_from_slice(&(part.len() as u32).to_be_bytes());
    out.extend_from_slice(part);
}
