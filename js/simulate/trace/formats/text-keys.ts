import type { Line } from '../lines.ts'
import { lineFormat } from './format.ts'

const STAR = 42

/**
 * A key a line, whatever it is; blanks around it are not part of it. Lines with a `*` are
 * ignored, as in the traces of LIRS, where they part the phases of a trace.
 */
export const textKeys = lineFormat('keys, one a line', false, (line, requests) => {
  line.trim()
  if (!hasStar(line)) requests.addBytes(line.bytes, line.start, line.end, 1)
})

function hasStar({ bytes, start, end }: Line): boolean {
  for (let at = start; at < end; at++) if (bytes[at] === STAR) return true
  return false
}
