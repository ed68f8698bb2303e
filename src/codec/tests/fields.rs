//! Each field of a header that is wrong has a reason of its own.

use super::samples::{all, fields, tombstone};
use crate::codec::{ErrorKind, Fields, Serializer, Stamp, peek};

fn plain() -> Vec<u8> {
    all().swap_remove(0).envelope()
}

/// Why the header is refused with `byte` at `offset`.
fn refusal(offset: usize, byte: u8) -> ErrorKind {
    let mut envelope = plain();
    envelope[offset] = byte;
    peek(&envelope).expect_err("refused").kind
}

#[test]
fn an_unknown_id_is_refused_by_name() {
    assert_eq!(refusal(0, b'O'), ErrorKind::Magic);
    assert_eq!(refusal(1, b'C'), ErrorKind::Magic);
    for version in (0..=255).filter(|&version| version != 1) {
        assert_eq!(refusal(2, version), ErrorKind::Version);
    }
    for serializer in 5..128 {
        assert_eq!(refusal(4, serializer), ErrorKind::Serializer);
    }
    for compression in 4..=255 {
        assert_eq!(refusal(5, compression), ErrorKind::Compression);
    }
    for kind in 1..=255 {
        assert_eq!(refusal(6, kind), ErrorKind::Kind);
    }
}

#[test]
fn flags_that_are_unknown_or_untrue_are_refused() {
    // The side flag alone contradicts nothing in the header: the lengths will tell.
    for flags in (1..=255).filter(|&flags| flags != 0x08) {
        assert_eq!(refusal(3, flags), ErrorKind::Flags, "{flags:#x}");
    }
    assert_eq!(
        refusal(4, 0),
        ErrorKind::Flags,
        "no serializer, and no tombstone"
    );
    assert_eq!(
        refusal(5, 1),
        ErrorKind::Flags,
        "compressed without the flag"
    );
    let mut with_id = plain();
    (with_id[7], with_id[46]) = (1, b'k');
    let refused = peek(&with_id).expect_err("a key id without the flag");
    assert_eq!(refused.kind, ErrorKind::Flags);
}

#[test]
fn a_key_id_is_checked() {
    assert_eq!(refusal(7, 33), ErrorKind::Truncated);
    assert_eq!(refusal(7, 3), ErrorKind::KeyId, "{{\" is no id");
    let mut long = plain();
    long[7] = 33;
    long.splice(46..46, [b'k'; 40]);
    assert_eq!(peek(&long).expect_err("refused").kind, ErrorKind::KeyId);
}

#[test]
fn a_tombstone_has_no_value() {
    let at = all()
        .iter()
        .position(|sample| sample.title == "Plain tombstone");
    let mut envelope = all().swap_remove(at.expect("there is one")).envelope();
    assert!(peek(&envelope).expect("a header").is_tombstone());
    envelope[45] = 1;
    assert_eq!(
        peek(&envelope).expect_err("refused").kind,
        ErrorKind::Length
    );
}

#[test]
fn times_are_whole_ms_and_never_is_infinite() {
    let write = |fields: Fields| {
        let header = crate::codec::Header {
            fields,
            compression: crate::codec::Compression::None,
            has_side: false,
            original_length: 0,
            key_id: None,
        };
        let mut out = Vec::new();
        header
            .write(&mut out)
            .map(|()| peek(&out).expect("a header").fields)
    };
    let base = fields(Serializer::JSON);
    let last = (1_u64 << 48) as f64 - 2.0;
    let exact = Fields {
        created: 0.0,
        fresh_until: last,
        stale_until: f64::INFINITY,
        ..base
    };
    assert_eq!(write(exact), Ok(exact));
    let rounded = write(Fields {
        created: 1.9,
        ..exact
    })
    .expect("written");
    assert_eq!(rounded.created, 1.0);
    for created in [-1.0, f64::NAN, last + 1.0, f64::NEG_INFINITY, 1e300] {
        let refused = write(Fields { created, ..exact }).expect_err("refused");
        assert_eq!(refused.kind, ErrorKind::Times, "{created}");
    }
    let inverted = Fields {
        stale_until: last - 1.0,
        ..exact
    };
    assert_eq!(write(inverted).expect_err("refused").kind, ErrorKind::Times);
    let nan = Fields {
        stale_until: f64::NAN,
        ..exact
    };
    assert_eq!(write(nan).expect_err("refused").kind, ErrorKind::Times);
}

#[test]
fn a_later_stamp_is_a_greater_one() {
    let stamp = |ms: u64, counter: u16, node: u8| {
        let mut bytes = [node; 16];
        bytes[..6].copy_from_slice(&ms.to_be_bytes()[2..]);
        bytes[6..8].copy_from_slice(&counter.to_be_bytes());
        Stamp(bytes)
    };
    let ordered = [
        Stamp::default(),
        stamp(255, 65_535, 9),
        stamp(256, 0, 0),
        stamp(256, 0, 1),
        stamp(256, 1, 0),
        tombstone().stamp,
    ];
    assert!(ordered.is_sorted_by(|a, b| a < b));
}
