import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { isInstalled, requireHere } from './runtime.ts'

interface Miniflare {
  dispatchFetch(url: string): Promise<{ status: number; text(): Promise<string> }>
  dispose(): Promise<void>
}

describe.skipIf(!isInstalled('miniflare'))('a Worker, in workerd', () => {
  let miniflare: Miniflare
  beforeAll(async () => {
    const entry = fileURLToPath(new URL('worker.ts', import.meta.url))
    const { outputFiles } = await build({ entryPoints: [entry], bundle: true, format: 'esm', write: false })
    const { Miniflare: Make } = requireHere('miniflare') as { Miniflare: new (options: object) => Miniflare }
    miniflare = new Make({
      modules: true,
      script: outputFiles[0]?.text,
      compatibilityDate: '2026-01-01',
      kvNamespaces: ['KV'],
    })
  })
  afterAll(() => miniflare.dispose())

  const failures = async (path: string): Promise<unknown> => {
    const response = await miniflare.dispatchFetch(`http://localhost${path}`)
    const text = await response.text()
    return response.status === 200 ? JSON.parse(text) : text
  }

  it('has a tier in Workers KV that does all that a driver must', async () => {
    expect(await failures('/kv')).toEqual([])
  }, 180_000)

  it('has a tier in the Cache API that does all but remove what it cannot find', async () => {
    expect(await failures('/cache')).toEqual([])
  }, 180_000)
})
