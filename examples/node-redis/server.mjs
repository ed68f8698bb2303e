import { createServer } from 'node:http'
import { CacheManager } from 'omnicache'
import { loadArticle, loadArticlesOf, rename } from './articles.mjs'

const cache = new CacheManager({
  redis: process.env.REDIS_URL ?? 'redis://localhost:6379/0',
  regions: {
    articles: { ttl: '10m', compression: true, grace: '1h', softTimeout: '500ms' },
  },
  logger: console,
})
const articles = cache.region('articles')

/** An article, and whether it had to be loaded. */
async function article(id) {
  let source = 'cache'
  const found = await articles.getOrSet(
    `article:${id}`,
    async () => {
      source = 'database'
      return loadArticle(id)
    },
    { tags: [`article:${id}`] },
  )
  return { found, source }
}

/** A page of all of an author's articles. */
async function pageOf(author) {
  const titles = async () => (await loadArticlesOf(author)).map(({ title }) => title)
  return articles.getOrSet(`author:${author}`, titles, { tags: [`author:${author}`] })
}

const routes = {
  async 'GET articles'(id, response) {
    const { found, source } = await article(id)
    if (found === undefined) return send(response, 404, { error: 'no such article' })
    response.setHeader('x-source', source)
    send(response, 200, found)
  },
  async 'POST articles'(id, response, body) {
    const renamed = await rename(id, body)
    if (renamed === undefined) return send(response, 404, { error: 'no such article' })
    // Whatever shows it goes, in all processes that share the Redis.
    await articles.deleteByTag([`article:${id}`, `author:${renamed.author}`])
    send(response, 200, { id, title: body })
  },
  async 'GET authors'(author, response) {
    send(response, 200, await pageOf(author))
  },
  async 'GET health'(_, response) {
    send(response, 200, cache.status())
  },
  async 'GET metrics'(_, response) {
    response.setHeader('content-type', 'text/plain; version=0.0.4')
    response.end(cache.metricsText())
  },
}

function send(response, status, value) {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value))
}

async function textOf(request) {
  let text = ''
  for await (const chunk of request) text += chunk
  return text
}

const server = createServer(async (request, response) => {
  const [, name, id] = (request.url ?? '').split('/')
  const route = routes[`${request.method} ${name}`]
  try {
    if (route === undefined) send(response, 404, { error: 'no such page' })
    else await route(id, response, await textOf(request))
  } catch (error) {
    console.error(error)
    send(response, 500, { error: 'something went wrong' })
  }
})

server.listen(Number(process.env.PORT ?? 3000), () => {
  console.log(`listening on http://localhost:${server.address().port}`)
})

// What is queued for Redis is sent before the process ends.
process.once('SIGTERM', () => {
  server.close(async () => {
    const { unsent } = await cache.close()
    console.log(`ended, ${unsent} unsent`)
  })
  server.closeAllConnections()
})
