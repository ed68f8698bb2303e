//! XAES-256-GCM against the vectors of its specification, the accumulated one included.

use crate::codec::seal::Xaes256Gcm;

const NONCE: &[u8; 24] = b"ABCDEFGHIJKLMNOPQRSTUVWX";
const PLAINTEXT: &[u8] = b"XAES-256-GCM";

fn seal(key: &[u8; 32], nonce: &[u8; 24], associated: &[u8], plaintext: &[u8]) -> Vec<u8> {
    let mut bytes = plaintext.to_vec();
    Xaes256Gcm::new(key, None)
        .seal(nonce, associated, &mut bytes, 0)
        .expect("sealed");
    bytes
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn the_two_published_vectors() {
    // In the second the top bit of the subkey's block is set, in the first it is not.
    assert_eq!(
        hex(&seal(&[1; 32], NONCE, b"", PLAINTEXT)),
        "ce546ef63c9cc60765923609b33a9a1974e96e52daf2fcf7075e2271"
    );
    assert_eq!(
        hex(&seal(&[3; 32], NONCE, b"c2sp.org/XAES-256-GCM", PLAINTEXT)),
        "986ec1832593df5443a179437fd083bf3fdb41abd740a21f71eb769d"
    );
}

/// 10,000 messages drawn from SHAKE128 of nothing, all ciphertexts hashed by SHAKE128.
#[test]
fn the_published_accumulated_vector() {
    let mut source = Shake128::default();
    let mut digest = Shake128::default();
    for _ in 0..10_000 {
        let (mut key, mut nonce) = ([0; 32], [0; 24]);
        source.squeeze(&mut key);
        source.squeeze(&mut nonce);
        let plaintext = source.squeeze_some();
        let associated = source.squeeze_some();
        let sealed = seal(&key, &nonce, &associated, &plaintext);
        let mut opened = Vec::new();
        Xaes256Gcm::new(&key, None)
            .open(&nonce, &associated, &sealed, &mut opened)
            .expect("opens");
        assert_eq!(opened, plaintext);
        digest.absorb(&sealed);
    }
    let mut sum = [0; 32];
    digest.squeeze(&mut sum);
    assert_eq!(
        hex(&sum),
        "e6b9edf2df6cec60c8cbd864e2211b597fb69a529160cd040d56c0c210081939"
    );
}

/// SHAKE128 (FIPS 202), which nothing but the vector above needs.
#[derive(Default)]
struct Shake128 {
    state: [u64; 25],
    /// The next byte of the rate, to be written or read.
    at: usize,
    squeezing: bool,
}

const RATE: usize = 168;

impl Shake128 {
    fn xor(&mut self, at: usize, byte: u8) {
        self.state[at / 8] ^= u64::from(byte) << (8 * (at % 8));
    }

    fn absorb(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.xor(self.at, byte);
            self.at += 1;
            if self.at == RATE {
                keccak(&mut self.state);
                self.at = 0;
            }
        }
    }

    fn squeeze(&mut self, out: &mut [u8]) {
        if !self.squeezing {
            self.xor(self.at, 0x1F);
            self.xor(RATE - 1, 0x80);
            (self.at, self.squeezing) = (RATE, true);
        }
        for byte in out {
            if self.at == RATE {
                keccak(&mut self.state);
                self.at = 0;
            }
            *byte = (self.state[self.at / 8] >> (8 * (self.at % 8))) as u8;
            self.at += 1;
        }
    }

    /// One byte for the length, then as many.
    fn squeeze_some(&mut self) -> Vec<u8> {
        let mut length = [0];
        self.squeeze(&mut length);
        let mut bytes = vec![0; length[0].into()];
        self.squeeze(&mut bytes);
        bytes
    }
}

/// Keccak-f[1600]: 24 rounds of θ, ρ, π, χ, ι over lanes `5 y + x`.
fn keccak(a: &mut [u64; 25]) {
    let mut lfsr = 1_u8;
    for _ in 0..24 {
        let column: [u64; 5] = core::array::from_fn(|x| (0..5).fold(0, |c, y| c ^ a[5 * y + x]));
        for (i, lane) in a.iter_mut().enumerate() {
            *lane ^= column[(i + 4) % 5] ^ column[(i + 1) % 5].rotate_left(1);
        }
        let (mut x, mut y, mut moved) = (1, 0, a[1]);
        for t in 0..24_u32 {
            (x, y) = (y, (2 * x + 3 * y) % 5);
            let lane = &mut a[5 * y + x];
            moved = core::mem::replace(lane, moved.rotate_left((t + 1) * (t + 2) / 2 % 64));
        }
        for row in a.as_chunks_mut::<5>().0 {
            *row = core::array::from_fn(|x| row[x] ^ (!row[(x + 1) % 5] & row[(x + 2) % 5]));
        }
        for j in 0..7 {
            if lfsr & 1 == 1 {
                a[0] ^= 1 << ((1_u32 << j) - 1);
            }
            lfsr = (lfsr << 1) ^ ((lfsr >> 7) * 0x71);
        }
    }
}

#[test]
fn shake128_of_nothing_is_as_published() {
    let mut out = [0; 16];
    Shake128::default().squeeze(&mut out);
    assert_eq!(hex(&out), "7f9c2ba4e88f827d616045507605853e");
}
