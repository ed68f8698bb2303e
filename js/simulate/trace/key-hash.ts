/**
 * The hash of a text in 64 bits. Of ten million keys some two have the same one once in
 * 370,000 traces.
 */
export class KeyHash {
  low = 0
  high = 0

  /** Hashes the bytes from `start` up to `end`. */
  ofBytes(bytes: Uint8Array, start: number, end: number): void {
    let low = 0x2545f491
    let high = 0x9e3779b9
    for (let at = start; at < end; at++) {
      const byte = bytes[at] as number
      low = Math.imul(low ^ byte, 0x85ebca6b)
      high = Math.imul(high ^ byte, 0xcc9e2d51)
      low ^= low >>> 15
      high ^= high >>> 13
    }
    this.#finish(low, high, end - start)
  }

  /** Hashes the UTF-16 units of a text; a text and its bytes have different hashes. */
  ofText(text: string): void {
    let low = 0x1b873593
    let high = 0x27d4eb2f
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at)
      low = Math.imul(low ^ unit, 0x85ebca6b)
      high = Math.imul(high ^ unit, 0xcc9e2d51)
      low ^= low >>> 15
      high ^= high >>> 13
    }
    this.#finish(low, high, text.length)
  }

  #finish(low: number, high: number, length: number): void {
    const first = mix(low ^ length)
    const second = mix(high + first)
    this.low = mix(first + second)
    this.high = second
  }
}

/** Spreads each bit of a 32-bit number over all others; no two numbers become one. */
export function mix(value: number): number {
  let mixed = value | 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x7feb352d)
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
