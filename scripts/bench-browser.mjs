// @ts-check
/** `npm run bench:browser`: runs bench/browser/main.ts with the arguments given. */

import { runBench } from './lib/bench.mjs'

process.exitCode = await runBench('browser/main.ts')
