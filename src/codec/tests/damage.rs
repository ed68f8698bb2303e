//! Bytes that were altered, cut, extended, moved or made up are refused; nothing panics.

use proptest::collection::vec;
use proptest::prelude::*;

use super::samples::{Sample, all, context, ring, stored_key};
use crate::codec::{Codec, Context, ErrorKind, peek, record};

/// Decodes, and checks on the way that a refusal leaves the output as it was.
fn decode(codec: &mut Codec, envelope: &[u8], context: &Context<'_>) -> Result<Vec<u8>, ErrorKind> {
    let mut out = b"before".to_vec();
    let decoded = codec.decode(envelope, context, &mut out);
    match decoded {
        Ok((_, parts)) => Ok(out[parts.payload].to_vec()),
        Err(error) => {
            assert_eq!(out, b"before");
            Err(error.kind)
        }
    }
}

fn each(
    mut check: impl FnMut(&Sample, &[u8], &mut dyn FnMut(&[u8]) -> Result<Vec<u8>, ErrorKind>),
) {
    let (ring, stored) = (ring(), stored_key());
    let mut codec = Codec::new();
    for sample in all() {
        let envelope = sample.envelope();
        check(&sample, &envelope, &mut |bytes| {
            decode(&mut codec, bytes, &context(&ring, &stored))
        });
    }
}

#[test]
fn every_sample_opens() {
    each(|sample, envelope, decode| {
        assert_eq!(
            decode(envelope).as_ref(),
            Ok(&sample.payload),
            "{}",
            sample.title
        );
    });
}

#[test]
fn every_single_flipped_bit_is_refused() {
    each(|sample, envelope, decode| {
        for bit in 0..envelope.len() * 8 {
            let mut flipped = envelope.to_vec();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(decode(&flipped).is_err(), "{}: bit {bit}", sample.title);
        }
    });
}

#[test]
fn every_truncation_and_every_extension_is_refused() {
    each(|sample, envelope, decode| {
        for length in 0..envelope.len() {
            assert!(
                decode(&envelope[..length]).is_err(),
                "{}: {length}",
                sample.title
            );
        }
        for extra in 0..=255 {
            let mut longer = envelope.to_vec();
            longer.push(extra);
            assert!(decode(&longer).is_err(), "{}: and {extra}", sample.title);
        }
    });
}

#[test]
fn truncations_are_named_as_such_while_the_header_is_not_whole() {
    each(|_, envelope, decode| {
        for length in 0..46 {
            assert_eq!(decode(&envelope[..length]), Err(ErrorKind::Truncated));
        }
    });
}

#[test]
fn a_truncated_record_never_panics_and_never_gives_the_payload() {
    let (ring, stored) = (ring(), stored_key());
    let mut codec = Codec::new();
    for sample in all().iter().filter(|sample| !sample.payload.is_empty()) {
        let envelope = sample.envelope();
        let context = context(&ring, &stored);
        let (opened, _) = codec
            .decode(&envelope, &context, &mut Vec::new())
            .expect("opens");
        let local = record::Local {
            fresh_until: 1.0,
            checked_until: 2.0,
        };
        let mut whole = Vec::new();
        record::write_from_envelope(local, &opened, &envelope, &mut whole).expect("a record");
        for length in 0..whole.len() {
            let mut out = Vec::new();
            assert!(
                codec
                    .decode_record(&whole[..length], &context, &mut out)
                    .is_err()
            );
            assert!(out.is_empty());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn made_up_bytes_are_refused(bytes in vec(any::<u8>(), 0..300)) {
        let (ring, stored) = (ring(), stored_key());
        prop_assert!(decode(&mut Codec::new(), &bytes, &context(&ring, &stored)).is_err());
        let mut out = Vec::new();
        let _ = Codec::new().decode_record(&bytes, &context(&ring, &stored), &mut out);
    }

    /// As above, but with the right beginning, so that more of the parser is reached.
    #[test]
    fn made_up_bytes_behind_a_true_beginning_are_refused(
        which in 0..9_usize,
        keep in 0..60_usize,
        bytes in vec(any::<u8>(), 1..300),
    ) {
        let (ring, stored) = (ring(), stored_key());
        let mut envelope = all().swap_remove(which).envelope();
        envelope.truncate(keep);
        envelope.extend_from_slice(&bytes);
        let _ = peek(&envelope);
        prop_assert!(decode(&mut Codec::new(), &envelope, &context(&ring, &stored)).is_err());
    }

    /// What a writer of nonsense with a right checksum could send.
    #[test]
    fn a_right_checksum_over_wrong_bytes_never_panics(
        which in 0..5_usize,
        at in 0..100_usize,
        with in vec(any::<u8>(), 1..6),
    ) {
        let (ring, stored) = (ring(), stored_key());
        let mut envelope = all().swap_remove(which).envelope();
        let body = envelope.len() - 4;
        for (offset, byte) in with.iter().enumerate() {
            envelope[(at + offset) % body] = *byte;
        }
        super::limits::fix_checksum(&mut envelope);
        let _ = decode(&mut Codec::new(), &envelope, &context(&ring, &stored));
    }
}
