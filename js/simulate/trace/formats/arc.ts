import { lineFormat } from './format.ts'

/** A request for more blocks than this is a mistake in the file. */
const MAX_BLOCKS = 1_000_000

/** The traces of ARC: a line is a request for some blocks in a row, each of which is a key. */
export const arc = lineFormat("ARC's blocks", false, (line, requests) => {
  const fields = line.split()
  const first = line.integer(0)
  const blocks = fields > 1 ? line.integer(1) : Number.NaN
  if (!(fields >= 2 && first >= 0 && blocks >= 0 && blocks <= MAX_BLOCKS)) {
    throw line.wrong("'startBlock nBlocks ignore requestNo', whole numbers")
  }
  for (let block = first; block < first + blocks; block++) requests.addNumber(block, 1)
})
