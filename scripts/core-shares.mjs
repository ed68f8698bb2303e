// @ts-check
/**
 * `npm run core-shares`: where the bytes of the core are, by module and by function, as wasm-opt left them.
 * It needs what `npm run build -- --pkg` left in target/.
 *
 *   npm run core-shares -- 40          the 40 largest functions
 *   npm run core-shares -- 40 memory   those of the core of omnicache/memory
 */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { optimise, targetOf } from './lib/wasm.mjs'
import { byModule, sharesOf } from './lib/wasm-shares.mjs'

const [most = '30', form = 'core'] = process.argv.slice(2)
const folder = mkdtempSync(join(tmpdir(), 'omnicache-shares-'))
try {
  const named = join(folder, 'named.wasm')
  execFileSync(...optimise(join(targetOf(), 'omnicache-pkg', form, 'core_bg.wasm'), named, ['-g']))
  const { functions, sections } = sharesOf(readFileSync(named))
  print('sections', [...sections, { name: 'code', bytes: functions.reduce((sum, { bytes }) => sum + bytes, 0) }])
  print('modules', byModule(functions))
  print('functions', functions.slice(0, Number(most)))
} finally {
  rmSync(folder, { recursive: true, force: true })
}

/** @param {string} title @param {readonly import('./lib/wasm-shares.mjs').Share[]} shares */
function print(title, shares) {
  console.log(`\n${title}`)
  for (const { name, bytes } of shares) console.log(`${String(bytes).padStart(8)}  ${name}`)
}
