//! Side blocks: of any bytes, and there and back.

#![no_main]

use libfuzzer_sys::fuzz_target;
use omnicache_core::codec::side::{Tag, read, write};

fuzz_target!(|block: &[u8]| {
    let Ok(tags) = read(block) else {
        return;
    };
    let tags: Vec<Tag<'_>> = tags.collect();
    assert!(tags.iter().all(|tag| !tag.name.is_empty()));
    let mut written = Vec::new();
    write(&tags, &mut written).expect("what was read can be written");
    // What may be left over is an etag, and where there are no tags nothing is written.
    assert!(tags.is_empty() || block.starts_with(&written));
});
