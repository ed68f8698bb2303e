import { script, VALUE_AT } from './script.ts'

/** How many bytes say how long the head is, in the front of each packed value. */
export const HEAD_LENGTH = 4

/**
 * Puts each value in the place of what begins with its head, with the lifetime that has left, and
 * answers a digit for each: 1 where it did, 3 where it did not. A packed value is the head's length,
 * the head, and what is to be stored; its TTL says nothing.
 *
 * The race it closes: an entry is read, and sealed again under another key. What another process
 * wrote or deleted in between stays, even where it has the same stamp.
 */
export const replace = script(`
local call, unpack = redis.call, struct.unpack
local packed, outcomes, next = ARGV[1], {}, 1
for i = 1, tonumber(ARGV[2]) do
  local key = KEYS[i]
  local length = unpack('>I4', packed, next)
  local head = unpack('>I4', packed, next + ${VALUE_AT})
  local from = next + ${VALUE_AT + HEAD_LENGTH}
  next = next + ${VALUE_AT} + length
  outcomes[i] = 3
  if call('TYPE', key).ok == 'string' and call('GETRANGE', key, 0, head - 1) == string.sub(packed, from, from + head - 1) then
    local value, ttl = string.sub(packed, from + head, next - 1), call('PTTL', key)
    if ttl > 0 then call('SET', key, value, 'PX', ttl) elseif ttl == -1 then call('SET', key, value) end
    outcomes[i] = 1
  end
end
return { table.concat(outcomes) }`)
