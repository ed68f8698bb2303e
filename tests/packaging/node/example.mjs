/** Runs the example of a Node service with Redis, by its one command: `node example.mjs <its folder>`. */

import { Child, freePort, startRedis } from './children.mjs'

const [folder] = process.argv.slice(2)

const same = (actual, expected, what) => {
  const [a, b] = [JSON.stringify(actual), JSON.stringify(expected)]
  if (a !== b) throw new Error(`${what}: ${a}, not ${b}`)
}

/** Asks until it is so. */
async function until(what, look) {
  for (let turn = 0; !(await look()); turn++) {
    if (turn > 400) throw new Error(`it never came to that ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

async function startService(redisPort) {
  const env = { REDIS_URL: `redis://127.0.0.1:${redisPort}/0`, PORT: '0' }
  const service = new Child('npm', ['start'], { cwd: folder, env })
  const [, url] = await service.says(/listening on (\S+)/)
  const ask = async (path, init) => {
    const response = await fetch(url + path, init)
    const text = await response.text()
    return { status: response.status, source: response.headers.get('x-source'), text }
  }
  const json = async (path, init) => JSON.parse((await ask(path, init)).text)
  return { service, ask, json }
}

const port = await freePort()
let redis = await startRedis(port)
const [one, two] = await Promise.all([startService(port), startService(port)])
let id = 1
await until('one finds what the other has stored', async () => {
  await one.ask(`/articles/${++id}`)
  return (await two.ask(`/articles/${id}`)).source === 'cache'
})

same((await one.ask('/articles/1')).source, 'database', 'the first time')
same((await one.ask('/articles/1')).source, 'cache', 'the second time')
same((await two.ask('/articles/1')).source, 'cache', 'in another process')
same((await one.json('/authors/ada'))[0], 'Article 1', "an author's page")
same((await one.ask('/articles/none')).status, 404, 'an article that there is not')

// One process changes it. The other has it in memory, and has its own source, which did not change.
await one.ask('/articles/1', { method: 'POST', body: 'Another title' })
same((await one.json('/articles/1')).title, 'Another title', 'after the change')
same((await one.json('/authors/ada'))[0], 'Another title', "an author's page after the change")
await until('the other process shows it', async () => (await two.json('/articles/1')).title === 'Another title')

// Redis dies, and comes back.
await redis.end('SIGKILL')
same((await one.ask('/articles/1')).status, 200, 'without Redis')
same((await one.ask(`/articles/${++id}`)).source, 'database', 'a new one without Redis')
await until('it knows that Redis is away', async () => {
  await one.ask(`/articles/${++id}`)
  return (await one.json('/health')).l2.state !== 'closed'
})
redis = await startRedis(port)
await until('it knows that Redis is back', async () => (await one.json('/health')).l2.state === 'closed')

if (!/omnicache_\w+\{/.test((await one.ask('/metrics')).text)) throw new Error('it has no metrics')
one.service.signal('SIGTERM')
await one.service.says(/ended, 0 unsent/)
await one.service.end()
await two.service.end()
await redis.end()
console.log('ok')
