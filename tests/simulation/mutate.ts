/**
 * Takes one rule of the flow out at a time, and tells which schedule notices:
 *
 *   npm run simulate:mutants
 *   npm run simulate:mutants -- token     only rules whose text has that word
 */

import { spawnSync } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { build } from 'esbuild'
import { MUTANTS, type Mutant, mutated } from './mutants.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const FOLDER = join(ROOT, 'target', 'mutants')
/** How many schedules a mutant may survive. */
const SCHEDULES = 6000

async function firstToNotice(mutant: Mutant, index: number): Promise<string> {
  const contents = mutated(mutant)
  const outfile = join(FOLDER, `${index}.mjs`)
  await build({
    entryPoints: [join(ROOT, 'tests', 'simulation', 'main.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
    external: ['ioredis', 'redis', 'idb'],
    plugins: [
      {
        name: 'mutant',
        setup: ({ onLoad }) => {
          onLoad({ filter: /\.ts$/ }, ({ path }) =>
            path === join(ROOT, mutant.file) ? { contents, loader: 'ts' } : undefined,
          )
        },
      },
    ],
  })
  const bus = mutant.bus ? ['--bus'] : []
  const args = [outfile, '--schedules', String(SCHEDULES), '--stop', ...bus]
  const { stdout, error } = spawnSync(process.execPath, args, { encoding: 'utf8', timeout: 600_000 })
  const found = /^seed (\d+)/m.exec(stdout)
  if (found === null) return error === undefined ? 'nobody' : 'not known: the search ran out of time'
  return `seed ${found[1]}${mutant.bus ? ' with a bus' : ''}`
}

mkdirSync(FOLDER, { recursive: true })
const [word = ''] = process.argv.slice(2)
for (const [index, mutant] of MUTANTS.entries()) {
  if (mutant.rule.includes(word)) console.log(`| ${mutant.rule} | ${await firstToNotice(mutant, index)} |`)
}
