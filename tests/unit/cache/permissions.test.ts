import { afterEach, expect, it, vi } from 'vitest'

afterEach(() => {
  vi.unstubAllGlobals()
  vi.resetModules()
})

it('asks for nothing that it has no leave to read, as in Deno without permissions', async () => {
  const refuse = () => {
    throw new Error('NotCapable')
  }
  vi.stubGlobal('process', {
    ...process,
    env: new Proxy({}, { get: refuse }),
    constrainedMemory: refuse,
    availableMemory: refuse,
    getBuiltinModule: refuse,
  })
  vi.resetModules()
  const { CacheManager } = await import('../../../js/index.ts')
  const cache = new CacheManager()
  expect(cache.status().maxBytes).toBe(64 * 1024 ** 2)
  await cache.set('metrics', 'key', 1)
  expect(await cache.get('metrics', 'key')).toBe(1)
  await cache.close()
})
