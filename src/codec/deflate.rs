//! Raw deflate (RFC 1951) by miniz_oxide.
//!
//! The compressor's state is some 350 KB, the decompressor's 11 KB. Each is made at first
//! use and then used again.

#![forbid(unsafe_code)]

use miniz_oxide::DataFormat;
use miniz_oxide::deflate::core::{CompressorOxide, TDEFLFlush, TDEFLStatus, compress};
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};

/// The most that deflate can shrink anything: 258 bytes in two bits.
pub const MAX_RATIO: u64 = 1032;

/// The level of miniz_oxide. Measured on JSON of 1, 10 and 100 KB: 6 is 0, 1 and 5 % smaller
/// and takes the same time, the same and twice as long; 4 is 0, 2 and 4 % larger.
const LEVEL: u8 = 5;

/// Makes deflate streams.
#[derive(Default)]
pub struct Deflater {
    state: Option<Box<CompressorOxide>>,
}

impl Deflater {
    /// Writes the stream of `payload` to the start of `output`; answers its length, or nothing
    /// where there is no room for it.
    pub fn compress(&mut self, payload: &[u8], output: &mut [u8]) -> Option<usize> {
        let state = self.state.get_or_insert_with(|| {
            let mut state = Box::<CompressorOxide>::default();
            state.set_format_and_level(DataFormat::Raw, LEVEL);
            state
        });
        let (status, _, written) = compress(state, payload, output, TDEFLFlush::Finish);
        // Reset at the end, not at the start: nothing of this payload stays behind.
        state.reset();
        (status == TDEFLStatus::Done).then_some(written)
    }

    /// Wipes what is left of the last payload.
    pub fn wipe(&mut self) {
        if let Some(state) = &mut self.state {
            // On wasm32 a reset of miniz_oxide takes 64 KB for its codes anew and frees the
            // old ones as they are. One more gets that block back from the allocator, zeroed.
            state.reset();
        }
    }
}

/// Reads deflate streams.
#[derive(Default)]
pub struct Inflater {
    state: Option<Box<DecompressorOxide>>,
}

impl Inflater {
    /// Fills `output` with what comes out of `stream`; answers whether that was exactly so much
    /// and the stream ended with its last byte.
    pub fn decompress(&mut self, stream: &[u8], output: &mut [u8]) -> bool {
        let state = self.state.get_or_insert_default();
        state.init();
        let flags = inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
        let length = output.len();
        decompress(state, stream, output, 0, flags) == (TINFLStatus::Done, stream.len(), length)
    }
}
