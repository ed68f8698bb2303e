import { lineFormat } from './format.ts'

const LOAD = 108
const STORE = 115
const ZERO = 48
const LETTER_X = 120

/** Loads and stores of a program: `l` or `s`, the address, how many instructions since. The address is the key. */
export const address = lineFormat('memory addresses', false, (line, requests) => {
  const { bytes } = line
  const fields = line.split()
  const kind = bytes[line.startOf(0)]
  const start = line.startOf(1)
  const hexadecimal = fields >= 2 && bytes[start] === ZERO && ((bytes[start + 1] as number) | SMALL) === LETTER_X
  const key = hexadecimal ? hex(bytes, start + 2, line.endOf(1)) : Number.NaN
  if (!((kind === LOAD || kind === STORE) && line.endOf(0) === line.startOf(0) + 1 && key >= 0)) {
    throw line.wrong("'l 0xADDRESS n' or 's 0xADDRESS n'")
  }
  requests.addNumber(key, 1)
})

/** The bit that makes a letter small. */
const SMALL = 32
const LETTER_A = 97

/** NaN where it is no number, or beyond 2^53. */
function hex(bytes: Uint8Array, start: number, end: number): number {
  let value = end > start ? 0 : Number.NaN
  for (let at = start; at < end; at++) {
    const byte = bytes[at] as number
    const digit = byte <= ZERO + 9 ? byte - ZERO : (byte | SMALL) - LETTER_A + 10
    if (!(digit >= 0 && digit < 16)) return Number.NaN
    value = value * 16 + digit
  }
  return value <= Number.MAX_SAFE_INTEGER ? value : Number.NaN
}
