// @ts-check
/**
 * `npm run bench:native`: the policies of the core, compiled natively, beside other Rust caches
 * (bench/native). With `--divan` divan measures each by itself; what follows is passed on to it.
 */

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { ROOT } from './lib/packages.mjs'

const [first, ...rest] = process.argv.slice(2)
const divan = first === '--divan'
const { status } = spawnSync(
  'cargo',
  [
    ...(divan ? ['bench'] : ['run', '--release', '--quiet']),
    ...['--locked', '--manifest-path', join(ROOT, 'bench', 'native', 'Cargo.toml')],
    ...['--target-dir', join(ROOT, 'target', 'native-bench')],
    ...(divan ? ['--', ...rest] : []),
  ],
  { stdio: 'inherit' },
)
process.exitCode = status ?? 1
