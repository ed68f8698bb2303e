import { exchangeNewer } from './exchange-newer.ts'
import { script } from './script.ts'

/**
 * Does what `exchangeNewer` does to each of several keys, in one step: `ARGV` holds value and TTL
 * of each key in turn, and the answer is a list.
 *
 * The race it closes: the writes of a transaction are replayed, and another process reads its
 * keys between two of them. It would see what never was: some of the transaction without the rest.
 */
export const exchangeTogether = script(`
local function exchange(KEYS, ARGV)
${exchangeNewer.source}
end
local found = {}
for i = 1, #KEYS do
  found[i] = exchange({ KEYS[i] }, { ARGV[2 * i - 1], ARGV[2 * i] })
end
return found`)
