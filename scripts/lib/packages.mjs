// @ts-check
/** npm packages: are those of the lockfile installed, and if not, `npm ci`. */

import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { run } from './process.mjs'

/** The folder of the repository. */
export const ROOT = join(dirname(fileURLToPath(import.meta.url)), '..', '..')

const INSTALL_LIMIT_MS = 10 * 60_000

/** @param {string} path @returns {Record<string, any>} */
const packagesIn = (path) => JSON.parse(readFileSync(path, 'utf8')).packages

/**
 * Whether `node_modules` holds exactly what the lockfile names. It compares npm's own record
 * of what it installed, not dates: those change with every checkout.
 *
 * @param {string} folder
 */
export function packagesArePresent(folder) {
  const wanted = packagesIn(join(folder, 'package-lock.json'))
  /** @type {Record<string, any>} */
  let present
  try {
    present = packagesIn(join(folder, 'node_modules', '.package-lock.json'))
  } catch {
    return false
  }
  return (
    Object.keys(present).every((path) => path in wanted) &&
    Object.entries(wanted).every(([path, { version, optional }]) => {
      if (path === '' || (optional && !(path in present))) return true
      return present[path]?.version === version
    })
  )
}

/**
 * Installs the packages of the lockfile in `folder` where they are missing or other ones.
 *
 * @param {string} folder
 * @param {boolean} [inherit] Show what npm says.
 * @returns {Promise<{ ok: boolean, installed: boolean, output: string }>}
 */
export async function ensurePackages(folder, inherit = false) {
  if (packagesArePresent(folder)) return { ok: true, installed: false, output: '' }
  const args = ['ci', '--include=dev', '--prefer-offline', '--no-audit', '--no-fund', '--loglevel=error']
  const { ok, output } = await run('npm', args, { cwd: folder, limitMs: INSTALL_LIMIT_MS, inherit })
  return { ok, installed: true, output }
}

/** Ends the process where there is no dist/. */
export function needDist() {
  if (existsSync(join(ROOT, 'dist', 'index.js'))) return
  console.error('There is no dist/: run `npm run build -- --dist` first.')
  process.exit(1)
}
