const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'

/** Base64 for URLs, without padding. */
export function base64url(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const [a, b, c] = [bytes[i] as number, bytes[i + 1] ?? 0, bytes[i + 2] ?? 0]
    const bits = (a << 16) | (b << 8) | c
    const digits = Math.min(bytes.length - i, 3) + 1
    for (let d = 0; d < digits; d++) text += ALPHABET[(bits >> (18 - 6 * d)) & 63]
  }
  return text
}

/** The bytes behind base64 for URLs, where they are so many; `undefined` for any other text. */
export function fromBase64url(text: string, length: number): Uint8Array | undefined {
  if (text.length !== Math.ceil((length * 4) / 3)) return undefined
  const bytes = new Uint8Array(length)
  let bits = 0
  for (let i = 0; i < text.length; i++) {
    const digit = ALPHABET.indexOf(text.charAt(i))
    if (digit < 0) return undefined
    bits = ((bits & 0xffff) << 6) | digit
    if (i % 4 > 0) bytes[i - Math.floor(i / 4) - 1] = bits >> (6 - 2 * (i % 4))
  }
  return bytes
}
