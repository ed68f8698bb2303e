// `npm run build`: the Rust core → pkg/ (wasm + glue), then the TypeScript layer → dist/.
//   --check   only says whether pkg/ was built from the Rust sources as they are (no toolchain needed)
//   --dist    only builds dist/ (no Rust needed)
//   --pkg     only builds pkg/
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeGlue, makeGlueTypes } from './build-glue.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const pkg = join(root, 'pkg')
const target = process.env.CARGO_TARGET_DIR ?? join(root, 'target')

/** The WebAssembly features that rustc's target turns on: named one by one, since every runtime loads these. */
const FEATURES = [
  'bulk-memory',
  'bulk-memory-opt',
  'multivalue',
  'mutable-globals',
  'nontrapping-float-to-int',
  'reference-types',
  'sign-ext',
]

/** Files that only tests are made from. */
const TESTS = /[/\\]tests([/\\]|\.rs$)/

const flags = new Set(process.argv.slice(2))
if (flags.has('--check')) process.exit(check() ? 0 : 1)
if (!flags.has('--dist')) buildPkg()
if (!flags.has('--pkg')) buildDist()

function buildPkg() {
  const out = join(target, 'omnicache-pkg')
  rmSync(out, { recursive: true, force: true })
  run(
    'cargo',
    ['build', '--release', '--locked', '--target', 'wasm32-unknown-unknown', '-p', 'omnicache-core', '--lib'],
    { CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS: remapped().join(' ') },
  )
  const raw = join(target, 'wasm32-unknown-unknown', 'release', 'omnicache_core.wasm')
  run('cargo', ['run', '--release', '--locked', '-q', '-p', 'xtask', '--', raw, out])
  mkdirSync(pkg, { recursive: true })
  for (const name of readdirSync(pkg)) rmSync(join(pkg, name), { recursive: true })
  run(process.execPath, [
    join(root, 'node_modules', 'binaryen', 'bin', 'wasm-opt'),
    join(out, 'core_bg.wasm'),
    '-O4',
    '--mvp-features',
    ...FEATURES.map((feature) => `--enable-${feature}`),
    '-o',
    join(pkg, 'core.wasm'),
  ])
  const wasm = readFileSync(join(pkg, 'core.wasm'))
  const { classes, code } = makeGlue(readFileSync(join(out, 'core_bg.js'), 'utf8'))
  writeFileSync(join(pkg, 'glue.js'), code)
  writeFileSync(join(pkg, 'glue.d.ts'), makeGlueTypes(readFileSync(join(out, 'core.d.ts'), 'utf8'), classes))
  writeFileSync(join(pkg, 'inline.js'), `export const base64 =\n  '${wasm.toString('base64')}'\n`)
  writeFileSync(join(pkg, 'inline.d.ts'), '/** The core, `core.wasm`, in base64. */\nexport const base64: string\n')
  writeFileSync(join(pkg, 'stamp.json'), `${JSON.stringify({ sources: hashSources(), files: hashPkg() }, null, 2)}\n`)
  console.log(`pkg/core.wasm: ${wasm.length} bytes`)
}

/** Panics tell where they happened: by names that are the same on every machine. */
function remapped() {
  const sources = join(process.env.CARGO_HOME ?? join(homedir(), '.cargo'), 'registry', 'src')
  const registries = existsSync(sources) ? readdirSync(sources) : []
  return registries.map((name) => `--remap-path-prefix=${join(sources, name)}=crates`)
}

function buildDist() {
  run(process.execPath, [join(root, 'node_modules', 'tsdown', 'dist', 'run.mjs')])
}

function check() {
  const stamp = existsSync(join(pkg, 'stamp.json')) ? JSON.parse(readFileSync(join(pkg, 'stamp.json'), 'utf8')) : {}
  if (stamp.sources !== hashSources()) {
    console.error(
      'pkg/ is stale: it was not built from the Rust sources as they are. Run `npm run build` and commit pkg/.',
    )
    return false
  }
  if (stamp.files !== hashPkg()) {
    console.error('pkg/ was changed by hand. Run `npm run build` and commit pkg/.')
    return false
  }
  console.log('pkg/ matches the Rust sources')
  return true
}

/** A hash over everything that the core is made from. */
function hashSources() {
  const files = [
    'Cargo.toml',
    'Cargo.lock',
    'scripts/build-glue.mjs',
    'xtask/src/main.rs',
    ...walk(join(root, 'src'))
      .map((file) => relative(root, file))
      .filter((file) => !TESTS.test(file)),
  ]
  return hash(files.map((file) => [file.split(sep).join('/'), readFileSync(join(root, file))]))
}

function hashPkg() {
  return hash(
    readdirSync(pkg)
      .filter((name) => name !== 'stamp.json')
      .sort()
      .map((name) => [name, readFileSync(join(pkg, name))]),
  )
}

function hash(entries) {
  const sum = createHash('sha256')
  for (const [name, bytes] of entries) sum.update(`${name}\0${bytes.length}\0`).update(bytes)
  return sum.digest('hex')
}

function walk(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => (entry.isDirectory() ? walk(join(folder, entry.name)) : [join(folder, entry.name)]))
}

function run(command, args, env = {}) {
  execFileSync(command, args, { cwd: root, env: { ...process.env, ...env }, stdio: ['ignore', 'inherit', 'inherit'] })
}
