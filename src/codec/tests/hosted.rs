//! What a host makes of a frame is the envelope that this codec makes, to the byte.

use aes_gcm::aead::{Aead, Payload};
use aes_gcm::{Aes256Gcm, KeyInit};

use super::samples::{Counting, KEY, REGION, Sample, all, context, ring, stored_key};
use crate::codec::crc32::crc32;
use crate::codec::hosted::{Frame, frame, unframe};
use crate::codec::{Context, ErrorKind, Header, Seal, envelope, peek};

/// The parts of a frame: head, prefix, associated data and key.
fn parts(frame: Frame, bytes: &[u8]) -> [&[u8]; 4] {
    let (head, rest) = bytes.split_at(frame.head);
    let (prefix, rest) = rest.split_at(frame.prefix);
    let (associated, key) = rest.split_at(frame.associated);
    assert_eq!(key.len(), frame.key);
    [head, prefix, associated, key]
}

/// What stands between head and tag, in the clear; the header, and the body.
fn plaintext(sample: &Sample) -> (Header, Vec<u8>, Vec<u8>) {
    let (ring, stored) = (ring(), stored_key());
    let envelope = sample.envelope();
    let context = context(&ring, &stored);
    let mut plain = Vec::new();
    let opened = envelope::open(&envelope, &context, &mut Vec::new(), &mut plain).expect("opens");
    let whole = if sample.sealed { plain } else { envelope };
    let body = opened.body(&whole).bytes.to_vec();
    (opened.header, whole, body)
}

#[test]
fn the_frame_and_a_hosts_engines_make_the_same_bytes() {
    for sample in all() {
        let (header, _, body) = plaintext(&sample);
        let (ring, stored) = (ring(), stored_key());
        let mut random = Counting(0x40);
        let seal = sample.sealed.then_some(Seal {
            ring: &ring,
            region: REGION,
            stored_key: &stored,
            key: KEY.as_bytes(),
            random: &mut random,
        });
        let mut out = Vec::new();
        let framed = frame(&header, &sample.side, seal, &mut out).expect("framed");
        let [head, prefix, aad, key] = parts(framed, &out);
        let plain = [prefix, &body].concat();
        let mut made = head.to_vec();
        if sample.sealed {
            let cipher = Aes256Gcm::new_from_slice(key).expect("a key");
            let nonce = &head[head.len() - 12..];
            let payload = Payload { msg: &plain, aad };
            let nonce = nonce.try_into().expect("12 bytes");
            made.extend(cipher.encrypt(nonce, payload).expect("sealed"));
        } else {
            made.extend(plain);
            let checksum = crc32(&made);
            made.extend(checksum.to_be_bytes());
        }
        assert_eq!(made, sample.envelope(), "{}", sample.title);
    }
}

#[test]
fn a_host_opens_what_this_codec_made() {
    for sample in all() {
        let (header, whole, _) = plaintext(&sample);
        let (ring, stored) = (ring(), stored_key());
        let envelope = sample.envelope();
        let context = context(&ring, &stored);
        let mut out = Vec::new();
        let (found, frame) = unframe(&envelope, &context, &mut out).expect("a head");
        assert_eq!(found, header, "{}", sample.title);
        if !sample.sealed {
            assert_eq!((frame.head, out.len()), (header.length(), 0));
            continue;
        }
        let (aad, key) = out.split_at(frame.associated);
        let cipher = Aes256Gcm::new_from_slice(key).expect("a key");
        let nonce = &envelope[frame.head - 12..frame.head];
        let nonce = nonce.try_into().expect("12 bytes");
        let msg = &envelope[frame.head..];
        let plain = cipher.decrypt(nonce, Payload { msg, aad });
        assert_eq!(plain, Ok(whole), "{}", sample.title);
    }
}

#[test]
fn a_head_is_refused_for_the_reasons_that_an_envelope_is() {
    let stored = stored_key();
    let ring = ring();
    for sample in all() {
        let envelope = sample.envelope();
        let strict = Context {
            accept_plain: false,
            ..context(&ring, &stored)
        };
        let kind = |bytes: &[u8], context: &Context<'_>| {
            let refused = unframe(bytes, context, &mut Vec::new());
            refused.map(|_| ()).map_err(|error| error.kind)
        };
        if !sample.sealed {
            assert_eq!(kind(&envelope, &strict), Err(ErrorKind::Unsealed));
            continue;
        }
        let without = Context {
            ring: None,
            ..strict
        };
        assert_eq!(kind(&envelope, &without), Err(ErrorKind::KeyMissing));
        let head = peek(&envelope).expect("a header").length() + 24;
        for length in 0..head {
            let refused = kind(&envelope[..length], &strict);
            assert_eq!(refused, Err(ErrorKind::Truncated), "{length} bytes");
        }
        assert_eq!(kind(&envelope[..head], &strict), Ok(()));
    }
}
