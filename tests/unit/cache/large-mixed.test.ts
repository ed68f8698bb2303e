import fc from 'fast-check'
import { expect, test } from 'vitest'
import { KEY, SharedTier } from './fixture.ts'

const KINDS = {
  large: (key: string) => `${key}: ${'one and the same, again and again; '.repeat(1_500)}`,
  small: (key: string) => `${key}: small`,
  missing: () => undefined,
  corrupt: () => undefined,
} as const
type Kind = keyof typeof KINDS

/** By which calls many keys are read at once; answers their values in the order of the keys. */
const READS = {
  getMany: async (cache: ReturnType<SharedTier['process']>['cache'], region: string, keys: readonly string[]) => {
    const found = await cache.getMany(region, keys)
    return keys.map((key) => found.get(key))
  },
  'gets of one tick': (cache: ReturnType<SharedTier['process']>['cache'], region: string, keys: readonly string[]) =>
    Promise.all(keys.map((key) => cache.get(region, key))),
} as const

/** Enough of a value to tell it from others. */
function brief(value: unknown): string | undefined {
  return typeof value === 'string' ? `${value.slice(0, 10)}… of ${value.length}` : undefined
}

const OPTIONS = {
  bus: false,
  encryption: { keys: KEY },
  regions: { squeezed: { compression: true }, both: { compression: true, encryption: true } },
} as const

test.each(['squeezed', 'both'].flatMap((region) => Object.keys(READS).map((how) => [how, region] as const)))(
  '%s of large, small, missing and damaged entries of a region that is %s answer each its own',
  async (how, region) => {
    const read = READS[how as keyof typeof READS]
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.constantFrom<Kind>('large', 'small', 'small', 'missing', 'corrupt'), {
          minLength: 2,
          maxLength: 8,
        }),
        async (kinds) => {
          const shared = new SharedTier()
          const { cache: writer } = shared.process(OPTIONS)
          const { cache: reader } = shared.process(OPTIONS)
          const keys = kinds.map((kind, i) => `${kind}${i}`)
          for (const [i, kind] of kinds.entries()) {
            const key = keys[i] as string
            const before = await storedKeys(shared, region)
            if (kind !== 'missing') await writer.set(region, key, KINDS[kind === 'corrupt' ? 'large' : kind](key))
            if (kind === 'corrupt') await damage(shared, region, before)
          }
          const expected = kinds.map((kind, i) => brief(KINDS[kind](keys[i] as string)))
          expect((await read(reader, region, keys)).map(brief)).toEqual(expected)
          // What came of it is in memory now.
          expect((await read(reader, region, keys)).map(brief)).toEqual(expected)
          for (const [i, key] of keys.entries()) expect(brief(await reader.get(region, key))).toEqual(expected[i])
        },
      ),
      { numRuns: 25 },
    )
  },
)

/** All stored keys of a region's entries. */
async function storedKeys(shared: SharedTier, region: string): Promise<readonly string[]> {
  const { keys = [] } = (await shared.tier.scan?.(`omnicache:${region}:`)) ?? {}
  return keys.filter((key) => !key.endsWith(':generation'))
}

/** Changes a byte of the entries that came to the tier since it had these. */
async function damage(shared: SharedTier, region: string, before: readonly string[]): Promise<void> {
  const added = (await storedKeys(shared, region)).filter((key) => !before.includes(key))
  for (const [i, bytes] of (await shared.tier.getMany(added)).entries()) {
    const value = (bytes as Uint8Array).slice()
    value[value.length - 20] = (value[value.length - 20] as number) ^ 1
    await shared.tier.setMany([{ key: added[i] as string, value, ttl: 60_000 }])
  }
}
