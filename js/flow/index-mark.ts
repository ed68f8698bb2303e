import { STAMP_BYTES, STAMP_OFFSET } from '../tiers/driver.ts'
import type { RemoteParts } from './parts.ts'

/** 'oc', version 1, no flags, no serializer, no compression, kind 3, reserved. */
const HEAD = [0x6f, 0x63, 1, 0, 0, 0, 3, 0]
const TOKEN_AT = STAMP_OFFSET + STAMP_BYTES
const TOKEN_BYTES = 16
const CHECK_AT = TOKEN_AT + TOKEN_BYTES

/** How many bytes of a check value are kept. */
export const CHECK_BYTES = 16

const encoder = new TextEncoder()

/**
 * Whether the stored keys of a region's present generation are made with the secret that `check` comes
 * from. Where none has said so yet, this one does: then it is so.
 */
export async function isIndexedBy(parts: RemoteParts, namespace: string, region: string, check: Uint8Array) {
  const { link, generations, stamps } = parts
  const key = `${namespace}:${region}:index`
  return link.run('index', async (attempt) => {
    const { token } = await generations.current(attempt, region)
    const value = format(token, check, stamps.next())
    const [there] = await attempt.driver.getMany([key])
    if (there !== undefined && isSameFrom(TOKEN_AT, CHECK_AT, there, value)) {
      return isSameFrom(CHECK_AT, CHECK_AT + CHECK_BYTES, there, value)
    }
    await attempt.driver.setMany([{ key, value, ttl: Number.POSITIVE_INFINITY }])
    return true
  })
}

function format(token: string, check: Uint8Array, stamp: Uint8Array): Uint8Array {
  const value = new Uint8Array(CHECK_AT + CHECK_BYTES)
  value.set(HEAD)
  value.set(stamp, STAMP_OFFSET)
  value.set(encoder.encode(token), TOKEN_AT)
  value.set(check.subarray(0, CHECK_BYTES), CHECK_AT)
  return value
}

function isSameFrom(from: number, to: number, a: Uint8Array, b: Uint8Array): boolean {
  for (let i = from; i < to; i++) if (a[i] !== b[i]) return false
  return true
}
