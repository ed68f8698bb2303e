import { type CodecOptions, RegionCodec } from '../../js/cache/entries/region-codec.ts'
import { RegionKeys } from '../../js/cache/region/region-keys.ts'
import { ValueSerializer } from '../../js/codec/serializer.ts'
import { Core } from '../../js/core/core.ts'

/** Values to envelopes and back as a region does it: serialized, packed, checked or sealed. */
export interface OurCodec {
  readonly pack: (value: unknown) => Uint8Array
  readonly open: (envelope: Uint8Array) => unknown
}

const KEY = 'user:4211'
const TIMES = {
  stamp: new Uint8Array(16).fill(7),
  created: 1_789_000_000_000,
  freshUntil: 1_789_003_600_000,
  staleUntil: 1_789_003_600_000,
}

/** A region's codec with these options beside a region's own. */
export function ourCodec(options: Partial<CodecOptions>, encrypted = false): OurCodec {
  const codec = new RegionCodec(Core.shared(), {
    region: 'bench',
    serializer: new ValueSerializer(),
    compression: 'none',
    compressAbove: 1,
    keys: encrypted ? keys : undefined,
    ...options,
  })
  return {
    pack: (value) => codec.seal(KEY, value, TIMES, undefined).envelope,
    open: (envelope) => {
      const result = codec.open(KEY, envelope)
      if (!result.ok) throw new Error(result.reason)
      return result.opened.value
    },
  }
}

const keys = new RegionKeys({
  current: 'k1',
  keys: new Map([['k1', new Uint8Array(32).fill(1)]]),
  indexSecret: new Uint8Array(32).fill(2),
})
