import type { LentCipher } from '../../../pkg/glue.js'
import { yieldToEventLoop } from '../../clock.ts'

/** What Node has for ciphers, as far as it is used here. */
interface Crypto {
  createCipheriv(name: string, key: Uint8Array, iv: Uint8Array): Cipher & { getAuthTag(): Uint8Array }
  createDecipheriv(
    name: string,
    key: Uint8Array,
    iv: Uint8Array,
    options: { readonly authTagLength: number },
  ): Cipher & { setAuthTag(tag: Uint8Array): unknown }
}

interface Cipher {
  setAAD(bytes: Uint8Array): unknown
  update(bytes: Uint8Array): Uint8Array
  final(): Uint8Array
}

interface Runtime {
  process?: { getBuiltinModule?(name: 'node:crypto'): Crypto | undefined }
}

const host = globalThis as Runtime

const NAME = 'aes-256-gcm'
const TAG_BYTES = 16

/** More is for an engine off this thread: so much takes this one half a millisecond. */
const MOST = 1_048_576

/** After so many bytes in a row it is the event loop's turn. */
const MOST_IN_A_ROW = 2 * MOST

/** What AES-256-GCM makes of 16 bytes of zeros under a key and a nonce of zeros, as test case 14 of its submission to NIST says. */
const KNOWN = 'cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919'

const NOTHING = new Uint8Array(0)

/** What was looked at last, and whether it was found to be right. */
let known: Crypto | undefined
let right = false

/** The runtime's own ciphers, where what they make is right, and they open nothing else. */
function node(): Crypto | undefined {
  const crypto = host.process?.getBuiltinModule?.('node:crypto')
  if (crypto !== known) {
    known = crypto
    right = isRight(crypto)
  }
  return right ? crypto : undefined
}

function isRight(crypto: Crypto | undefined): boolean {
  if (crypto === undefined) return false
  const zeros = new Uint8Array(44)
  const [key, iv] = [zeros.subarray(0, 32), zeros.subarray(32)]
  try {
    if (hexOf(sealedBy(crypto, key, iv, NOTHING, [zeros.subarray(0, 16)])) !== KNOWN) return false
  } catch {
    return false
  }
  try {
    openedBy(crypto, key, iv, NOTHING, zeros)
  } catch {
    return true
  }
  return false
}

/**
 * What the core seals and opens with, where the runtime has a cipher: that has instructions for it. The key is that of
 * one entry. Where something does not open, the core looks again, and says why.
 */
export const lentCipher: LentCipher = {
  seal(key, nonce, associated, bytes, tag) {
    try {
      const crypto = node()
      if (crypto === undefined) return false
      const [sealed, itsTag] = sealedBy(crypto, key, nonce, associated, [bytes]) as [Uint8Array, Uint8Array]
      bytes.set(sealed)
      tag.set(itsTag)
      return true
    } catch {
      return false
    }
  },

  open(key, nonce, associated, sealed, opened) {
    try {
      const crypto = node()
      if (crypto === undefined) return false
      const plain = openedBy(crypto, key, nonce, associated, sealed)
      opened.set(plain)
      plain.fill(0)
      return true
    } catch {
      return false
    }
  },
}

let inARow = 0
let turn: Promise<void> | undefined

/**
 * Whether so many bytes are to be sealed or opened on this thread, which has a cipher of its own: WebCrypto's way to
 * another thread and back takes as long as 100 KB. Waits, where much was sealed and opened since others had their turn.
 */
export async function isForThisThread(bytes: number): Promise<boolean> {
  if (bytes > MOST || node() === undefined) return false
  while (turn !== undefined && inARow + bytes > MOST_IN_A_ROW) await turn
  inARow += bytes
  turn ??= yieldToEventLoop().then(() => {
    inARow = 0
    turn = undefined
  })
  return true
}

/** The ciphertexts of these parts of one plaintext, and its tag. */
export function sealNow(
  key: Uint8Array,
  iv: Uint8Array,
  associated: Uint8Array,
  parts: readonly Uint8Array[],
): Uint8Array[] {
  return sealedBy(node() as Crypto, key, iv, associated, parts)
}

/** What is sealed in bytes with their tag behind them. Throws where that is not the tag. */
export function openNow(key: Uint8Array, iv: Uint8Array, associated: Uint8Array, sealed: Uint8Array): Uint8Array {
  return openedBy(node() as Crypto, key, iv, associated, sealed)
}

function openedBy(
  crypto: Crypto,
  key: Uint8Array,
  iv: Uint8Array,
  associated: Uint8Array,
  sealed: Uint8Array,
): Uint8Array {
  // Else the first bytes of the right tag would do, too.
  const decipher = crypto.createDecipheriv(NAME, key, iv, { authTagLength: TAG_BYTES })
  decipher.setAAD(associated)
  decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
  const { buffer, byteOffset, length } = decipher.update(sealed.subarray(0, -TAG_BYTES))
  // A `Buffer` would answer a view of itself to `slice`.
  const plain = new Uint8Array(buffer, byteOffset, length)
  try {
    decipher.final()
  } catch (error) {
    plain.fill(0)
    throw error
  }
  return plain
}

function sealedBy(
  crypto: Crypto,
  key: Uint8Array,
  iv: Uint8Array,
  associated: Uint8Array,
  parts: readonly Uint8Array[],
): Uint8Array[] {
  const cipher = crypto.createCipheriv(NAME, key, iv)
  cipher.setAAD(associated)
  const made = parts.map((part) => cipher.update(part))
  cipher.final()
  return [...made, cipher.getAuthTag()]
}

function hexOf(parts: readonly Uint8Array[]): string {
  return parts.flatMap((part) => Array.from(part, (byte) => byte.toString(16).padStart(2, '0'))).join('')
}
