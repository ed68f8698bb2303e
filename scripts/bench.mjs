// @ts-check
/**
 * `npm run bench`: gets the other caches that are measured beside ours (bench/package.json),
 * then runs bench/main.ts with the arguments given.
 */

import { join } from 'node:path'
import { ensurePackages, ROOT } from './lib/packages.mjs'
import { runTypeScript } from './lib/typescript.mjs'

const BENCH = join(ROOT, 'bench')

for (const folder of [ROOT, BENCH]) {
  const { ok } = await ensurePackages(folder, true)
  if (!ok) {
    console.error(`\`npm ci\` failed in ${folder}, so nothing can be measured.`)
    process.exit(1)
  }
}
process.exitCode = await runTypeScript(join(BENCH, 'main.ts'), process.argv.slice(2), ['--expose-gc'])
