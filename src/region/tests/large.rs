//! Entries that a host opens faster, and envelopes that it has made or opened.

use super::super::Sought;
use super::{Bench, Kind, fields, local, times};
use crate::codec::record::PREFIX_LENGTH;
use crate::codec::{Entry, ErrorKind, Result};

const KEY: &[u8] = b"key";
const LARGE: u32 = 4_096;

fn sought(bench: &mut Bench, large: u32) -> Result<Sought> {
    let Bench {
        region,
        codec,
        scratch,
        out,
        ..
    } = bench;
    out.clear();
    region.get(codec, scratch, KEY, (0.0, large), out)
}

#[test]
fn only_what_is_large_and_takes_work_is_left_to_the_host() {
    for kind in Kind::ALL {
        for length in [LARGE - 1, LARGE] {
            let mut bench = Bench::new(kind);
            let payload = vec![b'a'; length as usize];
            let mut envelope = Vec::new();
            let stored = bench.set_and_encode(KEY, &payload, 9.0, 0.0, Some(&mut envelope));
            assert!(matches!(stored, Ok(Ok(_))), "{kind:?}");
            let large = length == LARGE && kind != Kind::Plain;
            let found = bench.region.large(&bench.codec, KEY, LARGE, 0.0);
            assert_eq!(found.is_some(), large, "{kind:?}");
            if let Some((record, deadline)) = found {
                let content = &record[PREFIX_LENGTH..];
                let whole = if kind.is_sealed() {
                    &envelope[..]
                } else {
                    &envelope[46..envelope.len() - 4]
                };
                assert_eq!((content, deadline), (whole, 9.0), "{kind:?}");
            }
            let found = sought(&mut bench, LARGE).expect("opens");
            assert_eq!(found == Sought::Large, large, "{kind:?}");
            assert_eq!(bench.payload(KEY, 0.0), Some(payload), "{kind:?}");
        }
    }
}

#[test]
fn an_envelope_that_was_opened_fills_as_one_that_was_not() {
    for kind in Kind::ALL {
        let mut bench = Bench::new(kind);
        let payload = b"payload ".repeat(100);
        let fields = fields();
        let entry = Entry {
            fields: &fields,
            side: &[],
            payload: &payload,
        };
        let mut envelope = Vec::new();
        let Bench {
            codec,
            scratch,
            random,
            ..
        } = &mut bench;
        let encoded = codec.encode(scratch, KEY, &entry, random, true, &mut envelope);
        assert_eq!(encoded, Ok(()));
        let filled = bench.fill(KEY, &envelope, local(9.0), 0.0);
        let times = times(local(9.0), 0.0);
        let opened = bench
            .region
            .fill_opened(&bench.codec, KEY, &envelope, &times);
        assert_eq!(opened, filled, "{kind:?}");
        assert_eq!(bench.payload(KEY, 0.0), Some(payload), "{kind:?}");
        for length in 0..46 {
            let cut = &envelope[..length];
            let cut = bench.region.fill_opened(&bench.codec, KEY, cut, &times);
            assert!(cut.is_err(), "{kind:?}: {length} bytes");
        }
    }
}

#[test]
fn a_plain_envelope_never_fills_an_encrypted_region() {
    let mut plain = Bench::new(Kind::Plain);
    let mut envelope = Vec::new();
    let stored = plain.set_and_encode(KEY, b"payload", 9.0, 0.0, Some(&mut envelope));
    assert!(matches!(stored, Ok(Ok(_))));
    let mut sealed = Bench::new(Kind::Sealed);
    let times = times(local(9.0), 0.0);
    let filled = sealed
        .region
        .fill_opened(&sealed.codec, KEY, &envelope, &times);
    assert_eq!(filled.map_err(|error| error.kind), Err(ErrorKind::Unsealed));
}
