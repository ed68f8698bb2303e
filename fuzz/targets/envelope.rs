//! Envelopes, plain and sealed: what is written is read; what is damaged is refused, or at least
//! is a value within its bounds; and of a sealed one no changed byte goes unnoticed.

#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use omnicache_core::codec::side;
use omnicache_core::codec::{Codec, Entry, Fields, Seal, Serializer, Stamp};
use omnicache_fuzz::{
    Counting, Damage, KEY, REGION, STORED_KEY, context, dictionaries, dictionary, fix_checksum,
    options, ring,
};

#[derive(Arbitrary, Debug)]
enum Input {
    Raw { bytes: Vec<u8>, fix: bool },
    Made(Made),
}

#[derive(Arbitrary, Debug)]
struct Made {
    serializer: u8,
    stamp: [u8; 16],
    times: [u32; 3],
    tags: Vec<(Vec<u8>, [u8; 16])>,
    payload: Vec<u8>,
    repeat: u8,
    compression: u8,
    sealed: bool,
    fix: bool,
    damage: Damage,
}

fuzz_target!(|input: Input| match input {
    Input::Raw { mut bytes, fix } => {
        if fix {
            fix_checksum(&mut bytes);
        }
        decode(&bytes);
    }
    Input::Made(made) => made.run(),
});

/// Opens any bytes; answers the payload and the side block, where they open.
fn decode(bytes: &[u8]) -> Option<(Vec<u8>, Vec<u8>)> {
    let (ring, dictionaries) = (ring(), dictionaries());
    let mut opened = None;
    for accept_plain in [false, true] {
        let mut out = Vec::new();
        let decoded = Codec::new().decode(
            bytes,
            &context(&ring, &dictionaries, accept_plain),
            &mut out,
        );
        assert!(out.capacity() <= 1_200 * (bytes.len() + 1));
        if let Ok((_, parts)) = decoded {
            let side = out[parts.side].to_vec();
            drop(side::read(&side).map(Vec::from_iter));
            opened = Some((out[parts.payload].to_vec(), side));
        } else {
            assert!(out.is_empty(), "a refused envelope leaves nothing");
        }
    }
    opened
}

impl Made {
    fn run(&self) {
        let Some((envelope, payload, side)) = self.encode() else {
            return;
        };
        assert_eq!(decode(&envelope), Some((payload, side)));
        let mut damaged = envelope.clone();
        self.damage.apply(&mut damaged);
        if self.fix && !self.sealed {
            fix_checksum(&mut damaged);
        }
        let opened = decode(&damaged);
        if self.sealed && damaged != envelope && damaged.get(3).is_some_and(|flags| flags & 4 != 0)
        {
            assert_eq!(opened, None, "a changed byte went unnoticed");
        }
    }

    fn encode(&self) -> Option<(Vec<u8>, Vec<u8>, Vec<u8>)> {
        let serializer = Serializer::from_id(self.serializer).ok()?;
        let [created, fresh, stale] = self.times.map(f64::from);
        let fields = Fields {
            stamp: Stamp(self.stamp),
            created,
            fresh_until: fresh,
            stale_until: fresh + stale,
            serializer,
        };
        let tags: Vec<side::Tag<'_>> = self
            .tags
            .iter()
            .map(|(name, token)| side::Tag {
                name,
                token: *token,
            })
            .collect();
        let mut side = Vec::new();
        side::write(&tags, &mut side).ok()?;
        let payload = self.payload.repeat(1 + usize::from(self.repeat));
        let entry = Entry {
            fields: &fields,
            side: &side,
            payload: &payload,
        };
        let dictionary = dictionary();
        let options = options(self.compression, &dictionary);
        let ring = ring();
        let mut random = Counting(self.repeat);
        let seal = self.sealed.then_some(Seal {
            ring: &ring,
            region: REGION,
            stored_key: &STORED_KEY,
            key: &KEY[..3],
            random: &mut random,
        });
        let mut envelope = Vec::new();
        Codec::new()
            .encode(&entry, &options, seal, &mut envelope)
            .ok()?;
        Some((envelope, payload, side))
    }
}
