/** A build for browsers has nothing in it that only Node has. */

import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

/** What only is in a client's code, and where. That it is there is looked at too, or this would find nothing for ever. */
const CLIENTS = [
  { name: 'ioredis', folder: 'ioredis/built/errors', mark: 'retries per request limit' },
  { name: 'redis', folder: '@redis/client/dist/lib', mark: 'Socket closed unexpectedly' },
  { name: 'the tier in Redis', folder: 'omnicache/dist', mark: 'reconnectStrategy' },
]

const NODE_IMPORT = /\b(?:from|import|require)\s*\(?\s*["'`]node:/

/** @param {string} folder @param {string} modules Where packages are. */
export function expectBrowserCode(folder, modules) {
  const code = codeIn(folder)
  if (code === '') throw new Error('nothing was built')
  const found = code.match(NODE_IMPORT)
  if (found) throw new Error(`it imports from Node: ${code.slice(found.index, found.index + 80)}`)
  for (const { name, folder: client, mark } of CLIENTS) {
    if (!codeIn(join(modules, client)).includes(mark)) throw new Error(`${client} has no '${mark}'`)
    if (code.includes(mark)) throw new Error(`${name} is in it`)
  }
}

/** All scripts of a folder. @param {string} folder */
function codeIn(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => /\.m?js$/.test(name))
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n')
}
