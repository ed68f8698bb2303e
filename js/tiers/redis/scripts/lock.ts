import { READ_ENTRY, script } from './script.ts'

/**
 * Takes a lock, or keeps it for longer: stores the token for its TTL where there is none or the
 * same one, and answers 1; else 0.
 *
 * The race it closes: between a GET that still found one's own token and a PEXPIRE the lock may
 * end and become another's, whose life that would prolong. And where the answer to a first
 * attempt is lost, the second one finds its own token, and not a stranger's.
 */
export const lock = script(`${READ_ENTRY}
if redis.call('TYPE', KEYS[1]).ok == 'string' and redis.call('GET', KEYS[1]) ~= value then return 0 end
redis.call('SET', KEYS[1], value, 'PX', ttl)
return 1
`)

/**
 * Gives up a lock: removes the token where it is there, and answers 1; else 0.
 *
 * The race it closes: between a GET that found one's own token and a DEL the lock may end and
 * become another's, who would lose it.
 */
export const unlock = script(`${READ_ENTRY}
if redis.call('TYPE', KEYS[1]).ok ~= 'string' or redis.call('GET', KEYS[1]) ~= value then return 0 end
return redis.call('UNLINK', KEYS[1])
`)
