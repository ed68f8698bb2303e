// @ts-check
/** What the stages need on the machine, how to see whether it is there, and how to get it. */

import { join } from 'node:path'
import { aptInstall, mayUseApt, PRESENT } from './install.mjs'
import { ensurePackages, ROOT } from './packages.mjs'
import { which } from './process.mjs'
import { python } from './python.mjs'
import { secondsSince, show } from './report.mjs'
import { cargoDeny, cargoFuzz, llvmCov, rust, WASM_TARGET, wasmBindgenTestRunner, wasmTarget } from './rust.mjs'

/** @typedef {import('./install.mjs').Outcome} Outcome */
/** @typedef {{ title: string, ensure: () => Promise<Outcome> }} Need */

const CHROMIUM_NAMES = ['chromium', 'chromium-browser', 'google-chrome']

/** @param {string} folder @returns {Promise<Outcome>} */
async function npmPackages(folder) {
  const { ok, installed, output } = await ensurePackages(folder)
  if (!ok) return { state: 'failed', message: '`npm ci` failed', output }
  return installed ? { state: 'installed' } : PRESENT
}

/**
 * A program that Debian has a package of. Installed where we may; elsewhere one line says
 * what to install.
 *
 * @param {string} pkg
 * @param {readonly string[]} programs Any of these will do.
 * @param {string} variable The environment variable that names it, and tells the tests where it is.
 * @returns {Promise<Outcome>}
 */
async function debianProgram(pkg, programs, variable) {
  const find = () => {
    const path = process.env[variable] ?? programs.map((name) => which(name)).find((found) => found !== undefined)
    return path === undefined ? undefined : { [variable]: path }
  }
  const env = find()
  if (env) return { ...PRESENT, env }
  const message = `install ${programs[0]} (Debian, Ubuntu: \`sudo apt-get install ${pkg}\`), or name its path in ${variable}`
  if (!mayUseApt()) return { state: 'missing', message }
  const outcome = await aptInstall(message, [pkg])
  return { ...outcome, env: find() }
}

/** @satisfies {Record<string, Need>} */
export const NEEDS = {
  npm: { title: 'npm packages', ensure: () => npmPackages(ROOT) },
  bench: { title: 'npm packages of bench/', ensure: () => npmPackages(join(ROOT, 'bench')) },
  runtimes: { title: 'npm packages of tests/runtimes/', ensure: () => npmPackages(join(ROOT, 'tests', 'runtimes')) },
  rust: { title: 'Rust, rustfmt, clippy', ensure: rust },
  wasm: { title: `Rust's target ${WASM_TARGET}`, ensure: wasmTarget },
  runner: { title: 'wasm-bindgen-test-runner', ensure: wasmBindgenTestRunner },
  cargoDeny: { title: 'cargo-deny', ensure: cargoDeny },
  cargoFuzz: { title: 'nightly Rust and cargo-fuzz', ensure: cargoFuzz },
  llvmCov: { title: 'cargo-llvm-cov', ensure: llvmCov },
  python: { title: 'Python and its packages', ensure: python },
  redis: { title: 'redis-server', ensure: () => debianProgram('redis-server', ['redis-server'], 'REDIS_SERVER') },
  chromium: { title: 'chromium', ensure: () => debianProgram('chromium', CHROMIUM_NAMES, 'CHROMIUM') },
  firefox: { title: 'Firefox', ensure: () => debianProgram('firefox-esr', ['firefox-esr', 'firefox'], 'FIREFOX') },
  webkit: {
    title: "WebKit's driver",
    ensure: () => debianProgram('webkit2gtk-driver', ['WebKitWebDriver'], 'WEBKIT_DRIVER'),
  },
  display: { title: 'Xvfb', ensure: () => debianProgram('xvfb', ['Xvfb'], 'XVFB') },
}

/** @typedef {keyof typeof NEEDS} NeedName */

/** Each need is seen to once, when it is first asked for. @type {Map<NeedName, Promise<Outcome>>} */
const outcomes = new Map()

/**
 * Gets what is missing, and says so.
 *
 * @param {NeedName} name
 */
export function ensure(name) {
  const known = outcomes.get(name)
  if (known) return known
  const began = performance.now()
  const { title, ensure: start } = NEEDS[name]
  const outcome = start().then((result) => {
    const { state, message, output } = result
    if (state === 'installed') console.log(`  installed ${title} in ${secondsSince(began).toFixed(1)} s`)
    if (state === 'failed') show(output ?? '')
    if (message) console.log(`  ${title}: ${message}`)
    return result
  })
  outcomes.set(name, outcome)
  return outcome
}
