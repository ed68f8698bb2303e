import type { KeysCore } from '../../../pkg/glue.js'
import type { Core } from '../../core/core.ts'

/** The keys of encrypted regions. */
export interface SealingKeys {
  /**
   * Lends the keys to what is made in an instance, and has to be freed to have them wiped there.
   *
   * @throws CacheError `CLOSED`
   */
  lend<T>(core: Core, use: (keys: KeysCore) => T): T
  /** Whether a sealed envelope is sealed under another key than the one that writes. */
  isOld(envelope: Uint8Array): boolean
}

/** An envelope, and how many bytes its payload had before it was compressed. */
export interface Sealed {
  readonly envelope: Uint8Array
  readonly rawBytes: number
}

/** Where the id of an envelope's key begins, after its length, and how long the nonce behind it is. */
const ID_LENGTH_AT = 7
const ID_AT = 46
const NONCE_BYTES = 24

/** The id of the key that an envelope says it is sealed under. */
export function keyIdOf(envelope: Uint8Array): string {
  return String.fromCharCode(...envelope.subarray(ID_AT, ID_AT + (envelope[ID_LENGTH_AT] ?? 0)))
}

/** The beginning of a sealed envelope up to its nonce, which no other one has. */
export function headOf(envelope: Uint8Array): Uint8Array {
  return envelope.subarray(0, ID_AT + (envelope[ID_LENGTH_AT] ?? 0) + NONCE_BYTES)
}

/** Whether an envelope says that it is sealed under the key of this id, in ASCII. */
export function isSealedUnder(envelope: Uint8Array, id: Uint8Array): boolean {
  return envelope[ID_LENGTH_AT] === id.length && id.every((byte, i) => envelope[ID_AT + i] === byte)
}
