import { deflateRawSync, inflateRawSync } from 'node:zlib'
import { trainDictionary } from '../../js/cache/train-dictionary.ts'
import { ourCodec } from './ours.ts'
import { userTexts } from './samples.ts'
import { type CodecTarget, type CodecWork, contender, OURS } from './work.ts'

const ZLIB = 'node:zlib, the same dictionary'
const NONE = 'as it is'

/** What is beside the body in an envelope: header and checksum. */
const AROUND = 50

export const DICTIONARY_TARGETS: readonly CodecTarget[] = [
  { work: 'dictionary-pack', kind: 'time', limit: 15 },
  { work: 'dictionary-open', kind: 'time', limit: 6 },
  { work: 'dictionary-pack', peer: NONE, kind: 'bytes', limit: 0.5 },
]

/** Small JSON texts, compressed with a dictionary that was trained on others. */
export function dictionaryWorks(): CodecWork[] {
  const dictionary = trainDictionary(userTexts(500, 1))
  const texts = userTexts(100, 2)
  const codec = ourCodec({ compression: 'deflate', dictionary: { current: dictionary, others: [] } })
  const envelopes = texts.map((text) => codec.pack(text))
  const level = { level: 6, dictionary }
  const streams = texts.map((text) => deflateRawSync(text, level))
  const each = (all: readonly { readonly length: number }[]) =>
    all.reduce((sum, { length }) => sum + length, 0) / all.length
  const about = `Texts of ${Math.round(each(texts))} bytes, of one shape; the dictionary has ${dictionary.length} and saw others.`
  return [
    {
      name: 'dictionary-pack',
      title: 'A small text to an envelope, with a dictionary',
      about,
      against: [ZLIB],
      contenders: {
        [OURS]: contender(100, (i) => codec.pack(texts[i])),
        [ZLIB]: contender(100, (i) => deflateRawSync(texts[i] ?? '', level)),
      },
      bytes: {
        [OURS]: each(envelopes) - AROUND,
        [ZLIB]: each(streams),
        [NONE]: each(texts.map((text) => Buffer.from(text))),
      },
    },
    {
      name: 'dictionary-open',
      title: 'The envelope back to the text',
      about,
      against: [ZLIB],
      contenders: {
        [OURS]: contender(100, (i) => codec.open(envelopes[i] as Uint8Array)),
        [ZLIB]: contender(100, (i) => inflateRawSync(streams[i] as Uint8Array, { dictionary }).toString()),
      },
    },
  ]
}
