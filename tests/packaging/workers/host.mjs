/**
 * Asks a Worker, as wrangler bundled it, in workerd: `node host.mjs <folder of the bundle> <options as JSON>`.
 */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { Miniflare } from 'miniflare'

const [folder, options] = process.argv.slice(2)

/** What a Worker may take in all. */
const LIMIT = 128 * 2 ** 20

const types = { js: 'esm', wasm: 'wasm' }
const modules = Object.fromEntries(
  readdirSync(folder)
    .map((name) => [name, types[name.split('.').at(-1)]])
    .filter(([, type]) => type !== undefined)
    .map(([name, type]) => [
      name,
      { type, contents: readFileSync(join(folder, name), type === 'esm' ? 'utf8' : undefined) },
    ]),
)

const miniflare = new Miniflare({
  inspectorPort: 0,
  workers: [
    {
      config: {
        name: 'a-worker',
        manifest: { mainModule: 'worker.js', modulesRoot: folder, modules },
        env: { KV: { type: 'kv', id: 'kv' } },
        ...JSON.parse(options),
      },
    },
  ],
})

/** @param {string} path @param {object} [init] */
async function ask(path, init) {
  const response = await miniflare.dispatchFetch(`http://localhost${path}`, init)
  const text = await response.text()
  if (response.status !== 200) throw new Error(`${path}: ${text}`)
  return JSON.parse(text)
}

/** @param {string} path @param {unknown} expected */
async function expectOf(path, expected) {
  const answer = JSON.stringify(await ask(path))
  if (answer !== JSON.stringify(expected)) throw new Error(`${path}: ${answer}, not ${JSON.stringify(expected)}`)
}

const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms))

/** Asks until it is so. @param {string} path @param {unknown} expected */
async function until(path, expected) {
  for (let turn = 0; ; turn++) {
    try {
      return await expectOf(path, expected)
    } catch (error) {
      if (turn === 100) throw error
      await sleep(100)
    }
  }
}

/** What a Worker's isolate holds, in bytes: its heap, and its buffers, among them the core's memory. */
async function memoryUsed() {
  const inspector = await miniflare.getInspectorURL()
  inspector.protocol = 'http:'
  const [target] = await (await fetch(new URL('/json', inspector))).json()
  const socket = new WebSocket(target.webSocketDebuggerUrl)
  await new Promise((resolve, reject) => {
    socket.addEventListener('open', resolve)
    socket.addEventListener('error', reject)
  })
  let asked = 0
  const call = (method) =>
    new Promise((resolve) => {
      const id = ++asked
      socket.addEventListener('message', ({ data }) => {
        const message = JSON.parse(data)
        if (message.id === id) resolve(message.result)
      })
      socket.send(JSON.stringify({ id, method }))
    })
  await call('Runtime.enable')
  await call('HeapProfiler.collectGarbage')
  const { usedSize, embedderHeapUsedSize = 0, backingStorageSize } = await call('Runtime.getHeapUsage')
  socket.close()
  if (!(backingStorageSize > 0)) throw new Error('the inspector does not tell of buffers')
  return usedSize + embedderHeapUsedSize + backingStorageSize
}

try {
  await expectOf('/module-scope', ['at module scope', true, 'at module scope'])
  await ask('/work')
  await expectOf('/count', 1)
  await expectOf('/count', 2)

  await expectOf('/set-short', true)
  await sleep(300)
  await expectOf('/get-short', 'gone')

  const slow = await Promise.all([ask('/slow'), sleep(50).then(() => ask('/slow'))])
  if (slow.some(({ made }) => made !== 'slowly')) throw new Error(`two requests for one key: ${JSON.stringify(slow)}`)

  const stuck = ask('/stuck', { signal: AbortSignal.timeout(500) }).catch(() => 'given up')
  await sleep(100)
  const others = Promise.all([ask('/not-stuck'), ask('/not-stuck')])
  if (String([await stuck, await others]) !== 'given up,made,made') throw new Error('others wait for who is gone')

  await expectOf('/break', 'open')
  await ask('/heal')
  await until('/tier', ['closed', 'written during an outage'])

  await expectOf('/kv-set', true)
  await expectOf('/kv-get', 25_000)
  await expectOf('/refusals', 'refused')

  const { bytes, maxBytes, largest } = await ask('/fill')
  if (maxBytes !== 32 * 2 ** 20) throw new Error(`the ceiling is ${maxBytes}`)
  if (bytes > maxBytes || bytes < maxBytes / 2) throw new Error(`it holds ${bytes}`)
  if (largest > maxBytes) throw new Error(`a region says that it may hold ${largest}`)
  const used = await memoryUsed()
  if (used > LIMIT) throw new Error(`the isolate takes ${used} bytes`)
  console.log(`${(used / 2 ** 20).toFixed(0)} MB in the isolate`)
  console.log('ok')
  // Its runtime ends with it, and waits for no request that was given up.
  process.exit(0)
} catch (error) {
  console.log(error)
  process.exit(1)
}
