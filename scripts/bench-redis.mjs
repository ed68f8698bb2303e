// @ts-check
/** `npm run bench:redis`: runs bench/redis/main.ts with the arguments given. */

import { runBench } from './lib/bench.mjs'

process.exitCode = await runBench('redis/main.ts', ['--expose-gc'])
