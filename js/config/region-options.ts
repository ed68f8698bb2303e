import { FIRST_CUSTOM_ID, jsonSerializer, LAST_CUSTOM_ID, type Serializer } from '../codec/serializer.ts'
import { isWellFormed } from '../codec/text.ts'
import { DEFAULT_POLICY, FAVORS } from '../memory/store.ts'
import { DICTIONARIES_ALLOWED, parseDictionaries, type ResolvedDictionaries } from './dictionary-options.ts'
import { bytes, count, derived, duration, field, flag, group, oneOf } from './fields.ts'
import { readOptions } from './read-options.ts'
import type { Field } from './schema.ts'
import { type CompressionName, POLICIES, type ResolvedRegion, type StandardSchema, type StoreName } from './types.ts'
import { invalidOption } from './units.ts'

const COMPRESSIONS = "true, false, 'auto', 'deflate', 'lz4', 'none'"
const VERSIONS = 'a number, or a text of 1 to 64 characters'
const SERIALIZERS = `jsonSerializer, or an object with serialize, deserialize and an id from ${FIRST_CUSTOM_ID} to ${LAST_CUSTOM_ID}`

const compressions = new Map<unknown, CompressionName>([
  [true, 'deflate'],
  ['auto', 'deflate'],
  ['deflate', 'deflate'],
  ['lz4', 'lz4'],
  [false, 'none'],
  ['none', 'none'],
])

/**
 * The options of a region. A region that is no preset and sets nothing holds 64 MB, and
 * its entries live an hour: long enough to be of use, short enough that nothing stays
 * stale for ever by oversight.
 */
export const regionOptions = group<ResolvedRegion>(
  'A region',
  {
    ttl: duration('How long an entry is fresh', 3_600_000),
    ...readOptions,
    policy: oneOf('Which entry leaves when the region is full', POLICIES, DEFAULT_POLICY),
    favor: oneOf(
      'What the policy `auto` is after: more hits, or more bytes that are hits. The others have no choice',
      FAVORS,
      'objects',
    ),
    maxBytes: bytes("The most memory that entries take, with the engine's overhead", 64 * 1024 ** 2),
    maxEntries: count('The most entries in memory', 1, Infinity),
    dictionary: field<ResolvedDictionaries | undefined>(
      'What small values, of 32 bytes to 8 KB, have in common and are compressed with',
      DICTIONARIES_ALLOWED,
      undefined,
      parseDictionaries,
    ),
    compression: derived(
      field<CompressionName>('How values are compressed', COMPRESSIONS, 'none', parseCompression),
      "'none'; 'deflate' where a `dictionary` is to be written with",
      ({ dictionary }) =>
        (dictionary as ResolvedDictionaries | undefined)?.current === undefined ? 'none' : 'deflate',
    ),
    compressAbove: bytes('Smaller values are not compressed, but with a `dictionary`', 1024),
    encryption: flag('Whether values are encrypted, in memory too', false),
    store: storeField(),
    clone: flag('Whether a live region copies values in and out', false),
    version: field('Any change starts the region anew', VERSIONS, '1', parseVersion),
    strict: flag('Whether values must be serialisable also without an L2; by default as the manager says', true),
    serializer: field<Serializer | undefined>(
      'Turns values into bytes',
      SERIALIZERS,
      undefined,
      parseSerializer,
      "omnicache's own",
    ),
    schema: field<StandardSchema | undefined>('Checks what comes from L2', 'a Standard Schema', undefined, parseSchema),
    l1: group('', {
      ttl: duration('How long L1 trusts its copy over a shared L2 without a live bus', 30_000),
    }),
    l2: group('', {
      timeout: duration('The limit of one operation in L2', 250),
      skip: flag('Whether the region stays in memory alone', false),
    }),
  },
  rejectPlaintext,
)

function storeField(): Field<StoreName> {
  const base = oneOf<StoreName>("'live' keeps the values themselves, 'packed' their bytes", ['live', 'packed'], 'live')
  return derived(
    base,
    "'packed' where the region compresses or encrypts, else 'live'",
    ({ compression, dictionary, encryption }) =>
      encryption === true || compression !== 'none' || dictionary !== undefined ? 'packed' : 'live',
  )
}

function rejectPlaintext({ encryption, store }: ResolvedRegion, path: string): void {
  if (!encryption || store !== 'live') return
  const allowed = "'packed' where `encryption` is true: a live store would hold plaintext"
  throw invalidOption(`${path}.store`, store, allowed)
}

function parseCompression(value: unknown, option: string): CompressionName {
  const compression = compressions.get(value)
  if (compression === undefined) throw invalidOption(option, value, COMPRESSIONS)
  return compression
}

function parseVersion(value: unknown, option: string): string {
  const version = typeof value === 'number' && Number.isFinite(value) ? String(value) : value
  if (typeof version === 'string' && version.length > 0 && version.length <= 64 && isWellFormed(version)) return version
  throw invalidOption(option, value, VERSIONS)
}

function parseSerializer(value: unknown, option: string): Serializer {
  if (value === jsonSerializer) return jsonSerializer
  const { id, serialize, deserialize } = (value ?? {}) as Partial<Serializer>
  const inRange = Number.isInteger(id) && Number(id) >= FIRST_CUSTOM_ID && Number(id) <= LAST_CUSTOM_ID
  if (inRange && typeof serialize === 'function' && typeof deserialize === 'function') return value as Serializer
  throw invalidOption(option, value, SERIALIZERS)
}

function parseSchema(value: unknown, option: string): StandardSchema {
  const standard = (value as Partial<StandardSchema> | null)?.['~standard']
  if (standard?.version === 1 && typeof standard.validate === 'function') return value as StandardSchema
  throw invalidOption(option, value, 'a Standard Schema')
}
