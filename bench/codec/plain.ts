import { ourCodec } from './ours.ts'
import { SMALL_OBJECT } from './samples.ts'
import { type CodecTarget, type CodecWork, contender, OURS } from './work.ts'

const JSON_ALONE = 'JSON.stringify + JSON.parse'

export const PLAIN_TARGETS: readonly CodecTarget[] = [{ work: 'object', peer: JSON_ALONE, kind: 'time', limit: 1.3 }]

/** A small object, neither compressed nor sealed. */
export function plainWorks(): CodecWork[] {
  const codec = ourCodec({})
  return [
    {
      name: 'object',
      title: 'An object of 200 bytes, there and back',
      about: 'An object to a plain envelope and back to an object; the other makes a text, and no checksum.',
      against: [JSON_ALONE],
      contenders: {
        [OURS]: contender(200, () => codec.open(codec.pack(SMALL_OBJECT))),
        [JSON_ALONE]: contender(200, () => JSON.parse(JSON.stringify(SMALL_OBJECT))),
      },
    },
  ]
}
