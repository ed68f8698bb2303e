// @ts-check
/** `npm run bench:codec`: runs bench/codec/main.ts with the arguments given. */

import { runBench } from './lib/bench.mjs'

process.exitCode = await runBench('codec/main.ts', ['--expose-gc'])
