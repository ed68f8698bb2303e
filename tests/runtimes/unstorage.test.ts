import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { describe, expect, it } from 'vitest'
import { CacheManager } from '../../js/index.ts'
import { FakeClock } from '../../js/testing/index.ts'
import { type UnstorageLike, unstorageDriver } from '../../js/tiers/unstorage.ts'
import { driverContract } from '../helpers/driver-contract.ts'
import { isInstalled, requireHere } from './runtime.ts'

interface Unstorage {
  createStorage(options: { driver: unknown }): UnstorageLike & { dispose(): Promise<void> }
}

async function storage(driver: 'memory' | 'fs', options: { base?: string } = {}) {
  const load = (name: string) => import(/* @vite-ignore */ pathToFileURL(requireHere.resolve(name)).href)
  const [{ createStorage }, { default: make }] = await Promise.all([
    load('unstorage') as Promise<Unstorage>,
    load(`unstorage/drivers/${driver}`) as Promise<{ default: (options: object) => unknown }>,
  ])
  return createStorage({ driver: make(options) })
}

describe.skipIf(!isInstalled('unstorage'))('unstorage itself', () => {
  driverContract('unstorage in memory', async () => {
    const clock = new FakeClock()
    const one = await storage('memory')
    return {
      driver: unstorageDriver(one, { clock }),
      elapse: (ms) => clock.advance(ms),
      another: async () => unstorageDriver(one, { clock }),
    }
  })

  driverContract('unstorage in files', async () => {
    const clock = new FakeClock()
    const base = await mkdtemp(join(tmpdir(), 'omnicache-unstorage-'))
    const [one, two] = [await storage('fs', { base }), await storage('fs', { base })]
    return {
      driver: unstorageDriver(one, { clock }),
      elapse: (ms) => clock.advance(ms),
      another: async () => unstorageDriver(two, { clock }),
      dispose: () => rm(base, { recursive: true, force: true }),
    }
  })

  it('is behind a cache, and keeps what it holds', async () => {
    const base = await mkdtemp(join(tmpdir(), 'omnicache-unstorage-'))
    const before = new CacheManager({ l2: unstorageDriver(await storage('fs', { base })) })
    await before.set('metrics', 'A/b:c', { n: 1 })
    await before.close()
    const after = new CacheManager({ l2: unstorageDriver(await storage('fs', { base })) })
    expect(await after.get('metrics', 'A/b:c')).toEqual({ n: 1 })
    await after.close()
    await rm(base, { recursive: true, force: true })
  })
})
