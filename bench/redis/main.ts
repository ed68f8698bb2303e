/**
 * `npm run bench:redis`: what a Redis behind the cache costs, beside bare clients and other caches
 * on the same real server, in one run. Prints a table for each work, and writes them all to
 * bench/redis.md when the run was a whole one.
 */

import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { startRedis } from '../../tests/helpers/redis-server.ts'
import { type Figures, figures } from '../lib/figures.ts'
import { machine } from '../lib/machine.ts'
import { markdownTable, section } from '../lib/markdown.ts'
import { ensureBundle, omnicache } from '../lib/omnicache.ts'
import { ProcessPort } from '../lib/processes.ts'
import { chosen, jobs, run } from '../lib/run.ts'
import { USUAL } from '../lib/sizes.ts'
import { figuresTable } from '../lib/tables.ts'
import { CHECK_HEADINGS, check, checkCells } from '../lib/targets.ts'
import { BARE, CEILINGS, DECODING, OURS_OVER } from './caches.ts'
import { SERVER } from './server.ts'
import { REDIS_TARGETS, redisWorks } from './works.ts'

const HELP = `Usage
  npm run bench:redis                    measure everything (2 to 3 minutes), and write bench/redis.md
  npm run bench:redis -- --only NAME     one work, or all whose name begins so; repeatable
  npm run bench:redis -- --quick         fewer rounds: a first impression, not to be quoted`

const SCALE = { entries: 10_000, requests: 0, portion: 0, filling: 0, timed: 0, asyncRequests: 0 }
const WHOLE = { plan: { rounds: 9, slice: 200 }, scale: SCALE }
const QUICK = { plan: { rounds: 3, slice: 50 }, scale: SCALE }

const CHILD = join(import.meta.dirname, 'child.ts')

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', short: 'h' },
      only: { type: 'string', multiple: true, default: [] },
      quick: { type: 'boolean', default: false },
    },
  })
  if (values.help) return console.log(HELP)
  ensureBundle()
  const server = await startRedis()
  try {
    const facts = machine()
    const stage = { open: () => new ProcessPort(CHILD, { [SERVER]: server.url }), lanes: 1 }
    const all: Figures[] = []
    for (const job of chosen(jobs(redisWorks(await omnicache(), server.url), [USUAL]), values.only)) {
      const result = figures(await run(job, values.quick ? QUICK : WHOLE, stage))
      all.push(result)
      console.log(figuresTable(result))
    }
    if (values.quick || values.only.length > 0) return
    writeFileSync(join(import.meta.dirname, '..', 'redis.md'), `${report(all, facts)}\n`)
    console.log('Written to bench/redis.md')
  } finally {
    await server.stop()
  }
}

/** No two do the same work: a client hands out what came, a cache what was stored, if it is that. */
const DOES: readonly (readonly string[])[] = [
  [`${BARE.ioredis}; ${BARE.nodeRedis}`, 'GET or MGET under keys as they are; the text of the reply, unchecked'],
  [Object.keys(CEILINGS).join('; '), 'one MGET of all that are read at once; the texts of the reply, unchecked'],
  [`${DECODING.json}; ${DECODING.msgpackr}`, 'the reply as bytes, and a value made of them, unchecked'],
  [
    DECODING.byHand,
    'the same with a checksum of the bytes, and the value put into memory, where another one leaves for it',
  ],
  [
    `${OURS_OVER.ioredis}; ${OURS_OVER.nodeRedis}`,
    'MGET under keys of the namespace, region and generation, which is read along; header, stamp and checksum of ' +
      'each reply; the value; its place in memory, where another one leaves for it; counts and durations for the metrics',
  ],
  ['the other caches', 'GET or MGET under keys of a namespace; JSON, and the expiry inside it; nothing in memory'],
]

/** The report of a whole run, as Markdown. */
function report(all: readonly Figures[], facts: ReadonlyMap<string, string>): string {
  const version = execFileSync('redis-server', ['--version'], { encoding: 'utf8' })
  const checks = check(
    all.map((one) => one.report),
    REDIS_TARGETS,
  )
  const redis = /v=(\S+)/.exec(version)?.[1] ?? 'unknown'
  return [
    '# omnicache beside Redis clients and other caches over Redis',
    'Made by `npm run bench:redis`, which measures everything anew and writes this file; [README.md](README.md) says how.',
    [...facts, ['Redis', redis] as const].map(([name, value]) => `- ${name}: ${value}`).join('\n'),
    [
      'Values are texts of 200 bytes. Memory holds one entry, so that every read goes to the server, which runs on the same',
      'machine. A time is that of one key, also where many are read by one call; its ratio is to the faster bare client.',
      'Where many are read, three rows show what decoding costs, and what a cache by hand.',
    ].join('\n'),
    '## What each does with a value that is read',
    markdownTable(['contender', 'what it does'], DOES),
    '## Targets',
    'Operations per second relative to the same client used barely, computed from this run.',
    markdownTable(CHECK_HEADINGS, checks.map(checkCells)),
    ...all.flatMap((one) => section(one)),
  ].join('\n\n')
}

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
