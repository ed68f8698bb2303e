import { RegionCodec } from '../../js/cache/entries/region-codec.ts'
import { RegionKeys } from '../../js/cache/region/region-keys.ts'
import { jsonSerializer, type Serializer, ValueSerializer } from '../../js/codec/serializer.ts'
import { encodeUtf8 } from '../../js/codec/text.ts'
import { parseKeyRing } from '../../js/config/encryption-keys.ts'
import type { CompressionName } from '../../js/config/types.ts'
import { Core } from '../../js/core/core.ts'
import { DICTIONARIES, INDEX_SECRET, REGION, RING } from './fixtures.ts'

/** A format of an application: its id, and text in capitals. */
export const SHOUTING: Serializer = {
  id: 200,
  serialize: (value) => encodeUtf8(String(value).toUpperCase()),
  deserialize: (bytes) => new TextDecoder().decode(bytes),
}

/** What a codec for fixtures is made with. */
export interface Making {
  readonly encrypted?: boolean
  readonly keyId?: keyof typeof RING
  readonly serializer?: Serializer | 'json'
  readonly compression?: CompressionName
  readonly compressAbove?: number
  /** Whether a dictionary is written with. All are read with. */
  readonly dictionary?: boolean
}

/** The dictionaries of the fixtures; the first one writes. */
export function dictionaries(): [Uint8Array, ...Uint8Array[]] {
  return Object.values(DICTIONARIES).map((hex) => new Uint8Array(Buffer.from(hex, 'hex'))) as [Uint8Array]
}

/** A region's codec, as the library makes it, with the keys of the fixtures. */
export function makeCodec(making: Making = {}, core = Core.shared()): RegionCodec {
  const {
    encrypted = false,
    keyId = 'k2',
    serializer,
    compression = 'none',
    compressAbove = 0,
    dictionary = false,
  } = making
  const ring = parseKeyRing({ keys: { current: keyId, ring: RING }, indexSecret: INDEX_SECRET })
  const [writer, ...others] = dictionaries()
  return new RegionCodec(core, {
    region: REGION,
    serializer: new ValueSerializer(serializer === 'json' ? jsonSerializer : serializer),
    compression,
    compressAbove: compression === 'none' ? Infinity : compressAbove,
    dictionary: { current: dictionary ? writer : undefined, others: dictionary ? others : [writer, ...others] },
    keys: encrypted ? new RegionKeys(ring) : undefined,
  })
}
