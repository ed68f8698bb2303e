import { READ_ENTRY, script } from './script.ts'

/**
 * Stores the value of one entry where there is none, and answers the bytes that are there then.
 *
 * The race it closes: between a SET … NX that stored nothing and a GET, what was there may
 * expire. And SET … NX would leave a value of another type where it is, which nothing can read.
 */
export const setIfAbsent = script(`
if redis.call('TYPE', KEYS[1]).ok == 'string' then return redis.call('GET', KEYS[1]) end
${READ_ENTRY}
redis.call('SET', KEYS[1], value)
return value
`)
