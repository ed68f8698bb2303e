//! The side block: what an entry carries beside its value, a list of tags with their tokens,
//! and the validator (etag) of what it was made from.
//!
//! A count (u16), then for each tag its length (u16), its bytes and 16 bytes of token; then,
//! if there is an etag, its length (u16) and its bytes; all big endian. A token is two of 8 bytes: one that a deletion of the tag changes, and one that
//! its expiry changes. They are those that were current before the value was computed: an
//! entry is valid while each of its tags still has the first, and fresh while it has both.

#![forbid(unsafe_code)]

use super::error::{Error, ErrorKind, Result};

/// The length of a token, in bytes.
pub const TOKEN_LENGTH: usize = 16;
/// The largest side block that is written or read, in bytes.
pub const SIDE_MAX: usize = 1 << 20;

/// One tag and the token that it had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tag<'a> {
    /// The tag's name, or its stored form in an encrypted region; never empty.
    pub name: &'a [u8],
    /// What the tag was at when the value was computed.
    pub token: [u8; TOKEN_LENGTH],
}

/// Appends the side block of `tags` to `out`, or nothing where there are none. Refuses
/// ([`ErrorKind::Side`]) an empty tag, one over 65,535 bytes, more than 65,535 tags and a
/// block over [`SIDE_MAX`]; `out` is then as it was.
pub fn write(tags: &[Tag<'_>], out: &mut Vec<u8>) -> Result<()> {
    let length = 2 + tags
        .iter()
        .map(|tag| 2 + tag.name.len() + TOKEN_LENGTH)
        .sum::<usize>();
    let fits = |tag: &Tag<'_>| (1..=usize::from(u16::MAX)).contains(&tag.name.len());
    let Ok(count) = u16::try_from(tags.len()) else {
        return Err(Error::with(ErrorKind::Side, tags.len() as u64));
    };
    if length > SIDE_MAX || !tags.iter().all(fits) {
        return Err(Error::with(ErrorKind::Side, length as u64));
    }
    if count == 0 {
        return Ok(());
    }
    out.extend_from_slice(&count.to_be_bytes());
    for tag in tags {
        out.extend_from_slice(&(tag.name.len() as u16).to_be_bytes());
        out.extend_from_slice(tag.name);
        out.extend_from_slice(&tag.token);
    }
    Ok(())
}

/// Checks a side block whole and answers its tags, in order; none for an empty block. One that
/// is not empty has a tag or an etag.
pub fn read(block: &[u8]) -> Result<Tags<'_>> {
    let Some((count, rest)) = block.split_first_chunk() else {
        let empty = Tags { left: 0, rest: &[] };
        return if block.is_empty() {
            Ok(empty)
        } else {
            Err(Error::with(ErrorKind::Side, block.len() as u64))
        };
    };
    let tags = Tags {
        left: u16::from_be_bytes(*count),
        rest,
    };
    let mut probe = tags.clone();
    let named = probe.by_ref().all(|tag| !tag.name.is_empty());
    let ended = probe.left == 0
        && match probe.rest.split_first_chunk() {
            None => probe.rest.is_empty() && tags.left > 0,
            Some((&length, etag)) => {
                !etag.is_empty() && etag.len() == usize::from(u16::from_be_bytes(length))
            }
        };
    if named && ended {
        Ok(tags)
    } else {
        Err(Error::with(ErrorKind::Side, block.len() as u64))
    }
}

/// The tags of a side block that [`read`] has checked.
#[derive(Clone, Debug)]
pub struct Tags<'a> {
    left: u16,
    rest: &'a [u8],
}

impl<'a> Iterator for Tags<'a> {
    type Item = Tag<'a>;

    fn next(&mut self) -> Option<Tag<'a>> {
        let left = self.left.checked_sub(1)?;
        let (length, rest) = self.rest.split_first_chunk()?;
        let (name, rest) = rest.split_at_checked(u16::from_be_bytes(*length).into())?;
        let (&token, rest) = rest.split_first_chunk()?;
        (self.left, self.rest) = (left, rest);
        Some(Tag { name, token })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;

    fn block(tags: &[(&[u8], u8)]) -> Vec<u8> {
        let tags: Vec<Tag<'_>> = tags
            .iter()
            .map(|&(name, token)| Tag {
                name,
                token: [token; TOKEN_LENGTH],
            })
            .collect();
        let mut out = Vec::new();
        write(&tags, &mut out).expect("written");
        out
    }

    #[test]
    fn every_truncation_and_every_extension_is_refused() {
        let mut whole = block(&[(b"user:1", 1), (b"team", 2)]);
        for length in 1..whole.len() {
            assert!(read(&whole[..length]).is_err(), "{length}");
        }
        whole.push(0);
        assert!(read(&whole).is_err());
    }

    #[test]
    fn an_etag_may_follow_the_tags_or_stand_alone() {
        let mut whole = block(&[(b"user:1", 1)]);
        whole.extend_from_slice(&[0, 2, b'v', b'1']);
        assert_eq!(read(&whole).expect("tags").count(), 1);
        assert!(read(&whole[..whole.len() - 1]).is_err());
        assert!(read(&[whole.as_slice(), b"x"].concat()).is_err());
        let alone = [0, 0, 0, 2, b'v', b'1'];
        assert_eq!(read(&alone).expect("no tags").count(), 0);
        for length in 1..alone.len() {
            assert!(read(&alone[..length]).is_err(), "{length}");
        }
        assert!(read(&[0, 0, 0, 0]).is_err());
    }

    #[test]
    fn no_tags_are_no_bytes() {
        assert_eq!(block(&[]), b"");
        assert_eq!(read(b"").expect("no tags").count(), 0);
        assert!(read(&[0, 0]).is_err());
    }

    #[test]
    fn what_cannot_be_read_back_is_not_written() {
        let long = vec![b'x'; 65_536];
        let token = [0; TOKEN_LENGTH];
        let mut out = b"kept".to_vec();
        let one = |name| vec![Tag { name, token }];
        let many = vec![Tag { name: b"t", token }; 65_536];
        let large = vec![
            Tag {
                name: &long[1..],
                token
            };
            17
        ];
        for tags in [one(b""), one(&long), many, large] {
            let error = write(&tags, &mut out).expect_err("refused");
            assert_eq!(error.kind, ErrorKind::Side);
        }
        assert_eq!(out, b"kept");
    }

    proptest! {
        #[test]
        fn tags_come_back_in_order(
            tags in vec((vec(any::<u8>(), 1..40), any::<[u8; TOKEN_LENGTH]>()), 0..20)
        ) {
            let tags: Vec<Tag<'_>> = tags
                .iter()
                .map(|(name, token)| Tag { name, token: *token })
                .collect();
            let mut out = Vec::new();
            write(&tags, &mut out).expect("written");
            prop_assert_eq!(read(&out).expect("read").collect::<Vec<_>>(), tags);
        }

        #[test]
        fn random_bytes_never_panic(bytes in vec(any::<u8>(), 0..200)) {
            if let Ok(tags) = read(&bytes) {
                prop_assert!(tags.count() <= bytes.len() / 18);
            }
        }
    }
}
