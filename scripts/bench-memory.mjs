// @ts-check
/** `npm run bench:memory`: runs bench/memory/main.ts with the arguments given. */

import { runBench } from './lib/bench.mjs'

process.exitCode = await runBench('memory/main.ts', ['--expose-gc'])
