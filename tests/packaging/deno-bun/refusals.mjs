/** What cannot work in Deno without permissions, or in Bun without a package, says what can. */

import * as omnicache from 'omnicache'
import { denoKvDriver } from 'omnicache/deno-kv'
import { indexedDbDriver } from 'omnicache/indexeddb'
import { redisIsRefused, refused } from './refusal.mjs'

await refused('omnicache/sqlite', () => indexedDbDriver())
await refused('Deno.openKv', () => denoKvDriver(undefined), 'INVALID_OPTION')
await redisIsRefused(omnicache, 'npm install ioredis', 'MISSING_PEER')
console.log('ok')
