/**
 * Vite's other two ways: `node vite-server.mjs dev <folder> <browser>` serves the page while it is written,
 * `node vite-server.mjs ssr <folder>` renders it on a server, as built and while it is written.
 */

import { resolve } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build, createServer } from 'vite'
import { BROWSERS } from './browsers/index.mjs'
import { SCENARIOS } from './scenarios.mjs'

const root = resolve('site')
const [way, folder, browser] = process.argv.slice(2)
const settings = { root, logLevel: 'error', configFile: false }

const WAYS = {
  async dev() {
    // Else it would find the tiers only when the page asks for them, and load the page anew.
    const optimizeDeps = { include: ['omnicache', 'omnicache/indexeddb', 'omnicache/testing', 'idb'] }
    const where = { cacheDir: resolve(folder, 'cache'), server: { port: 0, host: '127.0.0.1' } }
    const server = await createServer({ ...settings, ...where, optimizeDeps })
    try {
      await server.listen()
      await SCENARIOS.page(BROWSERS[browser], server.resolvedUrls.local[0])
    } finally {
      await server.close()
    }
  },

  async ssr() {
    const ssr = resolve(root, 'server.mjs')
    const outDir = resolve(folder, 'server')
    await build({ ...settings, build: { ssr, outDir, emptyOutDir: true } })
    // Once with the package bundled, as for a server that has no packages.
    const alone = resolve(folder, 'alone')
    await build({ ...settings, build: { ssr, outDir: alone, emptyOutDir: true }, ssr: { noExternal: true } })
    for (const built of [outDir, alone]) await rendered(await import(pathToFileURL(resolve(built, 'server.mjs')).href))
    const server = await createServer({ ...settings, server: { middlewareMode: true, ws: false }, appType: 'custom' })
    try {
      await rendered(await server.ssrLoadModule('/server.mjs'))
    } finally {
      await server.close()
    }
  },
}

/** @param {{ render(): Promise<string> }} page */
async function rendered({ render }) {
  const html = await render()
  if (!/^<p>[1-9]\d* steps<\/p>$/.test(html)) throw new Error(`it rendered ${html}`)
}

await WAYS[way]()
console.log('ok')
