import { STAMP_BYTES, STAMP_OFFSET } from '../../tiers/driver.ts'
import { type RandomSource, randomHex } from '../random.ts'

/** Which half of a tag's token: the one that a deletion changes, or the one that an expiry changes. */
export type Half = 'd' | 'e'

/** Both halves, in the order in which entries hold them. */
export const HALVES: readonly Half[] = ['d', 'e']

/** How many bytes a half has, and so characters: each stands for a byte. */
export const HALF_BYTES = 8

/** A half that matches none: it was lost, or is not known any more. */
export const NO_HALF = ''

/** One half of a tag's token as L2 holds it. */
export interface StoredHalf {
  readonly half: string
  readonly stamp: Uint8Array
  /** Up to when L2 keeps it, in ms since 1970 by its clock. */
  readonly lives: number
}

const HALF_AT = STAMP_OFFSET + STAMP_BYTES
const LIVES_AT = HALF_AT + HALF_BYTES
const RECORD_BYTES = LIVES_AT + 6
/** 'oc', version 1, no flags, no serializer, no compression, kind 2, reserved. */
const HEAD = [0x6f, 0x63, 1, 0, 0, 0, 2, 0]
const NEVER = 2 ** 48 - 1

/** A half that nobody had before. */
export function freshHalf(random: RandomSource): string {
  const hex = randomHex(random, HALF_BYTES)
  let half = ''
  for (let i = 0; i < hex.length; i += 2) half += String.fromCharCode(Number.parseInt(hex.slice(i, i + 2), 16))
  return half
}

/** What L2 is sent for a half. */
export function formatHalf({ half, stamp, lives }: StoredHalf): Uint8Array {
  const record = new Uint8Array(RECORD_BYTES)
  record.set(HEAD)
  record.set(stamp, STAMP_OFFSET)
  for (let i = 0; i < HALF_BYTES; i++) record[HALF_AT + i] = half.charCodeAt(i)
  const until = Math.min(lives, NEVER)
  const view = new DataView(record.buffer, LIVES_AT)
  view.setUint16(0, Math.floor(until / 2 ** 32))
  view.setUint32(2, until % 2 ** 32)
  return record
}

/** Reads what L2 holds; `undefined` where that is no half. */
export function parseHalf(record: Uint8Array): StoredHalf | undefined {
  if (record.byteLength !== RECORD_BYTES || HEAD.some((byte, i) => record[i] !== byte)) return undefined
  const view = new DataView(record.buffer, record.byteOffset + LIVES_AT)
  const lives = view.getUint16(0) * 2 ** 32 + view.getUint32(2)
  return {
    half: String.fromCharCode(...record.subarray(HALF_AT, LIVES_AT)),
    stamp: record.subarray(STAMP_OFFSET, HALF_AT),
    lives: lives === NEVER ? Infinity : lives,
  }
}
