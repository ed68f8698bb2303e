import { createCipheriv, createHmac } from 'node:crypto'

/** Everything that comes of a key, an index secret and the nonce of an envelope, by what it is called. */
export function materialOf(key: Uint8Array, indexSecret: Uint8Array, nonce: Uint8Array): Record<string, Uint8Array> {
  const encrypt = (under: Uint8Array, block: Uint8Array) => {
    const cipher = createCipheriv('aes-256-ecb', under, null).setAutoPadding(false)
    return new Uint8Array(cipher.update(block))
  }
  const zeros = new Uint8Array(16)
  const subkey = doubled(encrypt(key, zeros))
  const half = (counter: number) => {
    const block = Uint8Array.of(0, counter, 0x58, 0, ...nonce.subarray(0, 12))
    return encrypt(
      key,
      block.map((byte, i) => byte ^ (subkey[i] ?? 0)),
    )
  }
  const derived = new Uint8Array([...half(1), ...half(2)])
  const indexKey = new Uint8Array(createHmac('sha256', indexSecret).update('omnicache index key v1').digest())
  return {
    key,
    'the index secret': indexSecret,
    'the index key': indexKey,
    'the index key, taken in by the inner hash': takenIn(indexKey, 0x36),
    'the index key, taken in by the outer hash': takenIn(indexKey, 0x5c),
    'the subkey': subkey,
    'the key of an entry': derived,
    'its hash key': encrypt(derived, zeros),
  }
}

/** Twice as much in GF(2¹²⁸), as CMAC does it. */
function doubled(bytes: Uint8Array): Uint8Array {
  const carry = (bytes[0] ?? 0) >> 7
  return bytes
    .map((byte, i) => ((byte << 1) & 0xff) | ((bytes[i + 1] ?? 0) >> 7))
    .map((byte, i) => (i === 15 ? byte ^ (carry * 0x87) : byte))
}

/** What SHA-256 makes of its first block, which holds a key as HMAC pads it: eight words as WebAssembly has them. */
function takenIn(key: Uint8Array, pad: number): Uint8Array {
  const block = new DataView(new ArrayBuffer(64))
  for (let i = 0; i < 64; i++) block.setUint8(i, (key[i] ?? 0) ^ pad)
  const words = Array.from({ length: 16 }, (_, i) => block.getUint32(4 * i))
  const turned = (word: number, ...by: number[]) => by.reduce((sum, n) => sum ^ ((word >>> n) | (word << (32 - n))), 0)
  const word = (i: number) => words[i] ?? 0
  for (let i = 16; i < 64; i++) {
    const [near, far] = [word(i - 2), word(i - 15)]
    const more = (turned(near, 17, 19) ^ (near >>> 10)) + (turned(far, 7, 18) ^ (far >>> 3))
    words.push((word(i - 16) + word(i - 7) + more) | 0)
  }
  const start = PRIMES.slice(0, 8).map((prime) => fraction(Math.sqrt(prime)))
  const end = words.reduce((state, word, i) => {
    const [a = 0, b = 0, c = 0, d = 0, e = 0, f = 0, g = 0, h = 0] = state
    const first = h + turned(e, 6, 11, 25) + ((e & f) ^ (~e & g)) + fraction(Math.cbrt(PRIMES[i] ?? 0)) + word
    const second = turned(a, 2, 13, 22) + ((a & b) ^ (a & c) ^ (b & c))
    return [(first + second) | 0, a, b, c, (d + first) | 0, e, f, g]
  }, start)
  return new Uint8Array(Uint32Array.from(start, (word, i) => word + (end[i] ?? 0)).buffer)
}

const PRIMES = Array.from({ length: 312 }, (_, i) => i).filter(
  (n) => n > 1 && !Array.from({ length: 17 }, (_, by) => by + 2).some((by) => by < n && n % by === 0),
)

/** The first 32 bits behind the point. */
function fraction(number: number): number {
  return Math.floor((number % 1) * 2 ** 32) | 0
}
