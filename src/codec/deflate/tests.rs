//! Against miniz_oxide: it reads what is made here, and what it makes is read here.

use miniz_oxide::DataFormat;
use miniz_oxide::deflate::core::{CompressorOxide, TDEFLFlush, TDEFLStatus, compress};
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};
use proptest::collection::vec;
use proptest::prelude::*;

use super::matcher::Chains;
use super::{Deflater, Inflater, SLACK, huffman};

fn deflate(payload: &[u8], history: &[u8]) -> Vec<u8> {
    let mut output = vec![0; payload.len() * 2 + 300 + SLACK];
    let chains = Chains::new(history);
    let prepared = (!history.is_empty()).then(|| chains.of(history));
    let length = Deflater::default().compress(payload, prepared.as_ref(), &mut output);
    output.truncate(length.expect("room"));
    output
}

fn inflate(stream: &[u8], history: &[u8], length: usize) -> Option<Vec<u8>> {
    let mut output = vec![0; length];
    let read = Inflater::default().decompress(stream, history, &mut output);
    read.then_some(output)
}

/// As [`inflate`], by miniz_oxide.
fn theirs(stream: &[u8], history: &[u8], length: usize) -> Option<Vec<u8>> {
    let mut output = history.to_vec();
    output.resize(history.len() + length, 0);
    let mut state = Box::<DecompressorOxide>::default();
    let flags = inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let outcome = decompress(&mut state, stream, &mut output, history.len(), flags);
    (outcome == (TINFLStatus::Done, stream.len(), length)).then(|| output.split_off(history.len()))
}

fn made_by_them(payload: &[u8], level: u8) -> Vec<u8> {
    let mut state = Box::<CompressorOxide>::default();
    state.set_format_and_level(DataFormat::Raw, level);
    let mut output = vec![0; payload.len() * 2 + 300];
    let outcome = compress(&mut state, payload, &mut output, TDEFLFlush::Finish);
    assert_eq!(outcome.0, TDEFLStatus::Done);
    output.truncate(outcome.2);
    output
}

/// Bytes of every kind: noise, few values, repeats near and far, words.
fn payloads() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        vec(any::<u8>(), 0..200),
        vec(0..4_u8, 0..400),
        (any::<u8>(), 0..600_usize).prop_map(|(byte, length)| vec![byte; length]),
        vec(
            prop_oneof![Just("name"), Just("\":\""), Just("user:42"), Just("é")],
            0..60
        )
        .prop_map(|words| words.concat().into_bytes()),
    ];
    (vec(piece, 0..8), 0..3_usize).prop_map(|(pieces, repeats)| pieces.concat().repeat(repeats + 1))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn what_is_made_comes_back_here_and_elsewhere(payload in payloads(), history in payloads()) {
        for history in [&[], &history[..history.len().min(super::WINDOW)]] {
            let stream = deflate(&payload, history);
            let read = inflate(&stream, history, payload.len());
            prop_assert_eq!(read.as_ref(), Some(&payload));
            let read = theirs(&stream, history, payload.len());
            prop_assert_eq!(read.as_ref(), Some(&payload));
        }
    }

    #[test]
    fn what_others_make_is_read(payload in payloads(), level in 0..10_u8) {
        let stream = made_by_them(&payload, level);
        prop_assert_eq!(inflate(&stream, &[], payload.len()), Some(payload));
    }

    /// Damaged streams, and made-up ones: nothing panics, and nothing is read that others refuse,
    /// nor otherwise than they read it.
    #[test]
    fn a_damaged_stream_is_read_as_others_read_it(
        payload in payloads(),
        level in 0..10_u8,
        at in any::<prop::sample::Index>(),
        with in vec(any::<u8>(), 0..4),
        cut in any::<prop::sample::Index>(),
        history in vec(any::<u8>(), 0..50),
    ) {
        let mut stream = made_by_them(&payload, level);
        let at = at.index(stream.len());
        for (byte, with) in stream[at..].iter_mut().zip(&with) {
            *byte = *with;
        }
        stream.truncate(stream.len() - cut.index(3));
        for length in [payload.len(), payload.len().saturating_sub(1), payload.len() + 1] {
            if let Some(read) = inflate(&stream, &history, length) {
                prop_assert_eq!(theirs(&stream, &history, length), Some(read));
            }
        }
    }

    #[test]
    fn made_up_streams_never_panic(stream in vec(any::<u8>(), 0..200), length in 0..300_usize) {
        if let Some(read) = inflate(&stream, b"history", length) {
            prop_assert_eq!(theirs(&stream, b"history", length), Some(read));
        }
    }

    #[test]
    fn lengths_are_those_of_a_whole_prefix_code(
        frequencies in vec(prop_oneof![Just(0_u32), 1..10_u32, 1..16_000_u32], 2..288),
        most in 9..16_usize,
    ) {
        let mut lengths = vec![0; frequencies.len()];
        huffman::lengths(&frequencies, most, &mut lengths);
        let used = frequencies.iter().filter(|&&frequency| frequency > 0).count();
        prop_assert!(lengths.iter().all(|&bits| usize::from(bits) <= most));
        for (bits, frequency) in lengths.iter().zip(&frequencies) {
            prop_assert_eq!(*bits > 0, *frequency > 0);
        }
        let whole: u32 = lengths.iter().filter(|&&bits| bits > 0).map(|bits| 1 << (most as u32 - u32::from(*bits))).sum();
        match used {
            0 => prop_assert_eq!(whole, 0),
            1 => prop_assert_eq!(whole, 1 << (most - 1)),
            _ => prop_assert_eq!(whole, 1 << most),
        }
    }
}

#[test]
fn frequencies_that_want_the_longest_codes_get_them_shortened() {
    // Fibonacci's numbers make the deepest tree.
    let mut frequencies = [1; 22];
    for i in 2..frequencies.len() {
        frequencies[i] = frequencies[i - 1] + frequencies[i - 2];
    }
    for most in [7, 15] {
        let mut lengths = [0; 22];
        huffman::lengths(&frequencies, most, &mut lengths);
        assert_eq!(usize::from(*lengths.iter().max().expect("some")), most);
        let whole: u32 = lengths
            .iter()
            .map(|bits| 1 << (most as u32 - u32::from(*bits)))
            .sum();
        assert_eq!(whole, 1 << most);
    }
}

#[test]
fn every_truncation_and_extension_of_a_stream_is_refused() {
    let text = b"a stream ends with its last byte, ends with its last byte, and not before";
    for stream in [
        deflate(text, &[]),
        made_by_them(&text.repeat(20), 6),
        made_by_them(text, 0),
    ] {
        for length in 0..stream.len() {
            for out in [0, text.len(), 20 * text.len()] {
                assert_eq!(inflate(&stream[..length], &[], out), None);
            }
        }
        let longer = [&stream[..], &[0]].concat();
        assert_eq!(inflate(&longer, &[], text.len()), None);
        assert_eq!(inflate(&longer, &[], 20 * text.len()), None);
    }
}

#[test]
fn payloads_of_many_blocks_and_of_none_come_back() {
    let mut noise = 1_u32;
    let mut next = || {
        noise ^= noise << 13;
        noise ^= noise >> 17;
        noise ^= noise << 5;
        noise
    };
    let large: Vec<u8> = (0..200_000).map(|_| (next() >> 24) as u8 % 23).collect();
    let far = [&large[..40_000], &large[..40_000]].concat();
    for payload in [&large[..], &far, b"", b"a", b"ab", b"abcd", b"aaaaaaaa"] {
        let stream = deflate(payload, &[]);
        assert_eq!(
            inflate(&stream, &[], payload.len()).as_deref(),
            Some(payload)
        );
        assert_eq!(
            theirs(&stream, &[], payload.len()).as_deref(),
            Some(payload)
        );
    }
}

#[test]
fn a_match_may_lie_in_the_history_and_reach_into_the_payload() {
    let history = b"the quick brown fox jumps over the lazy dog";
    let stream = deflate(b"the lazy dog jumps over the quick brown fox", history);
    assert!(stream.len() < 20, "{}", stream.len());
    // Fixed code: a match of 8 bytes, 4 back, of which 4 lie before the payload; then the end.
    let across = [0x83, 0x61, 0x00];
    let read = inflate(&across, b"abcd", 8);
    assert_eq!(read.as_deref(), Some(&b"abcdabcd"[..]));
    assert_eq!(inflate(&across, b"bcd", 8), None);
}

#[test]
fn a_stream_that_finds_no_room_is_given_up() {
    let payload = b"0123456789abcdef0123456789abcdefXYZ";
    let whole = deflate(payload, &[]);
    for room in 0..whole.len() + 2 {
        let mut output = vec![0; room + SLACK];
        let length = Deflater::default().compress(payload, None, &mut output);
        assert_eq!(length.is_some(), room >= whole.len(), "{room}");
    }
}
