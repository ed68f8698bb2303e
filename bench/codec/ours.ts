import { LargeCodec, payloadOf } from '../../js/cache/entries/large-codec.ts'
import { type CodecOptions, RegionCodec } from '../../js/cache/entries/region-codec.ts'
import { RegionKeys } from '../../js/cache/region/region-keys.ts'
import { systemClock } from '../../js/clock.ts'
import { ValueSerializer } from '../../js/codec/serializer.ts'
import { Core } from '../../js/core/core.ts'

/** Values to envelopes and back as a region does it: serialized, packed, checked or sealed. */
export interface OurCodec {
  readonly pack: (value: unknown) => Uint8Array
  readonly open: (envelope: Uint8Array) => unknown
  /** The same as asynchronous calls do it with large values. */
  readonly packLarge: (value: unknown) => Promise<Uint8Array | undefined>
  readonly openLarge: (envelope: Uint8Array) => Promise<unknown>
}

const KEY = 'user:4211'
const NO_SIDE = new Uint8Array(0)
const large = new LargeCodec(systemClock)

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
    packLarge: async (value) => {
      const payload = payloadOf(codec.serialize(KEY, value))
      return (await large.seal(codec, KEY, payload, NO_SIDE, TIMES))?.envelope
    },
    openLarge: async (envelope) => {
      const opened = await large.open(codec, KEY, envelope)
      if (opened === undefined) throw new Error('the host did not open it')
      return opened.value
    },
  }
}

const keys = new RegionKeys({
  current: 'k1',
  keys: new Map([['k1', new Uint8Array(32).fill(1)]]),
  indexSecret: new Uint8Array(32).fill(2),
})
