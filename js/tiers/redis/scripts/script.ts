import { FLAGS_OFFSET, type Previous, STAMP_BYTES, STAMP_OFFSET, TOMBSTONE_FLAG } from '../../driver.ts'

/**
 * A Lua script of one key: `ARGV[1]` is the value, `ARGV[2]` its TTL in ms or '' for none.
 *
 * Under a key of ours somebody else may have put a list, a hash and the like. To read it as a
 * string would be an error, at every attempt anew; so it counts as nothing, and is replaced.
 */
export interface Script {
  readonly source: string
  /** The SHA-1 under which Redis knows it, in hex; computed once. */
  sha(): Promise<string>
}

/** What the numbers mean that the exchange scripts answer. */
export const OUTCOMES: readonly Previous[] = ['none', 'value', 'tombstone', 'newer']

/** Makes a script of its Lua source. */
export function script(source: string): Script {
  let sha: Promise<string> | undefined
  return {
    source,
    sha() {
      sha ??= crypto.subtle.digest('SHA-1', new TextEncoder().encode(source)).then(hex)
      return sha
    },
  }
}

function hex(digest: ArrayBuffer): string {
  return Array.from(new Uint8Array(digest), (byte) => byte.toString(16).padStart(2, '0')).join('')
}

/** Where the bytes of a stamp lie, counted from 1 as Lua does. */
export const STAMP_FIRST = STAMP_OFFSET + 1
export const STAMP_LAST = STAMP_OFFSET + STAMP_BYTES

/**
 * Lua that reads what is there: `head` is its first bytes up to the stamp's last, and
 * `found` what it is. GETRANGE keeps the value itself out of the interpreter.
 */
export const READ_HEAD = `
local head = ''
local found = 0
if redis.call('TYPE', KEYS[1]).ok == 'string' then
  head = redis.call('GETRANGE', KEYS[1], 0, ${STAMP_LAST - 1})
  found = (string.byte(head, ${FLAGS_OFFSET + 1}) or 0) % ${TOMBSTONE_FLAG * 2} >= ${TOMBSTONE_FLAG} and 2 or 1
end
`

/** Lua that stores the value, whatever the type of what it replaces, and answers what that was. */
export const STORE = `
if ARGV[2] == '' then
  redis.call('SET', KEYS[1], ARGV[1])
else
  redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
end
return found
`
