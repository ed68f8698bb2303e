import { FLAGS_OFFSET, type Previous, STAMP_BYTES, STAMP_OFFSET, TOMBSTONE_FLAG } from '../../driver.ts'

/**
 * A Lua script of any number of entries, all stored in one step. `KEYS` are theirs, and may have one
 * more at the end, the guard's; `ARGV[1]` is their values in one piece, see `packed`; `ARGV[2]` is how
 * many they are. The answer is a digit for each entry, all in one string, and the guard's value.
 *
 * Under a key of ours somebody else may have put a list, a hash and the like. To read it as a
 * string would be an error, at every attempt anew; so it counts as nothing, and is replaced.
 */
export interface Script {
  readonly source: string
  /** The SHA-1 under which Redis knows it, in hex; computed once. */
  sha(): Promise<string>
}

/** What the digits mean that the exchange scripts answer. */
export const OUTCOMES: readonly Previous[] = ['none', 'value', 'tombstone', 'newer']

/** How `struct` reads what stands before each packed value: its length, and its TTL in ms or 0 for none. */
const PACKED = '>I4d'

/** Where the first of the packed values begins. */
export const VALUE_AT = 4 + 8

/** Lua that unpacks the `value` and `ttl` of one entry. */
export const READ_ENTRY = `
local _, ttl = struct.unpack('${PACKED}', ARGV[1])
local value = string.sub(ARGV[1], ${VALUE_AT + 1})
`

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

/** Lua that stores one entry. */
const SET = `if ttl == 0 then call('SET', key, value) else call('SET', key, value, 'PX', ttl) end`

/** Lua that keeps each entry for `ALL`, which stores them where none was refused. */
const NONE_YET = 'local values, ttls, refused = {}, {}, false'
const LATER = 'values[i], ttls[i], refused = value, ttl, refused or found == 3'
const ALL = `
if not refused then
  for i = 1, count do
    local key, value, ttl = KEYS[i], values[i], ttls[i]
    ${SET}
  end
end`

/**
 * A script that takes the entries one by one. `decide` may change `found`, what is there (0 nothing,
 * 1 a value, 2 a tombstone), to 3: then that stays. `head` is the first bytes of what is there, up to
 * the stamp's last: GETRANGE keeps the value itself out of the interpreter. With `together` nothing
 * is stored where one of them is to stay.
 */
export function exchangeScript(decide: string, together = false): Script {
  return script(`
local byte, call, unpack = string.byte, redis.call, struct.unpack
local packed, count = ARGV[1], tonumber(ARGV[2])
local outcomes, next = {}, 1
${together ? NONE_YET : ''}
for i = 1, count do
  local key = KEYS[i]
  local length, ttl, from = unpack('${PACKED}', packed, next)
  next = from + length
  local value = string.sub(packed, from, next - 1)
  local head = redis.pcall('GETRANGE', key, 0, ${STAMP_OFFSET + STAMP_BYTES - 1})
  if type(head) == 'table' then
    if not string.find(head.err, 'WRONGTYPE', 1, true) then return head end
    head = ''
  end
  local found = 0
  if head ~= '' then
    found = (byte(head, ${FLAGS_OFFSET + 1}) or 0) % ${TOMBSTONE_FLAG * 2} >= ${TOMBSTONE_FLAG} and 2 or 1
  elseif call('TYPE', key).ok == 'string' then
    found = 1
  end
  ${decide}
  ${together ? LATER : `if found ~= 3 then ${SET} end`}
  outcomes[i] = found
end
${together ? ALL : ''}
local guard = KEYS[count + 1]
return { table.concat(outcomes), guard and call('MGET', guard)[1] }`)
}
