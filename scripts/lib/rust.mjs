// @ts-check
/** The Rust toolchain and its tools: those that rustup has, and those that cargo builds. */

import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { homedir } from 'node:os'
import { delimiter, join } from 'node:path'
import { aptInstall, install, mayUseApt, PRESENT } from './install.mjs'
import { ROOT } from './packages.mjs'
import { run, which } from './process.mjs'

/** @typedef {import('./install.mjs').Outcome} Outcome */

export const WASM_TARGET = 'wasm32-unknown-unknown'
/** Building a tool takes some minutes on two cores. */
const BUILD_LIMIT_MS = 20 * 60_000

// Where `cargo install` puts programs; a shell that was open before rustup came does not know it.
process.env.PATH += delimiter + join(process.env.CARGO_HOME ?? join(homedir(), '.cargo'), 'bin')

/** @returns {Promise<Outcome>} */
export async function rust() {
  if (!which('cargo')) {
    return { state: 'failed', message: 'install the stable toolchain with rustup (https://rustup.rs)' }
  }
  const found = await Promise.all(['fmt', 'clippy'].map((name) => run('cargo', [name, '--version'], { cwd: ROOT })))
  if (found.every((one) => one.ok)) return PRESENT
  return install('try `rustup component add rustfmt clippy`', [['rustup', 'component', 'add', 'rustfmt', 'clippy']])
}

/**
 * The standard library of WebAssembly: rustup's, or where rustup cannot reach its server, and
 * we may, one that Debian's compiler makes from its sources.
 *
 * @returns {Promise<Outcome>}
 */
export async function wasmTarget() {
  const { output } = await run('rustc', ['--print', 'target-libdir', '--target', WASM_TARGET], { cwd: ROOT })
  const folder = output.trim()
  if (existsSync(folder) && readdirSync(folder).some((name) => name.startsWith('libstd'))) return PRESENT
  const message = `try \`rustup target add ${WASM_TARGET}\``
  const added = await install(message, [['rustup', 'target', 'add', WASM_TARGET]])
  return added.state === 'failed' && mayUseApt() ? debianToolchain(message) : added
}

/**
 * Debian's compiler beside rustup's, for those commands that get this environment.
 *
 * @param {string} message
 * @returns {Promise<Outcome>}
 */
async function debianToolchain(message) {
  const packages = ['rustc-web', 'cargo-web', 'rust-web-clippy', 'rust-web-src', 'rust-web-llvm', 'lld-22']
  const installed = await aptInstall(message, packages)
  if (installed.state === 'failed') return installed
  const bin = join(ROOT, 'target', 'debian-rust')
  rmSync(bin, { recursive: true, force: true })
  mkdirSync(bin, { recursive: true })
  for (const name of ['cargo', 'cargo-clippy', 'clippy-driver', 'rustc', 'rustdoc', 'rust-lld']) {
    symlinkSync(join('/usr/bin', name), join(bin, name))
  }
  const env = {
    PATH: bin + delimiter + process.env.PATH,
    RUSTC_BOOTSTRAP: '1',
    RUSTFLAGS: '-Cembed-bitcode=yes',
    CARGO_UNSTABLE_BUILD_STD: 'std,panic_abort',
    CARGO_TARGET_DIR: join(process.env.CARGO_TARGET_DIR ?? join(ROOT, 'target'), 'debian'),
  }
  return { ...installed, env }
}

/** The version of wasm-bindgen in Cargo.toml; its test runner must be of the very same one. */
function wasmBindgenVersion() {
  const found = /^wasm-bindgen = "=([\d.]+)"$/m.exec(readFileSync(join(ROOT, 'Cargo.toml'), 'utf8'))
  if (!found?.[1]) throw new Error('Cargo.toml must pin wasm-bindgen: wasm-bindgen = "=x.y.z"')
  return found[1]
}

/** @returns {Promise<Outcome>} */
export async function wasmBindgenTestRunner() {
  const name = 'wasm-bindgen-test-runner'
  const version = wasmBindgenVersion()
  /** Under this name cargo finds it. */
  const env = { CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER: name }
  const { output } = await run(name, ['--version'])
  if (output.trim() === `${name} ${version}`) return { ...PRESENT, env }
  const args = ['install', 'wasm-bindgen-cli', '--version', version, '--bin', name, '--force']
  const limitMs = BUILD_LIMIT_MS
  return { ...(await install(`try \`cargo ${args.join(' ')}\``, [['cargo', ...args]], { limitMs })), env }
}

/** Building it takes minutes, so it is not ours to install. @returns {Promise<Outcome>} */
export async function cargoDeny() {
  const { ok } = await run('cargo', ['deny', '--version'], { cwd: ROOT })
  return ok ? PRESENT : { state: 'missing', message: 'try `cargo install --locked cargo-deny`' }
}

/** Nightly Rust is not ours to install, and cargo-fuzz is of no use without it. @returns {Promise<Outcome>} */
export async function cargoFuzz() {
  const { ok } = await run('cargo', ['+nightly', 'fuzz', '--version'], { cwd: ROOT })
  const message = 'try `rustup toolchain install nightly`, and `cargo install --locked cargo-fuzz`'
  return ok ? PRESENT : { state: 'missing', message }
}

/** @returns {Promise<Outcome>} */
export async function llvmCov() {
  const tools = await install('try `rustup component add llvm-tools`', [['rustup', 'component', 'add', 'llvm-tools']])
  if (tools.state === 'failed') return tools
  if (which('cargo-llvm-cov')) return PRESENT
  const limitMs = BUILD_LIMIT_MS
  return install('try `cargo install cargo-llvm-cov`', [['cargo', 'install', 'cargo-llvm-cov']], { limitMs })
}
