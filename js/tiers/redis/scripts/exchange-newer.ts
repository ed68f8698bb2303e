import { STAMP_BYTES, STAMP_OFFSET } from '../../driver.ts'
import { exchangeScript } from './script.ts'

const END = STAMP_OFFSET + STAMP_BYTES

/** Lua that keeps what is there where its stamp is not older. */
export const IF_NEWER = `
  if found ~= 0 and #head == ${END} then
    local older = false
    if length >= ${END} then
      local a, b, c, d = unpack('>I4I4I4I4', head, ${STAMP_OFFSET + 1})
      local w, x, y, z = unpack('>I4I4I4I4', value, ${STAMP_OFFSET + 1})
      if a ~= w then older = a < w
      elseif b ~= x then older = b < x
      elseif c ~= y then older = c < y
      else older = d < z end
    end
    if not older then found = 3 end
  end`

/**
 * Stores each value only where there is none or one with an older stamp; else answers 'newer'.
 *
 * The race it closes: what was journaled during an outage is replayed when other processes
 * write again. Compared in the client, a newer value could arrive between the comparison and
 * the SET, and the replay would undo it. Tombstones have stamps too, so a replayed set does
 * not bring back what was deleted after it, and a replayed delete spares what was set after.
 *
 * And where a transaction is replayed, nobody reads its keys between two of the writes: they
 * would see what never was, some of the transaction without the rest.
 *
 * Stamps are compared as four numbers: Lua's `<` on strings asks the server's locale.
 */
export const exchangeNewer = exchangeScript(IF_NEWER)
