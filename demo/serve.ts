import { once } from 'node:events'
import { Agent } from 'node:http'
import { setTimeout as wait } from 'node:timers/promises'
import type { Command } from './args.ts'
import { openCache, tiersOf } from './cache.ts'
import { KINDS } from './kinds.ts'
import { livePages } from './live.ts'
import { ask } from './load.ts'
import { ArticleOrigin } from './origin.ts'
import { RecentLatency } from './recent.ts'
import { startService } from './service.ts'
import { endless } from './workload.ts'

/** What the background load sends per second: enough to see, too little to disturb. */
const TRICKLE_PER_SECOND = 25

/** How far back the page's latency goes, in seconds. */
const HISTORY_SECONDS = 120

/** Keeps the service up until `signal` aborts. */
export async function serve(command: Extract<Command, { kind: 'serve' }>, signal: AbortSignal): Promise<void> {
  const source = new ArticleOrigin(command.seed, KINDS)
  await using cache = await openCache(source.regions)
  const recent = new RecentLatency(HISTORY_SECONDS)
  const pages = livePages(cache, source, recent)
  const service = await startService({ cache, source, pages, onAnswer: (ms) => recent.add(ms) }, command.port)
  const address = `http://127.0.0.1:${service.port}`
  console.log(`The article service is up; its live figures are at ${address}/`)
  for (const { name, detail } of tiersOf(cache)) console.log(`  ${name}: ${detail}`)
  console.log(command.load ? `  Load: ${TRICKLE_PER_SECOND} requests a second, besides yours` : '  Load: yours alone')
  console.log(`Try: curl -i ${address}/articles/1\nCtrl-C stops it.`)
  if (command.load) await trickle(service.port, command.seed, signal)
  else await once(signal, 'abort')
  await service.close()
  console.log('Stopped.')
}

/** Sends a request every now and then until `signal` aborts, whatever becomes of it. */
async function trickle(port: number, seed: number, signal: AbortSignal): Promise<void> {
  const agent = new Agent({ keepAlive: true })
  const ignore = (): void => {}
  for (const target of endless(KINDS, seed)) {
    await wait(1_000 / TRICKLE_PER_SECOND, undefined, { signal }).catch(ignore)
    if (signal.aborted) break
    ask(target, agent, { port }).catch(ignore)
  }
  agent.destroy()
}
