import { describe, expect, it } from 'vitest'
import { CacheManager, type StandardSchema } from '../../../js/index.ts'
import { FakeClock } from '../../../js/testing/fake-clock.ts'
import { memoryDriver } from '../../../js/tiers/memory.ts'

/** Two managers over one tier: one writes without a schema, the other reads with one. */
function world(schema: StandardSchema) {
  const clock = new FakeClock()
  const l2 = memoryDriver({ clock, shared: true })
  const writer = new CacheManager({ clock, l2, regions: { users: {} } })
  const reader = new CacheManager({ clock, l2, regions: { users: { schema } } })
  return { writer, reader }
}

function schemaOf(validate: (value: unknown) => ReturnType<StandardSchema['~standard']['validate']>): StandardSchema {
  return { '~standard': { version: 1, vendor: 'test', validate } }
}

const named = schemaOf((value) =>
  typeof (value as { name?: unknown }).name === 'string' ? { value } : { issues: [{ message: 'no name' }] },
)

describe('a region with a schema', () => {
  it('hands out what fits', async () => {
    const { writer, reader } = world(named)
    await writer.set('users', 'u1', { name: 'Ada' })
    expect(await reader.get('users', 'u1')).toEqual({ name: 'Ada' })
  })

  it('makes a misfit from L2 a miss, which is counted and told with its reason', async () => {
    const { writer, reader } = world(named)
    const reasons: string[] = []
    reader.on('corrupt', ({ reason }) => reasons.push(reason))
    await writer.set('users', 'u1', { firstName: 'Ada' })
    expect(await reader.get('users', 'u1')).toBeUndefined()
    expect(reasons).toEqual(['schema'])
    expect(reader.metrics().regions.users).toMatchObject({ mismatches: 1, corrupt: 0, misses: 1 })
    expect(reader.metricsText()).toContain('omnicache_schema_mismatches_total{region="users"} 1\n')
    expect(await reader.getOrSet('users', 'u1', () => ({ name: 'made anew' }))).toEqual({ name: 'made anew' })
  })

  it('answers what the schema makes of a value, from L2 and from memory alike', async () => {
    const { writer, reader } = world(schemaOf(async (value) => ({ value: { ...(value as object), checked: true } })))
    await writer.set('users', 'u1', { name: 'Ada' })
    expect(await reader.get('users', 'u1')).toEqual({ name: 'Ada', checked: true })
    expect(await reader.get('users', 'u1')).toEqual({ name: 'Ada', checked: true })
    expect(reader.metrics().regions.users?.l2Hits).toBe(1)
  })

  it('takes a schema that throws for one that refuses', async () => {
    const { writer, reader } = world(
      schemaOf(() => {
        throw new Error('broken')
      }),
    )
    await writer.set('users', 'u1', { name: 'Ada' })
    expect(await reader.get('users', 'u1')).toBeUndefined()
  })
})
