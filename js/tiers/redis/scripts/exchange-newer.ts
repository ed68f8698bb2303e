import { READ_HEAD, STAMP_FIRST, STAMP_LAST, STORE, script } from './script.ts'

/**
 * Stores a value only where there is none or one with an older stamp; else answers 'newer'.
 *
 * The race it closes: what was journaled during an outage is replayed when other processes
 * write again. Compared in the client, a newer value could arrive between the comparison and
 * the SET, and the replay would undo it. Tombstones have stamps too, so a replayed set does
 * not bring back what was deleted after it, and a replayed delete spares what was set after.
 *
 * Stamps are compared byte by byte: Lua's `<` on strings asks the server's locale.
 */
export const exchangeNewer = script(`${READ_HEAD}
if found ~= 0 then
  local older = false
  for i = ${STAMP_FIRST}, ${STAMP_LAST} do
    local there = string.byte(head, i) or -1
    local given = string.byte(ARGV[1], i) or -1
    if there ~= given then
      older = there < given
      break
    end
  end
  if not older then return 3 end
end
${STORE}`)
