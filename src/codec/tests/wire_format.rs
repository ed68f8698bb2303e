//! The examples of `docs/wire-format.md` are what the codec writes.
//!
//! `BLESS=1 cargo test wire_format` writes them anew.

use core::fmt::Write as _;

use super::samples::{DICTIONARY, Sample, all, context, ring, stored_key};
use crate::codec::{Codec, Compression, Context, peek};

const DOCUMENT: &str = include_str!("../../../docs/wire-format.md");
const BEGIN: &str = "<!-- examples: begin -->\n";
const END: &str = "<!-- examples: end -->\n";

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The envelope in lines of at most 32 bytes, each named for what it is.
fn annotate(sample: &Sample, envelope: &[u8]) -> String {
    let header = peek(envelope).expect("a header");
    let id = header.length() - 46;
    let mut fields = vec![
        (2, "magic"),
        (1, "version"),
        (1, "flags"),
        (1, "serializer"),
        (1, "compression"),
        (1, "kind"),
        (1, "key id length"),
        (16, "stamp"),
        (6, "created"),
        (6, "fresh-until"),
        (6, "stale-until"),
        (4, "original length"),
    ];
    let rest = envelope.len() - header.length();
    if sample.sealed {
        fields.extend([
            (id, "key id"),
            (24, "nonce"),
            (rest - 24 - 16, "ciphertext"),
            (16, "tag"),
        ]);
    } else if header.has_side {
        let side = sample.side.len();
        fields.extend([
            (4, "side length"),
            (side, "side"),
            (rest - 4 - side - 4, "body"),
            (4, "checksum"),
        ]);
    } else if header.compression == Compression::Dictionary {
        fields.extend([(4, "dictionary id"), (rest - 8, "stream"), (4, "checksum")]);
    } else {
        fields.extend([(rest - 4, "body"), (4, "checksum")]);
    }
    let mut text = String::new();
    let mut left = envelope;
    for (length, name) in fields {
        let (bytes, rest) = left.split_at(length);
        left = rest;
        let mut name = name;
        for line in bytes.chunks(32) {
            writeln!(text, "{name:<16} {}", hex(line)).expect("written");
            name = "";
        }
    }
    assert!(left.is_empty());
    text
}

fn payload(sample: &Sample) -> String {
    let printable = |byte: &u8| (0x20..0x7F).contains(byte);
    match core::str::from_utf8(&sample.payload) {
        Ok("") => "No payload.".into(),
        Ok(text) if text.bytes().all(|byte| printable(&byte)) => format!("Payload: `{text}`."),
        _ => format!("Payload, in hex: `{}`.", hex(&sample.payload)),
    }
}

fn examples() -> String {
    let (ring, stored) = (ring(), stored_key());
    let mut text = String::new();
    for sample in all() {
        let envelope = sample.envelope();
        writeln!(text, "\n### {}\n", sample.title).expect("written");
        writeln!(text, "{}", payload(&sample)).expect("written");
        if sample.compression == Compression::Dictionary {
            let dictionary = core::str::from_utf8(DICTIONARY).expect("text");
            writeln!(text, "Dictionary: `{dictionary}`.").expect("written");
        }
        if sample.sealed {
            let plain = plaintext(&envelope, &context(&ring, &stored));
            writeln!(text, "Plaintext, in hex: `{}`.", hex(&plain)).expect("written");
        }
        let bytes = annotate(&sample, &envelope);
        writeln!(text, "\n```text\n{bytes}```").expect("written");
    }
    text.push('\n');
    text
}

fn plaintext(envelope: &[u8], context: &Context<'_>) -> Vec<u8> {
    let mut plain = Vec::new();
    crate::codec::envelope::open(envelope, context, &mut Vec::new(), &mut plain).expect("opens");
    plain
}

#[test]
fn wire_format_examples_are_current() {
    let (before, rest) = DOCUMENT.split_once(BEGIN).expect("the begin mark");
    let (current, after) = rest.split_once(END).expect("the end mark");
    let examples = examples();
    if std::env::var_os("BLESS").is_some() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/wire-format.md");
        std::fs::write(path, [before, BEGIN, &examples, END, after].concat()).expect("written");
        return;
    }
    assert!(
        current == examples,
        "docs/wire-format.md is stale; it should read:\n{examples}"
    );
}

/// The document's hex alone, read back: what is printed there really opens.
#[test]
fn wire_format_examples_open() {
    let (_, rest) = DOCUMENT.split_once(BEGIN).expect("the begin mark");
    let (examples, _) = rest.split_once(END).expect("the end mark");
    let (ring, stored) = (ring(), stored_key());
    let mut blocks = 0;
    for (block, sample) in examples.split("```text\n").skip(1).zip(all()) {
        let (block, _) = block.split_once("```").expect("the end of the block");
        let digits: String = block.lines().map(|line| &line[17..]).collect();
        let bytes: Vec<u8> = (0..digits.len() / 2)
            .map(|i| u8::from_str_radix(&digits[2 * i..2 * i + 2], 16).expect("hex"))
            .collect();
        let mut out = Vec::new();
        let (opened, parts) = Codec::new()
            .decode(&bytes, &context(&ring, &stored), &mut out)
            .expect("opens");
        assert_eq!(out[parts.payload], sample.payload);
        assert_eq!(out[parts.side], sample.side);
        assert_eq!(opened.header.fields, sample.fields);
        blocks += 1;
    }
    assert_eq!(blocks, all().len());
}
