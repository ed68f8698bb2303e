import { gcm } from '@noble/ciphers/aes.js'
import { LARGE } from '../../js/cache/entries/large-codec.ts'
import { ourCodec } from './ours.ts'
import { page } from './samples.ts'
import { awaited, type CodecTarget, type CodecWork, contender, OURS } from './work.ts'

const KB = 1024
const HOST = 'WebCrypto, awaited'
const NOBLE = '@noble/ciphers'

export const SEALING_TARGETS: readonly CodecTarget[] = [
  ...['seal-1KB', 'open-1KB'].flatMap((work): CodecTarget[] => [
    { work, peer: HOST, kind: 'time', limit: 0.5 },
    { work, peer: NOBLE, kind: 'time', limit: 0.35 },
  ]),
  { work: 'seal-100KB', peer: HOST, kind: 'rate', limit: 0.7 },
  { work: 'open-100KB', peer: HOST, kind: 'rate', limit: 0.7 },
]

/** AES-256-GCM: ours derives a key for each entry first, the others have theirs ready. */
export async function sealingWorks(): Promise<CodecWork[]> {
  const works = await Promise.all([1, 100].map(worksOf))
  return works.flat()
}

async function worksOf(size: number): Promise<CodecWork[]> {
  const text = page(size * KB, size) as Uint8Array<ArrayBuffer>
  const key = new Uint8Array(32).fill(1)
  const iv = new Uint8Array(12).fill(3)
  const codec = ourCodec({}, true)
  const envelope = codec.pack(text)
  const { subtle } = crypto
  const hostKey = await subtle.importKey('raw', key, 'AES-GCM', false, ['encrypt', 'decrypt'])
  const algorithm = { name: 'AES-GCM', iv }
  const sealed = await subtle.encrypt(algorithm, hostKey, text)
  const noble = gcm(key, iv).encrypt(text)
  // As asynchronous calls do it.
  const isLarge = text.length >= LARGE
  const times = Math.ceil(40 / size)
  return [
    {
      name: `seal-${size}KB`,
      title: `Seal ${size} KB`,
      about: 'Bytes to a sealed envelope, with a nonce and a key of its own; the others encrypt alone.',
      against: [HOST],
      contenders: {
        [OURS]: isLarge ? awaited(times, () => codec.packLarge(text)) : contender(times, () => codec.pack(text)),
        [HOST]: awaited(times, () => subtle.encrypt(algorithm, hostKey, text)),
        [NOBLE]: contender(times, () => gcm(key, iv).encrypt(text)),
      },
    },
    {
      name: `open-${size}KB`,
      title: `Open ${size} KB`,
      about: 'A sealed envelope to bytes; the others decrypt alone.',
      against: [HOST],
      contenders: {
        [OURS]: isLarge
          ? awaited(times, () => codec.openLarge(envelope))
          : contender(times, () => codec.open(envelope)),
        [HOST]: awaited(times, () => subtle.decrypt(algorithm, hostKey, sealed)),
        [NOBLE]: contender(times, () => gcm(key, iv).decrypt(noble)),
      },
    },
  ]
}
