import { RegionCodec } from '../../js/cache/entries/region-codec.ts'
import { RegionKeys } from '../../js/cache/region/region-keys.ts'
import { jsonSerializer, type Serializer, ValueSerializer } from '../../js/codec/serializer.ts'
import { encodeUtf8 } from '../../js/codec/text.ts'
import { parseKeyRing } from '../../js/config/encryption-keys.ts'
import type { CompressionName } from '../../js/config/types.ts'
import { Core } from '../../js/core/core.ts'
import { INDEX_SECRET, REGION, RING } from './fixtures.ts'

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
}

/** A region's codec, as the library makes it, with the keys of the fixtures. */
export function makeCodec(making: Making = {}, core = Core.shared()): RegionCodec {
  const { encrypted = false, keyId = 'k2', serializer, compression = 'none', compressAbove = 0 } = making
  const ring = parseKeyRing({ keys: { current: keyId, ring: RING }, indexSecret: INDEX_SECRET })
  return new RegionCodec(core, {
    region: REGION,
    serializer: new ValueSerializer(serializer === 'json' ? jsonSerializer : serializer),
    compression,
    compressAbove: compression === 'none' ? Infinity : compressAbove,
    keys: encrypted ? new RegionKeys(ring) : undefined,
  })
}
