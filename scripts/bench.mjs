// @ts-check
/** `npm run bench`: runs bench/main.ts with the arguments given. */

import { runBench } from './lib/bench.mjs'

process.exitCode = await runBench('main.ts', ['--expose-gc'])
