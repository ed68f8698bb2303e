import { IF_NEWER } from './exchange-newer.ts'
import { exchangeScript } from './script.ts'

/**
 * As `exchangeNewer`, but only until `ARGV[3]`, in ms since 1970 by the server's clock; later, the
 * answer is 'newer', and nothing has changed.
 *
 * The race it closes: a clear gives a region a new generation, and so takes along all that lies
 * in the old one. Held back by the network until its caller has given it up, it would take what
 * was written after it: with a tombstone among that, a replay could bring back what was deleted.
 */
export const exchangeInTime = exchangeScript(`
  local time = call('TIME')
  if time[1] * 1000 + time[2] / 1000 > tonumber(ARGV[3]) then
    found = 3
  else
    ${IF_NEWER}
  end`)
