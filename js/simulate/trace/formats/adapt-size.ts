import { lineFormat } from './format.ts'

/** The traces of AdaptSize, and of webcachesim: time or number, key, bytes. */
export const adaptSize = lineFormat("AdaptSize's requests", true, (line, requests) => {
  const fields = line.split()
  const size = fields > 2 ? line.integer(2) : Number.NaN
  if (!(size >= 0)) throw line.wrong("'seq key bytes', the bytes a whole number")
  requests.addBytes(line.bytes, line.startOf(1), line.endOf(1), size)
})
