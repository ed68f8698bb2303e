// @ts-check
/**
 * `npm run demo` and `npm start`: gets the npm packages where they are missing, then runs
 * demo/main.ts with the arguments given. It needs Node alone: the core is in pkg/.
 */

import { join } from 'node:path'
import { ensurePackages, packagesArePresent, ROOT } from './lib/packages.mjs'
import { runTypeScript } from './lib/typescript.mjs'

if (!packagesArePresent(ROOT)) {
  console.log('Getting the npm packages; only the first time …')
  const { ok } = await ensurePackages(ROOT, true)
  if (!ok) {
    console.error('`npm ci` failed, so the demo cannot run.')
    process.exit(1)
  }
}
process.exitCode = await runTypeScript(join(ROOT, 'demo', 'main.ts'), process.argv.slice(2))
