/**
 * Hashes of keys, made in JavaScript: V8 keeps one in each string, but does not tell it, and
 * makes it at three times the cost of these when a string is new.
 */

/** How many characters at the end of a key `hashTail` reads. */
const TAIL = 8

/** Of a longer key, `hashWhole` reads so many characters at the beginning and at the end. */
const HEAD = 32
const REST = 96

/**
 * 32 bits of a key's last eight characters and its length, or of all where it is shorter. Ids
 * stand at the end of most keys; where they don't, keys clash, and `hashWhole` is for those.
 */
export function hashTail(key: string): number {
  const length = key.length
  if (length < TAIL) return hashWhole(key)
  const near =
    key.charCodeAt(length - 1) ^
    (key.charCodeAt(length - 2) << 8) ^
    (key.charCodeAt(length - 3) << 16) ^
    (key.charCodeAt(length - 4) << 24)
  const far =
    key.charCodeAt(length - 5) ^
    (key.charCodeAt(length - 6) << 8) ^
    (key.charCodeAt(length - 7) << 16) ^
    (key.charCodeAt(length - 8) << 24)
  return mix(Math.imul(near ^ length, 0x5bd1e995) ^ Math.imul(far ^ (near >>> 15), 0x1b873593))
}

/** 32 bits of all characters; of a key of more than 128, of the first 32 and the last 96, and its length. */
export function hashWhole(key: string): number {
  const length = key.length
  const long = length > HEAD + REST
  let hash = long ? hashPart(key, 0, HEAD, length) : length
  hash = hashPart(key, long ? length - REST : 0, length, hash)
  return mix(hash)
}

/**
 * 32 bits of all characters that nobody can foresee who does not know the two words of the key:
 * HalfSipHash with one round for each two characters and three at the end (Aumasson and Bernstein,
 * *SipHash: a fast short-input PRF*, 2012, in words of 32 bits). Some three times the price of
 * `hashWhole`.
 */
export function hashKeyed(key: string, left: number, right: number): number {
  let a = left
  let b = right
  let c = left ^ 0x6c796765
  let d = right ^ 0x74656462
  const length = key.length
  // Two characters a round, then what is left of them with the length, then three rounds of nothing.
  for (let i = 0, ending = 0; ending < 4; i += 2) {
    let word = 0
    if (i < length - 1) word = key.charCodeAt(i) | (key.charCodeAt(i + 1) << 16)
    else if (ending++ === 0) word = (length << 16) | (i < length ? key.charCodeAt(i) : 0)
    if (ending === 2) c ^= 0xff
    d ^= word
    a = (a + b) | 0
    b = ((b << 5) | (b >>> 27)) ^ a
    a = (a << 16) | (a >>> 16)
    c = (c + d) | 0
    d = ((d << 8) | (d >>> 24)) ^ c
    a = (a + d) | 0
    d = ((d << 7) | (d >>> 25)) ^ a
    c = (c + b) | 0
    b = ((b << 13) | (b >>> 19)) ^ c
    c = (c << 16) | (c >>> 16)
    a ^= word
  }
  return b ^ d
}

/** Two chains of multiplications side by side, so that none waits for the one before. */
function hashPart(key: string, from: number, to: number, seed: number): number {
  let even = seed
  let odd = 0x9e3779b9 | 0
  let i = from
  for (; i < to - 1; i += 2) {
    even = Math.imul(even ^ key.charCodeAt(i), 0x5bd1e995)
    odd = Math.imul(odd ^ key.charCodeAt(i + 1), 0x1b873593)
    even ^= even >>> 15
    odd ^= odd >>> 13
  }
  if (i < to) even = Math.imul(even ^ key.charCodeAt(i), 0x5bd1e995)
  return even ^ Math.imul(odd, 0x27d4eb2f)
}

/** Lets every bit have its part in every other. */
function mix(hash: number): number {
  const once = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d)
  const twice = Math.imul(once ^ (once >>> 12), 0x297a2d39)
  return twice ^ (twice >>> 15)
}
