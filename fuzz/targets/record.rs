//! Records: of any bytes, and damaged ones of any entry.

#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use omnicache_core::codec::record::read;
use omnicache_core::codec::{Codec, Entry, Fields, Local, Seal, Serializer, Stamp};
use omnicache_fuzz::{
    Counting, Damage, REGION, STORED_KEY, context, dictionaries, dictionary, options, ring,
};

#[derive(Arbitrary, Debug)]
enum Input {
    Raw(Vec<u8>),
    Made {
        payload: Vec<u8>,
        compression: u8,
        sealed: bool,
        damage: Damage,
    },
}

fuzz_target!(|input: Input| match input {
    Input::Raw(bytes) => drop(decode(&bytes)),
    Input::Made {
        payload,
        compression,
        sealed,
        damage,
    } => {
        let mut record = record_of(&payload, compression, sealed);
        assert_eq!(decode(&record).as_ref(), Some(&payload));
        damage.apply(&mut record);
        drop(decode(&record));
    }
});

/// The payload of any bytes, where they open.
fn decode(bytes: &[u8]) -> Option<Vec<u8>> {
    let (ring, dictionaries) = (ring(), dictionaries());
    let mut out = Vec::new();
    let parts = Codec::new().decode_record(bytes, &context(&ring, &dictionaries, true), &mut out);
    assert!(out.capacity() <= 1_200 * (bytes.len() + 1));
    let parts = parts.ok()?;
    assert!(read(bytes).is_ok());
    Some(out[parts.payload].to_vec())
}

fn record_of(payload: &[u8], compression: u8, sealed: bool) -> Vec<u8> {
    let fields = Fields {
        stamp: Stamp([1; 16]),
        created: 1.0,
        fresh_until: 2.0,
        stale_until: f64::INFINITY,
        serializer: Serializer::BYTES,
    };
    let entry = Entry {
        fields: &fields,
        side: &[],
        payload,
    };
    let dictionary = dictionary();
    let options = options(compression, &dictionary);
    let local = Local {
        fresh_until: 3.0,
        checked_until: 4.0,
    };
    let ring = ring();
    let mut random = Counting(0);
    let seal = sealed.then_some(Seal {
        ring: &ring,
        region: REGION,
        stored_key: &STORED_KEY,
        key: b"key",
        random: &mut random,
    });
    let mut record = Vec::new();
    let written = Codec::new().encode_record(&entry, local, &options, seal, &mut record, None);
    written.expect("written");
    record
}
