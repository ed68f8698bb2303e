// @ts-check
/** `npm run simulate:faults`: schedules of faults by hand; see tests/simulation/main.ts for its arguments. */

import { join } from 'node:path'
import { ROOT } from './lib/packages.mjs'
import { runTypeScript } from './lib/typescript.mjs'

const [first, ...rest] = process.argv.slice(2)
const mutants = first === '--mutants'
const args = mutants || first === undefined ? rest : [first, ...rest]
process.exitCode = await runTypeScript(join(ROOT, 'tests', 'simulation', mutants ? 'mutate.ts' : 'main.ts'), args)
