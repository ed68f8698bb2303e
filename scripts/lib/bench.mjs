// @ts-check
/** Running a program of bench/, with the other caches that are measured beside ours. */

import { join } from 'node:path'
import { ensurePackages, ROOT } from './packages.mjs'
import { runTypeScript } from './typescript.mjs'

const BENCH = join(ROOT, 'bench')

/**
 * Gets the packages of the root and of bench/ where they are missing, then runs `file` with
 * this program's own arguments and answers its exit code.
 *
 * @param {string} file Relative to bench/.
 * @param {readonly string[]} [nodeFlags]
 * @returns {Promise<number>}
 */
export async function runBench(file, nodeFlags = []) {
  for (const folder of [ROOT, BENCH]) {
    const { ok } = await ensurePackages(folder, true)
    if (!ok) {
      console.error(`\`npm ci\` failed in ${folder}, so nothing can be measured.`)
      return 1
    }
  }
  return runTypeScript(join(BENCH, file), process.argv.slice(2), nodeFlags)
}
