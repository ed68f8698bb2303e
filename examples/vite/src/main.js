import { articles, cache } from './cache.js'
import { IDS, loadArticle, rename } from './source.js'

const PLACES = { memory: 'memory', indexeddb: 'IndexedDB', source: 'the source' }

const element = (id) => document.getElementById(id)

/** An article, and where it was found. */
async function read(id) {
  const began = performance.now()
  const { hit, tier } = await articles.getEntry(id)
  const article = await articles.getOrSet(id, () => loadArticle(id))
  return { article, from: hit ? tier : 'source', ms: performance.now() - began }
}

async function show(id) {
  const { article, from, ms } = await read(id)
  const title = document.createElement('h2')
  title.textContent = article.title
  const text = document.createElement('p')
  text.textContent = article.body.slice(0, article.body.indexOf('.', 400) + 1)
  const age = document.createElement('p')
  age.className = 'quiet'
  age.textContent = `Loaded from its source at ${article.loaded.toLocaleTimeString()}`
  const change = document.createElement('button')
  change.type = 'button'
  change.id = 'rename'
  change.textContent = 'Rename'
  change.onclick = () => changeTitle(id, `${article.title}, revised`)
  element('article').dataset.id = id
  element('article').replaceChildren(title, text, age, change)
  log(article.title, from, ms)
}

/** The source knows first, then the cache forgets: in this tab, in IndexedDB and in every other tab. */
async function changeTitle(id, title) {
  rename(id, title)
  await articles.delete(id)
  await show(id)
}

function log(title, from, ms) {
  const line = document.createElement('li')
  line.dataset.from = from
  line.textContent = `${title}: ${PLACES[from]}, ${ms < 10 ? ms.toFixed(1) : Math.round(ms)} ms`
  element('log').prepend(line)
  tellStatus()
}

function tellStatus() {
  const { bytes, l2, bus } = cache.status()
  element('status').textContent =
    `${Math.ceil(bytes / 1024)} KB in memory; IndexedDB ${l2.state === 'closed' ? 'serves' : 'is away'}; tabs ${bus.state}`
}

for (const id of IDS) {
  const button = document.createElement('button')
  button.type = 'button'
  button.id = id
  button.textContent = id
  button.onclick = () => show(id)
  element('titles').append(button)
}

element('clear').onclick = async () => {
  await articles.clear()
  tellStatus()
}
await cache.ready()
tellStatus()
