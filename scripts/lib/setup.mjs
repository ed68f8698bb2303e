// @ts-check
/** What the stages need on the machine, how to see whether it is there, and how to get it. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { ensurePackages, ROOT } from './packages.mjs'
import { run, which } from './process.mjs'
import { secondsSince, show } from './report.mjs'

/**
 * @typedef {object} Outcome
 * @property {'present' | 'installed' | 'missing' | 'failed'} state `missing`: it is not ours to
 *   install here, and the stages that need it are skipped. `failed`: it should have worked.
 * @property {string} [message] What to do, in one line.
 * @property {string} [output] What the installer said.
 * @property {Record<string, string> | undefined} [env] What stages that need it get in their environment.
 */

/** @typedef {{ title: string, ensure: () => Promise<Outcome> }} Need */

/** @type {Outcome} */
const PRESENT = { state: 'present' }
const MINUTE = 60_000
const WASM_TARGET = 'wasm32-unknown-unknown'
const CHROMIUM_NAMES = ['chromium', 'chromium-browser', 'google-chrome']

// Where `cargo install` puts programs; a shell that was open before rustup came does not know it.
process.env.PATH += delimiter + join(process.env.CARGO_HOME ?? join(homedir(), '.cargo'), 'bin')

/**
 * Runs one installer after another.
 *
 * @param {string} message What to say where it does not work out.
 * @param {(readonly [string, ...string[]])[]} commands
 * @param {number} limitMs
 * @param {Record<string, string>} [env]
 * @returns {Promise<Outcome>}
 */
async function install(message, commands, limitMs, env) {
  let output = ''
  for (const [command, ...args] of commands) {
    const result = await run(command, args, { cwd: ROOT, limitMs, env })
    output += `$ ${command} ${args.join(' ')}\n${result.output}`
    if (!result.ok) return { state: 'failed', message, output }
  }
  return { state: 'installed' }
}

/** @param {string} folder @returns {Promise<Outcome>} */
async function npmPackages(folder) {
  const { ok, installed, output } = await ensurePackages(folder)
  if (!ok) return { state: 'failed', message: '`npm ci` failed', output }
  return installed ? { state: 'installed' } : PRESENT
}

/** @returns {Promise<Outcome>} */
async function rust() {
  if (!which('cargo')) {
    return {
      state: 'failed',
      message: 'Rust is missing: install the stable toolchain with rustup (see https://rustup.rs)',
    }
  }
  const help = 'rustup could not add the components; try `rustup component add rustfmt clippy`'
  const found = await Promise.all(['fmt', 'clippy'].map((name) => run('cargo', [name, '--version'], { cwd: ROOT })))
  if (found.every((one) => one.ok)) return PRESENT
  return install(help, [['rustup', 'component', 'add', 'rustfmt', 'clippy']], 10 * MINUTE)
}

/** @returns {Promise<Outcome>} */
async function wasmTarget() {
  const { output } = await run('rustc', ['--print', 'target-libdir', '--target', WASM_TARGET], { cwd: ROOT })
  const folder = output.trim()
  if (existsSync(folder) && readdirSync(folder).some((name) => name.startsWith('libstd'))) return PRESENT
  const help = `rustup could not add the target; try \`rustup target add ${WASM_TARGET}\``
  return install(help, [['rustup', 'target', 'add', WASM_TARGET]], 10 * MINUTE)
}

/** The version of wasm-bindgen in Cargo.toml; its test runner must be of the very same one. */
function wasmBindgenVersion() {
  const found = /^wasm-bindgen = "=([\d.]+)"$/m.exec(readFileSync(join(ROOT, 'Cargo.toml'), 'utf8'))
  if (!found?.[1]) throw new Error('Cargo.toml must pin wasm-bindgen: wasm-bindgen = "=x.y.z"')
  return found[1]
}

/** @returns {Promise<Outcome>} */
async function wasmBindgenTestRunner() {
  const name = 'wasm-bindgen-test-runner'
  const version = wasmBindgenVersion()
  /** Under this name cargo finds it. */
  const env = () => ({ CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER: which(name) ?? name })
  const present = which(name)
  if (present && (await run(present, ['--version'])).output.trim() === `${name} ${version}`) {
    return { ...PRESENT, env: env() }
  }
  const args = ['install', 'wasm-bindgen-cli', '--version', version, '--bin', name, '--force']
  const help = `could not be installed; try \`cargo ${args.join(' ')}\``
  return { ...(await install(help, [['cargo', ...args]], 20 * MINUTE)), env: env() }
}

/** @returns {Promise<Outcome>} */
async function llvmCov() {
  const tools = await run('rustup', ['component', 'add', 'llvm-tools'], { cwd: ROOT, limitMs: 10 * MINUTE })
  if (!tools.ok) return { state: 'failed', message: 'try `rustup component add llvm-tools`', output: tools.output }
  if (which('cargo-llvm-cov')) return PRESENT
  return install('try `cargo install cargo-llvm-cov`', [['cargo', 'install', 'cargo-llvm-cov']], 20 * MINUTE)
}

/**
 * A Debian package with a program in it. Installed where we may; elsewhere one line says
 * what to install.
 *
 * @param {string} pkg
 * @param {readonly string[]} programs Any of these will do.
 * @param {string} variable The environment variable that names it, and tells the tests where it is.
 * @returns {Promise<Outcome>}
 */
async function debianPackage(pkg, programs, variable) {
  /** @returns {Outcome | undefined} */
  const find = () => {
    const path = process.env[variable] ?? programs.map((name) => which(name)).find((found) => found !== undefined)
    return path === undefined ? undefined : { ...PRESENT, env: { [variable]: path } }
  }
  const present = find()
  if (present) return present
  const help = `install ${programs[0]} (Debian, Ubuntu: \`sudo apt-get install ${pkg}\`), or name its path in ${variable}`
  if (process.getuid?.() !== 0 || !which('apt-get')) return { state: 'missing', message: help }
  const installed = await aptInstall(pkg, help)
  return installed.state === 'installed' ? { ...installed, env: find()?.env } : installed
}

/**
 * Installs a Debian package; where that fails, once more with fresh package lists, which a
 * new machine does not have at all.
 *
 * @param {string} pkg
 * @param {string} help
 */
async function aptInstall(pkg, help) {
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  const aptGet = /** @type {const} */ (['apt-get', '-qq', '-o', 'DPkg::Lock::Timeout=120'])
  /** @type {readonly [string, ...string[]]} */
  const add = [...aptGet, 'install', '-y', '--no-install-recommends', pkg]
  const first = await install(help, [add], 10 * MINUTE, env)
  return first.state === 'installed' ? first : install(help, [[...aptGet, 'update'], add], 10 * MINUTE, env)
}

/** @satisfies {Record<string, Need>} */
export const NEEDS = {
  npm: { title: 'npm packages', ensure: () => npmPackages(ROOT) },
  bench: { title: 'npm packages of bench/', ensure: () => npmPackages(join(ROOT, 'bench')) },
  rust: { title: 'Rust, rustfmt, clippy', ensure: rust },
  wasm: { title: `Rust's target ${WASM_TARGET}`, ensure: wasmTarget },
  runner: { title: 'wasm-bindgen-test-runner', ensure: wasmBindgenTestRunner },
  llvmCov: { title: 'cargo-llvm-cov', ensure: llvmCov },
  redis: { title: 'redis-server', ensure: () => debianPackage('redis-server', ['redis-server'], 'REDIS_SERVER') },
  chromium: { title: 'chromium', ensure: () => debianPackage('chromium', CHROMIUM_NAMES, 'CHROMIUM') },
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
