import { count } from '../js/terminal/figures.ts'
import { Progress } from '../js/terminal/progress.ts'
import { readAccessLog } from './access-log.ts'
import type { Command } from './args.ts'
import { describe, openCache } from './cache.ts'
import { KINDS } from './kinds.ts'
import { type Answer, drive, type LoadOptions } from './load.ts'
import { ArticleOrigin } from './origin.ts'
import { report } from './report.ts'
import { NO_CACHE, startService } from './service.ts'
import { SiteOrigin } from './site.ts'
import type { Source } from './source.ts'
import { Tally } from './tally.ts'
import { sample, workload } from './workload.ts'
import { ZIPF_EXPONENT } from './zipf.ts'

const DEFAULT_REQUESTS = 20_000
/** How many of the requests are also sent past the cache, to compare. */
const BASELINE = 1_500
const CONCURRENCY = 24

const NEXT = `What to try next
  npm start                                        the service stays up, with live figures in a browser
  npm run demo -- access.log                       your own web server's log
  npm run demo -- --requests 60000 --seed 2        more requests, and other ones
  CACHE_ARTICLE_CONTENT_STRATEGY=lfu npm run demo  another policy for one region
  REDIS_URL=redis://localhost:6379 npm run demo    a Redis behind the memory`

type Run = Extract<Command, { kind: 'run' }>

/** What is asked of the service, and who answers behind it. */
interface Plan {
  readonly source: Source
  readonly targets: readonly string[]
  readonly intro: string
}

/** Runs the demo; false if an answer was wrong or was none. `signal` ends it early. */
export async function run(command: Run, signal: AbortSignal): Promise<boolean> {
  const { source, targets, intro } =
    command.file === undefined ? synthetic(command) : await replay(command, command.file)
  await using cache = await openCache(source.regions)
  // What an earlier run left in Redis must not help this one.
  await cache.clear()
  console.log(`${intro}\n${describe(cache)}\n`)
  const service = await startService({ cache, source })
  const past = sample(targets, BASELINE)
  const without = await phase('without the cache', past, { port: service.port, headers: { [NO_CACHE]: '1' }, signal })
  const withCache = await phase('with the cache   ', targets, { port: service.port, signal })
  await service.close()
  if (signal.aborted) {
    console.log('\nStopped.')
    return false
  }
  console.log(`\n${report({ cache, source, withCache, without })}`)
  const { unsent } = await cache.close()
  if (unsent > 0) console.log(`${count(unsent)} writes wait for Redis in vain: they end with this process.`)
  console.log(`\n${NEXT}`)
  return withCache.failed + without.failed + withCache.compare(without).different === 0
}

function synthetic({ seed, requests = DEFAULT_REQUESTS }: Run): Plan {
  return {
    source: new ArticleOrigin(seed, KINDS),
    targets: workload(KINDS, seed, requests),
    intro:
      `An article service with a slow origin (20 to 120 ms) gets ${count(requests)} requests over HTTP, ` +
      `${CONCURRENCY} at a time.\nWhat they ask for follows Zipf's law with exponent ${ZIPF_EXPONENT}, seed ${seed}.`,
  }
}

async function replay({ seed, requests = DEFAULT_REQUESTS }: Run, file: string): Promise<Plan> {
  const log = await readAccessLog(file, requests)
  const targets = log.requests.map((request) => request.target)
  return {
    source: new SiteOrigin(seed, log.requests),
    targets,
    intro:
      `${file}: ${count(targets.length)} requests for ${count(new Set(targets).size)} targets are replayed over HTTP, ` +
      `${CONCURRENCY} at a time, before a slow origin (20 to 110 ms).\n` +
      `Left out: ${count(log.bad)} lines in no known format, ${count(log.skipped)} requests that are neither GET nor HEAD.`,
  }
}

async function phase(
  label: string,
  targets: readonly string[],
  options: Omit<LoadOptions, 'concurrency' | 'onAnswer'>,
): Promise<Tally> {
  const tally = new Tally()
  const progress = new Progress(process.stdout, label, targets.length)
  const onAnswer = (answer: Answer): void => {
    tally.add(answer)
    progress.update(tally.answers)
  }
  await drive(targets, { ...options, concurrency: CONCURRENCY, onAnswer })
  return tally
}
