/** A write that waits to be sent. */
export interface PendingWrite {
  readonly key: string
  readonly envelope: Uint8Array
  /** When the value is not worth sending any more, in monotonic ms; `Infinity` is never. */
  readonly deadline: number
  /** As in `StoredWrite`. */
  readonly renew?: (envelope: Uint8Array) => Promise<Uint8Array | undefined>
}

/** Writes of one region that are sent together, last per key; one, or those of a transaction. */
export interface WriteUnit {
  readonly kind: 'writes'
  readonly region: string
  readonly writes: Map<string, PendingWrite>
  /** Whether they are to be seen together or not at all. */
  readonly transaction: boolean
  /** When it was journaled, in monotonic ms. */
  readonly since: number
  /** How often sending it failed, as far as it may be the cause. */
  failures: number
}

/** A region that is cleared of everything up to a stamp. */
export interface ClearUnit {
  readonly kind: 'clear'
  readonly region: string
  stamp: Uint8Array
  readonly since: number
}

/** How many bytes of envelopes a unit would send. */
export function bytesOf(unit: WriteUnit | ClearUnit): number {
  let bytes = 0
  if (unit.kind === 'writes') for (const { envelope } of unit.writes.values()) bytes += envelope.byteLength
  return bytes
}
