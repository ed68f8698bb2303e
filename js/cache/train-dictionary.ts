import { type Serializer, ValueSerializer } from '../codec/serializer.ts'
import { encodeUtf8 } from '../codec/text.ts'
import { DICTIONARY_ALLOWED, DICTIONARY_MAX } from '../config/dictionary-options.ts'
import { type Bytes, invalidOption, parseBytes } from '../config/units.ts'
import { Core } from '../core/core.ts'
import { CacheError } from '../errors.ts'

/** How a dictionary is trained. */
export interface TrainOptions {
  /** The most bytes that it may have, up to 32 KB. Default: 16 KB. */
  readonly size?: Bytes | undefined
  /** The serializer of the region that it is for. Default: omnicache's own. */
  readonly serializer?: Serializer | undefined
}

const DEFAULT_SIZE = 16 * 1024

/**
 * Makes a dictionary for a region, of values such as it will hold: what many of them have in common.
 * Some hundreds are enough; of more than 512 KB a part is looked at, spread evenly. They are serialized
 * as the region does it: a string is its UTF-8, a `Uint8Array` its bytes, all else what the region's
 * serializer writes. The same samples in the same order make the same dictionary.
 *
 * Keep it beside the code, and hand it to every process that reads or writes the region: the
 * option `dictionary` says how one replaces another.
 *
 * @example
 * ```ts
 * const dictionary = trainDictionary(users.slice(0, 500))
 * new CacheManager({ regions: { users: { compression: true, dictionary } } })
 * ```
 * @throws CacheError `INVALID_OPTION` for a size that is none, and for samples that have nothing in
 * common; `UNSERIALIZABLE_VALUE`
 */
export function trainDictionary(samples: Iterable<unknown>, options: TrainOptions = {}): Uint8Array {
  return trainFor(new ValueSerializer(options.serializer), samples, options.size)
}

/** The same with the serializer that a region has. */
export function trainFor(values: ValueSerializer, samples: Iterable<unknown>, size: Bytes = DEFAULT_SIZE): Uint8Array {
  const most = parseBytes(size, 'size')
  if (most > DICTIONARY_MAX) throw invalidOption('size', size, `at most ${DICTIONARY_MAX} bytes`)
  const all = Array.from(samples, (sample) => bytesOf(values, sample))
  // An instance of its own, which is dropped at once: it takes some megabytes.
  const { glue } = Core.create()
  const dictionary = glue.trainDictionary(
    joined(all),
    Uint32Array.from(all, ({ length }) => length),
    most,
  )
  if (dictionary.length > 0) return dictionary
  const message = `samples are ${all.length} values that have nothing in common; ${DICTIONARY_ALLOWED} is made of what they share`
  throw new CacheError('INVALID_OPTION', message, { context: { option: 'samples' } })
}

/** A copy, where the serializer may use its memory again. */
function bytesOf(values: ValueSerializer, sample: unknown): Uint8Array {
  const { data } = values.serialize(sample)
  return typeof data === 'string' ? encodeUtf8(data) : data.slice()
}

function joined(all: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(all.reduce((total, { length }) => total + length, 0))
  let at = 0
  for (const one of all) {
    bytes.set(one, at)
    at += one.length
  }
  return bytes
}
