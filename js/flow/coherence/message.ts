import { STAMP_BYTES } from '../../tiers/driver.ts'

/** What happened, by the number that a message has for it. Others are of a later version, and passed over. */
export const KINDS = { set: 0, delete: 1, clear: 2 } as const

/** The number of something that happened. */
export type Kind = (typeof KINDS)[keyof typeof KINDS]

/** One thing that changed in L2. Never a value. */
export interface Change {
  readonly kind: Kind
  /** What L2 calls the region. */
  readonly region: string
  /** The stored key; empty where all of the region is meant. */
  readonly key: string
  readonly stamp: Uint8Array
}

/** A message that was read. */
export interface Message {
  /** Who sent it: 16 hex digits. */
  readonly node: string
  /** The sender's count of messages, from 1: where one is missing, it was lost. */
  readonly sequence: number
  /** How long ago its message before this one was sent, in ms; `MAX_AGE` where there was none. */
  readonly age: number
  readonly changes: readonly Change[]
  /** How many changes are of a kind that is not known here. */
  readonly unknown: number
}

/** How many bytes of changes go into one message; one change more may be in it. */
export const MESSAGE_BYTES = 128 * 1024

/** The longest age that a message tells, in ms: 49 days. */
export const MAX_AGE = 0xffffffff

const VERSION = 1
const NODE_BYTES = 8
/** Version, node, sequence, age. */
const HEAD_BYTES = 1 + NODE_BYTES + 4 + 4
/** Kind, length of the region, length of the key, stamp. */
const CHANGE_BYTES = 1 + 2 + 4 + STAMP_BYTES

const encoder = new TextEncoder()

/** How many bytes a change takes in a message, at the most. */
export function sizeOf({ region, key }: Change): number {
  return CHANGE_BYTES + 3 * (region.length + key.length)
}

/** The bytes of a message; numbers are big-endian. */
export function encodeMessage(
  node: Uint8Array,
  sequence: number,
  changes: readonly Change[],
  age = MAX_AGE,
): Uint8Array {
  const room = changes.reduce((sum, change) => sum + sizeOf(change), HEAD_BYTES)
  const bytes = new Uint8Array(room)
  const view = new DataView(bytes.buffer)
  bytes[0] = VERSION
  bytes.set(node, 1)
  view.setUint32(1 + NODE_BYTES, sequence)
  view.setUint32(1 + NODE_BYTES + 4, Math.min(age, MAX_AGE))
  let at = HEAD_BYTES
  for (const { kind, region, key, stamp } of changes) {
    const regionLength = write(region, bytes, at + CHANGE_BYTES)
    const keyLength = write(key, bytes, at + CHANGE_BYTES + regionLength)
    bytes[at] = kind
    view.setUint16(at + 1, regionLength)
    view.setUint32(at + 3, keyLength)
    for (let i = 0; i < STAMP_BYTES; i++) bytes[at + 7 + i] = stamp[i] ?? 0
    at += CHANGE_BYTES + regionLength + keyLength
  }
  return bytes.slice(0, at)
}

/** A text below this length is written here: for a short one a call of the encoder costs more. */
const SHORT = 64

/** Writes text as UTF-8 and answers how many bytes it took. There must be room for it. */
function write(text: string, bytes: Uint8Array, at: number): number {
  if (text.length > SHORT) return encoder.encodeInto(text, bytes.subarray(at)).written
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit > 0x7f) return encoder.encodeInto(text, bytes.subarray(at)).written
    bytes[at + i] = unit
  }
  return text.length
}

/**
 * What a message says; `undefined` where it is of another version, or none at all. Never throws. Of a
 * message that comes from the node `own` the head is enough: its changes are not looked at, and left out.
 */
export function decodeMessage(bytes: Uint8Array, own?: string): Message | undefined {
  if (bytes.length < HEAD_BYTES || bytes[0] !== VERSION) return undefined
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const node = hex(bytes.subarray(1, 1 + NODE_BYTES))
  const sequence = view.getUint32(1 + NODE_BYTES)
  const age = view.getUint32(1 + NODE_BYTES + 4)
  const changes: Change[] = []
  if (node === own) return { node, sequence, age, changes, unknown: 0 }
  let unknown = 0
  let at = HEAD_BYTES
  while (at < bytes.length) {
    if (bytes.length - at < CHANGE_BYTES) return undefined
    const keyAt = at + CHANGE_BYTES + view.getUint16(at + 1)
    const end = keyAt + view.getUint32(at + 3)
    const region = text(bytes, at + CHANGE_BYTES, keyAt)
    const key = text(bytes, keyAt, end)
    if (region === undefined || key === undefined) return undefined
    const kind = bytes[at] as number
    const stamp = bytes.slice(at + 7, at + CHANGE_BYTES)
    if (isKind(kind)) changes.push({ kind, region, key, stamp })
    else unknown++
    at = end
  }
  return { node, sequence, age, changes, unknown }
}

const PAIRS = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

/** Bytes as hexadecimal digits. */
export function hex(bytes: Uint8Array): string {
  let digits = ''
  for (const byte of bytes) digits += PAIRS[byte]
  return digits
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

function text(bytes: Uint8Array, from: number, to: number): string | undefined {
  if (to > bytes.length) return undefined
  try {
    return decoder.decode(bytes.subarray(from, to))
  } catch {
    return undefined
  }
}

function isKind(kind: number): kind is Kind {
  return kind <= KINDS.clear
}
