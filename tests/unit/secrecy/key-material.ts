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
  return {
    key,
    'the index secret': indexSecret,
    'the index key': new Uint8Array(createHmac('sha256', indexSecret).update('omnicache index key v1').digest()),
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
