/** What cannot work in Node, or not without a package that is not there, says what can. */

import * as omnicache from 'omnicache'
import { cacheApiDriver } from 'omnicache/cache-api'
import { denoKvDriver } from 'omnicache/deno-kv'
import { indexedDbDriver } from 'omnicache/indexeddb'
import { sqliteDriver } from 'omnicache/sqlite'
import { redisIsRefused, refused } from './refusal.mjs'

await refused('omnicache/sqlite', () => indexedDbDriver())
await refused('omnicache/sqlite', () => cacheApiDriver())
await refused('Deno.openKv', () => denoKvDriver(undefined), 'INVALID_OPTION')
await redisIsRefused(omnicache, 'npm install ioredis', 'MISSING_PEER')
if (process.getBuiltinModule?.('node:sqlite') === undefined) {
  await refused('npm install better-sqlite3', () => sqliteDriver('none.db').connect(), 'MISSING_PEER')
}
console.log('ok')
