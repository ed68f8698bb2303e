//! A sealed entry opens where it was put, with its key, and nowhere else.

use std::cell::Cell;
use std::rc::Rc;

use aes_gcm::{AeadInOut, Aes256Gcm, KeyInit};

use super::samples::{Counting, KEY, REGION, Sample, all, context, ring, stored_key};
use crate::codec::envelope::Opened;
use crate::codec::seal::{HostCipher, Xaes256Gcm};
use crate::codec::{Codec, Context, ErrorKind, KeyRing, Parts, peek};

fn sealed() -> Sample {
    let samples = all();
    let mut sealed = samples
        .into_iter()
        .filter(|sample| sample.title == "Sealed");
    sealed.next().expect("there is one")
}

fn open(context: &Context<'_>) -> Result<(Opened, Parts), ErrorKind> {
    Codec::new()
        .decode(&sealed().envelope(), context, &mut Vec::new())
        .map_err(|error| error.kind)
}

#[test]
fn it_does_not_open_in_another_region_or_under_another_key() {
    let (ring, stored) = (ring(), stored_key());
    let right = context(&ring, &stored);
    assert!(open(&right).is_ok());
    let mut moved = stored;
    moved[31] ^= 1;
    for wrong in [
        Context {
            region: "user_preference",
            ..right
        },
        Context {
            stored_key: &moved,
            ..right
        },
        Context {
            stored_key: &stored[1..],
            ..right
        },
        // The same bytes, divided otherwise.
        Context {
            region: &format!("{REGION}x"),
            stored_key: &stored,
            ..right
        },
    ] {
        assert_eq!(open(&wrong).expect_err("refused"), ErrorKind::DoesNotOpen);
    }
}

#[test]
fn a_missing_key_is_told_from_a_wrong_one() {
    let stored = stored_key();
    let missing = KeyRing::new("k1", [("k1", &[0x11; 32][..])]).expect("a ring");
    let wrong = KeyRing::new("k2", [("k2", &[0x11; 32][..])]).expect("a ring");
    let kind = |ring| {
        open(&Context {
            ring,
            ..context(&missing, &stored)
        })
        .expect_err("refused")
    };
    assert_eq!(kind(None), ErrorKind::KeyMissing);
    assert_eq!(kind(Some(&missing)), ErrorKind::KeyMissing);
    assert_eq!(kind(Some(&wrong)), ErrorKind::DoesNotOpen);
    let header = peek(&sealed().envelope()).expect("a header");
    assert_eq!(header.key_id.expect("an id").as_str(), "k2");
}

#[test]
fn every_key_of_the_ring_reads_whichever_writes() {
    let stored = stored_key();
    let key: [u8; 32] = core::array::from_fn(|i| i as u8);
    let rotated = KeyRing::new("k3", [("k3", &[9; 32][..]), ("k2", &key)]).expect("a ring");
    assert!(open(&context(&rotated, &stored)).is_ok());
}

#[test]
fn where_entries_are_sealed_a_plain_one_is_refused() {
    let (ring, stored) = (ring(), stored_key());
    let plain = all().swap_remove(0).envelope();
    let strict = Context {
        accept_plain: false,
        ..context(&ring, &stored)
    };
    let refused = Codec::new().decode(&plain, &strict, &mut Vec::new());
    assert_eq!(refused.expect_err("refused").kind, ErrorKind::Unsealed);
    assert!(open(&strict).is_ok());
}

#[test]
fn nothing_of_key_tags_or_value_is_readable() {
    for sample in all().iter().filter(|sample| sample.sealed) {
        let envelope = sample.envelope();
        let secrets = [
            KEY.as_bytes(),
            b"theme",
            b"delete01",
            b"abcabc",
            REGION.as_bytes(),
        ];
        for secret in secrets {
            assert!(!envelope.windows(secret.len()).any(|bytes| bytes == secret));
        }
    }
}

#[test]
fn the_same_entry_is_sealed_to_other_bytes_under_another_nonce() {
    let sample = sealed();
    let (ring, stored) = (ring(), stored_key());
    let mut codec = Codec::new();
    let mut random = Counting(0);
    let mut seal = || {
        let entry = crate::codec::Entry {
            fields: &sample.fields,
            side: &sample.side,
            payload: &sample.payload,
        };
        let seal = crate::codec::Seal {
            ring: &ring,
            region: REGION,
            stored_key: &stored,
            key: KEY.as_bytes(),
            random: &mut random,
        };
        let mut out = Vec::new();
        codec
            .encode(&entry, &sample.options(), Some(seal), &mut out)
            .expect("sealed");
        out
    };
    let (first, second) = (seal(), seal());
    let body = 46 + 2 + 24;
    assert_ne!(first[48..body], second[48..body]);
    assert!(
        first[body..]
            .iter()
            .zip(&second[body..])
            .filter(|(a, b)| a == b)
            .count()
            < 8
    );
}

#[test]
fn resealed_it_is_the_same_entry_under_the_key_that_writes() {
    let stored = stored_key();
    let old: [u8; 32] = core::array::from_fn(|i| i as u8);
    let rotated = KeyRing::new("new", [("new", &[9; 32][..]), ("k2", &old)]).expect("a ring");
    let new = KeyRing::new("new", [("new", &[9; 32][..])]).expect("a ring");
    let mut codec = Codec::new();
    for sample in all().iter().filter(|sample| sample.sealed) {
        let before = sample.envelope();
        let context = context(&rotated, &stored);
        let mut random = Counting(0);
        let mut reseal = |envelope: &[u8], context: &Context<'_>, out: &mut Vec<u8>| {
            codec
                .reseal(envelope, context, &rotated, &mut random, out)
                .map_err(|error| error.kind)
        };
        let mut after = Vec::new();
        assert_eq!(reseal(&before, &context, &mut after), Ok(true));
        let (mut was, mut is) = (Vec::new(), Vec::new());
        let (opened, parts) = Codec::new()
            .decode(&before, &context, &mut was)
            .expect("it opened before");
        let only_new = Context {
            ring: Some(&new),
            ..context
        };
        let (resealed, same) = Codec::new()
            .decode(&after, &only_new, &mut is)
            .expect("it opens under the new key alone");
        assert_eq!((was, parts), (is, same), "{}", sample.title);
        assert_eq!(resealed.header.fields, opened.header.fields);
        assert_eq!(resealed.header.compression, opened.header.compression);

        let mut again = vec![1, 2, 3];
        assert_eq!(reseal(&after, &context, &mut again), Ok(false));
        let moved = Context {
            stored_key: &[7; 32],
            ..context
        };
        let refused = reseal(&before, &moved, &mut again);
        assert_eq!(refused, Err(ErrorKind::DoesNotOpen));
        let plain = all().swap_remove(0).envelope();
        assert_eq!(
            reseal(&plain, &context, &mut again),
            Err(ErrorKind::Unsealed)
        );
        assert_eq!(again, [1, 2, 3]);
    }
}

/// A host that has the core's own cipher, and says no where it is asked for too much.
#[derive(Default)]
struct Lent {
    asked: Cell<usize>,
}

const MOST: usize = 5_000;

impl Lent {
    fn takes(&self, length: usize) -> bool {
        self.asked.set(self.asked.get() + 1);
        length <= MOST
    }
}

impl HostCipher for Lent {
    fn seal(
        &self,
        key: &[u8; 32],
        nonce: &[u8; 12],
        associated: &[u8],
        bytes: &mut [u8],
        tag: &mut [u8; 16],
    ) -> bool {
        if !self.takes(bytes.len()) {
            return false;
        }
        *tag = Aes256Gcm::new(key.into())
            .encrypt_inout_detached(nonce.into(), associated, bytes.into())
            .expect("sealed")
            .into();
        true
    }

    fn open(
        &self,
        key: &[u8; 32],
        nonce: &[u8; 12],
        associated: &[u8],
        sealed: &[u8],
        opened: &mut [u8],
    ) -> bool {
        let (bytes, tag) = sealed.split_at(sealed.len() - 16);
        if !self.takes(bytes.len()) {
            return false;
        }
        let mut plain = bytes.to_vec();
        let right = Aes256Gcm::new(key.into())
            .decrypt_inout_detached(
                nonce.into(),
                associated,
                plain.as_mut_slice().into(),
                tag.try_into().expect("a tag"),
            )
            .is_ok();
        if right {
            opened.copy_from_slice(&plain);
        }
        right
    }
}

#[test]
fn a_host_seals_and_opens_what_is_not_small_and_the_core_what_it_refuses() {
    let lent = Rc::new(Lent::default());
    let hosted = Xaes256Gcm::new(&[7; 32], Some(Rc::clone(&lent) as Rc<dyn HostCipher>));
    let own = Xaes256Gcm::new(&[7; 32], None);
    let nonce = [9; 24];
    for (length, asked) in [(0, 0), (255, 0), (256, 1), (MOST, 1), (MOST + 1, 1)] {
        let plain: Vec<u8> = (0..length).map(|i| i as u8).collect();
        let [mut by_host, mut by_core] = [plain.clone(), plain.clone()];
        lent.asked.set(0);
        hosted.seal(&nonce, b"a", &mut by_host, 0).expect("sealed");
        own.seal(&nonce, b"a", &mut by_core, 0).expect("sealed");
        assert_eq!(by_host, by_core, "{length}");
        let mut opened = b"before".to_vec();
        hosted
            .open(&nonce, b"a", &by_core, &mut opened)
            .expect("opens");
        assert_eq!(opened, [b"before", &plain[..]].concat(), "{length}");
        assert_eq!(lent.asked.get(), 2 * asked, "{length}");
        *by_core.last_mut().expect("a tag") ^= 1;
        opened.truncate(6);
        let refused = hosted.open(&nonce, b"a", &by_core, &mut opened);
        assert_eq!(
            refused.map_err(|error| error.kind),
            Err(ErrorKind::DoesNotOpen)
        );
        assert_eq!(opened, b"before");
    }
}
