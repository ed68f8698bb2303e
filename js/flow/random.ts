/** Fills `bytes` with random ones. */
export type RandomSource = (bytes: Uint8Array<ArrayBuffer>) => void

/** The runtime's own random source. Read at the call, never before: workerd has none at module scope. */
export const systemRandom: RandomSource = (bytes) => {
  crypto.getRandomValues(bytes)
}

/** A random number from 0 (included) to 1 (excluded). */
export function randomUnit(random: RandomSource): number {
  const bytes = new Uint8Array(4)
  random(bytes)
  return new DataView(bytes.buffer).getUint32(0) / 2 ** 32
}

/** `bytes` random bytes in lower-case hex. */
export function randomHex(random: RandomSource, bytes: number): string {
  const filled = new Uint8Array(bytes)
  random(filled)
  return Array.from(filled, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
