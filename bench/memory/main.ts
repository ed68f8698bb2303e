/**
 * `npm run bench:memory`: what caches take of memory, and how long they hold up a program, beside
 * lru-cache and a Map. Prints tables, and writes bench/memory.md when the run was a whole one.
 */

import { type ChildProcess, fork } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { type Column, table } from '../../js/terminal/table.ts'
import { wholeNumber } from '../lib/args.ts'
import { machine } from '../lib/machine.ts'
import { markdownTable } from '../lib/markdown.ts'
import { ensureBundle, omnicacheMemory } from '../lib/omnicache.ts'
import { memoryCaches } from '../peers/memory.ts'
import type { HeapFound, LoadFound, MemoryMessage, MemoryOrder } from './messages.ts'
import {
  ADDED_HEADINGS,
  type Added,
  addedCells,
  LIMIT_HEADINGS,
  LOADED_HEADINGS,
  type Loaded,
  limitRows,
  loadedCells,
} from './table.ts'

const ENTRIES = 4_000_000
const OPERATIONS = 2_000_000
/** How many entries there are where heap and linear memory are told apart. */
const ADDED_ENTRIES = 1_000_000

const HELP = `Usage
  npm run bench:memory                           measure everything (2 to 3 minutes), and write bench/memory.md
  npm run bench:memory -- --entries N            with so many entries, ${ENTRIES} unless said
  npm run bench:memory -- --operations N         and so many operations, ${OPERATIONS} unless said`

const HEAP_MB = 16_384
const FLAGS = [...process.execArgv, `--max-old-space-size=${HEAP_MB}`]

/** Has a contender's process do what `order` says. `stage` is told on the way. */
function ask<Found>(order: MemoryOrder, stage: (stage: MemoryMessage['stage']) => void = () => {}): Promise<Found> {
  return new Promise((resolve, reject) => {
    const child = fork(join(import.meta.dirname, 'child.ts'), [JSON.stringify(order)], { execArgv: FLAGS })
    child.on('message', (message: MemoryMessage) => {
      if (message.stage === 'done') resolve(message.found as Found)
      else stage(message.stage)
    })
    child.on('error', reject)
    child.on('exit', (code, signal) => reject(new Error(`${order.contender} ended with ${signal ?? code}`)))
  })
}

/** The longest pause of the idle loop, in ms, since it was told to start. */
function stop(idle: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    idle.once('message', (longest) => resolve(longest as number))
    idle.once('exit', () => reject(new Error('the idle loop ended')))
    idle.send('stop')
  })
}

async function loaded(idle: ChildProcess, contender: string, entries: number, operations: number): Promise<Loaded> {
  let paused: Promise<number> | undefined
  const found = await ask<LoadFound>({ contender, mode: 'load', entries, operations }, (stage) => {
    if (stage === 'mixing') idle.send('start')
    else paused = stop(idle)
  })
  return { name: contender, entries, ...found, idle: (await paused) ?? Number.NaN }
}

async function measureAll(entries: number, operations: number): Promise<{ loads: Loaded[]; adds: Added[] }> {
  const names = Object.keys(memoryCaches(await omnicacheMemory()))
  const idle = fork(join(import.meta.dirname, 'idle.ts'))
  try {
    const loads: Loaded[] = []
    for (const name of names) loads.push(await loaded(idle, name, entries, operations))
    const adds: Added[] = []
    for (const contender of names) {
      const found = await ask<HeapFound>({ contender, mode: 'heap', entries: ADDED_ENTRIES, operations })
      adds.push({ name: contender, entries: ADDED_ENTRIES, ...found })
    }
    return { loads, adds }
  } finally {
    idle.kill()
  }
}

/** The sections of the report: what each says, and its table. */
function sections(entries: number, operations: number, loads: readonly Loaded[], adds: readonly Added[]) {
  const count = (value: number) => value.toLocaleString('en-US')
  return [
    { title: 'Targets', about: 'Computed from this run.', headings: LIMIT_HEADINGS, rows: limitRows(loads, adds) },
    {
      title: `${count(entries)} entries of 20-byte keys and 200-byte values`,
      about: `Resident memory after the fill and a full collection, less that of the process before; what of it is beyond the bytes of keys and values, an entry; then the longest of ${count(operations)} operations: half reads, a twentieth deletes, the rest sets of new keys. An idle loop in another process shows how long the machine itself takes a processor away. Each cache has a process of its own.`,
      headings: LOADED_HEADINGS,
      rows: loads.map(loadedCells),
    },
    {
      title: `What a cache adds to ${count(ADDED_ENTRIES)} keys and values`,
      about:
        'Keys and values, small objects, are there already: JavaScript heap, array buffers and linear memory that came with the cache. A packed cache holds copies of them, in linear memory.',
      headings: ADDED_HEADINGS,
      rows: adds.map(addedCells),
    },
  ]
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      help: { type: 'boolean', short: 'h' },
      entries: { type: 'string', default: String(ENTRIES) },
      operations: { type: 'string', default: String(OPERATIONS) },
    },
  })
  if (values.help) return console.log(HELP)
  const entries = wholeNumber('--entries', values.entries)
  const operations = wholeNumber('--operations', values.operations)
  ensureBundle()
  const facts = machine()
  const { loads, adds } = await measureAll(entries, operations)
  const all = sections(entries, operations, loads, adds)
  for (const { title, headings, rows } of all) {
    const columns: Column[] = headings.map((heading, i) => ({ heading, align: i === 0 ? 'left' : 'right' }))
    console.log(`${title}\n\n${table(columns, rows, false)}\n`)
  }
  if (entries !== ENTRIES || operations !== OPERATIONS) return
  const text = [
    '# The memory of caches',
    'Made by `npm run bench:memory`, which measures everything anew and writes this file; [README.md](README.md) says how.',
    [...facts].map(([name, value]) => `- ${name}: ${value}`).join('\n'),
    ...all.flatMap(({ title, about, headings, rows }) => [`## ${title}`, about, markdownTable(headings, rows)]),
  ].join('\n\n')
  writeFileSync(join(import.meta.dirname, '..', 'memory.md'), `${text}\n`)
  console.log('Written to bench/memory.md')
}

try {
  await main()
} catch (error) {
  console.error(error instanceof Error ? error.message : error)
  process.exitCode = 1
}
