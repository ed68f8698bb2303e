import { type Clock, yieldToEventLoop } from '../../clock.ts'
import type { Bytes } from '../../config/units.ts'
import { invalidOption } from '../../config/units.ts'
import { CacheError } from '../../errors.ts'
import type { Holdings } from '../../flow/holdings.ts'
import type { RegionCodec } from '../entries/region-codec.ts'
import { trainFor } from '../train-dictionary.ts'
import type { RegionParts } from './region-parts.ts'

/** How a region trains a dictionary from what it holds. */
export interface RegionTrainOptions {
  /** The most entries that are looked at, up to 10,000. Default: 500. */
  readonly samples?: number | undefined
  /** The most bytes that the dictionary may have, up to 32 KB. Default: 16 KB. */
  readonly size?: Bytes | undefined
  /**
   * Whether this process writes with it from now on, and still reads with those it has. Others have
   * misses for what it writes until they have the dictionary too. Default: no.
   */
  readonly adopt?: boolean | undefined
}

const DEFAULT_SAMPLES = 500
const MOST_SAMPLES = 10_000

/** One round trip has no more keys than this. */
const MOST_KEYS = 256

/** What holds the event loop up for longer than this, in ms, lets others have their turn. */
const SLICE = 4

/** Trains a dictionary from live entries of memory, and of L2 where those are too few. */
export async function sampledDictionary(parts: RegionParts, options: RegionTrainOptions): Promise<Uint8Array> {
  const { gate, entries, name } = parts
  gate.assertOpen()
  const { samples = DEFAULT_SAMPLES, size, adopt = false } = options
  if (!Number.isInteger(samples) || samples < 1 || samples > MOST_SAMPLES) {
    throw invalidOption('samples', samples, `a whole number of 1 to ${MOST_SAMPLES}`)
  }
  const { codec, l2 } = entries.context
  if (codec.encrypted) {
    const message = `Region '${name}' cannot train a dictionary: it encrypts, and a dictionary holds parts of its values in the clear`
    throw new CacheError('INVALID_OPTION', message, { context: { region: name } })
  }
  const values = inMemory(parts, samples)
  if (values.size < samples && l2 !== undefined) {
    await addStored(values, samples, { codec, clock: parts.clock, holdings: l2.remote.holdings(l2.region) })
  }
  const dictionary = trainFor(codec.options.serializer, values.values(), size)
  gate.assertOpen()
  if (adopt) parts.adopt(dictionary)
  return dictionary
}

/** By stored key, so that nothing that L2 holds too counts twice. */
function inMemory({ entries, clock }: RegionParts, most: number): Map<string, unknown> {
  const values = new Map<string, unknown>()
  const now = clock.now()
  for (const [key, { value, freshUntil }] of entries.l1.entries()) {
    if (values.size === most) break
    if (value !== undefined && freshUntil > now) values.set(key, value)
  }
  return values
}

/** What is read, and how it is reached. */
interface Source {
  readonly codec: RegionCodec
  readonly clock: Clock
  readonly holdings: Holdings
}

/** A tier that is away, or cannot tell its keys, adds nothing. */
async function addStored(
  values: Map<string, unknown>,
  most: number,
  { codec, clock, holdings }: Source,
): Promise<void> {
  try {
    let cursor: string | undefined
    do {
      const step = await holdings.scan(cursor)
      cursor = step.cursor
      const keys = step.keys.filter((key) => !values.has(key))
      for (let from = 0; from < keys.length && values.size < most; from += MOST_KEYS) {
        const some = keys.slice(from, from + Math.min(MOST_KEYS, most - values.size))
        const stored = await holdings.read(some)
        await open(values, some, stored, codec, clock)
      }
    } while (cursor !== undefined && values.size < most)
  } catch (error) {
    if (!(error instanceof CacheError)) throw error
  }
}

async function open(
  values: Map<string, unknown>,
  keys: readonly string[],
  stored: readonly (Uint8Array | undefined)[],
  codec: RegionCodec,
  clock: Clock,
): Promise<void> {
  let begun = clock.exact()
  for (const [i, key] of keys.entries()) {
    const envelope = stored[i]
    const value = envelope && codec.openStored(key, envelope)?.opened.value
    if (value !== undefined) values.set(key, value)
    if (clock.exact() - begun < SLICE) continue
    await yieldToEventLoop()
    begun = clock.exact()
  }
}
