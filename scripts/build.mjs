// `npm run build`: the Rust core → pkg/ (wasm + glue), then the TypeScript layer → dist/.
//   --check   only says whether pkg/ was built from the Rust sources as they are (no toolchain needed)
//   --dist    only builds dist/ (no Rust needed)
//   --pkg     only builds pkg/
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { homedir } from 'node:os'
import { dirname, join, relative, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { makeGlue, makeGlueTypes } from './build-glue.mjs'
import { COMPACT, optimise, TARGET, TIGHT, targetOf } from './lib/wasm.mjs'

const root = dirname(dirname(fileURLToPath(import.meta.url)))
const pkg = join(root, 'pkg')
const target = targetOf()

/** The core, and what of it a cache in memory needs: `omnicache/memory` has that in its place, under the same types. */
const FORMS = [
  { name: 'core', prefix: '', features: [], typed: true },
  { name: 'memory', prefix: 'memory-', features: ['--no-default-features'], typed: false },
]

/** What runtimes that import WebAssembly answer. */
const WASM_TYPES = 'declare const module: WebAssembly.Module\nexport default module\n'

/** Files that only tests are made from. */
const TESTS = /[/\\]tests([/\\]|\.rs$)/

const FLAGS = ['--check', '--dist', '--pkg']
const flags = new Set(process.argv.slice(2))
const unknown = [...flags].find((flag) => !FLAGS.includes(flag))
if (unknown !== undefined) {
  console.error(`There is no flag '${unknown}'; there are ${FLAGS.join(', ')}.`)
  process.exit(2)
}
if (flags.has('--check')) process.exit(check() ? 0 : 1)
if (!flags.has('--dist')) buildPkg()
if (!flags.has('--pkg')) buildDist()

function buildPkg() {
  const made = FORMS.map(buildForm)
  mkdirSync(pkg, { recursive: true })
  for (const name of readdirSync(pkg)) rmSync(join(pkg, name), { recursive: true })
  for (const files of made) {
    for (const [name, content] of Object.entries(files)) writeFileSync(join(pkg, name), content)
  }
  writeFileSync(join(pkg, 'stamp.json'), `${JSON.stringify({ sources: hashSources(), files: hashPkg() }, null, 2)}\n`)
}

/** Builds one form of the core; answers what of it belongs into pkg/. */
function buildForm({ name, prefix, features, typed }) {
  const out = join(target, 'omnicache-pkg', name)
  rmSync(out, { recursive: true, force: true })
  run('cargo', ['build', '--release', '--locked', '--target', TARGET, '-p', 'omnicache-core', '--lib', ...features], {
    CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS: [...remapped(), ...COMPACT, ...TIGHT].join(' '),
  })
  const raw = join(target, TARGET, 'release', 'omnicache_core.wasm')
  run('cargo', ['run', '--release', '--locked', '-q', '-p', 'xtask', '--', raw, out])
  run(...optimise(join(out, 'core_bg.wasm'), join(out, 'core.wasm')))
  const wasm = readFileSync(join(out, 'core.wasm'))
  const { classes, code } = makeGlue(readFileSync(join(out, 'core_bg.js'), 'utf8'))
  console.log(`pkg/${name}.wasm: ${wasm.length} bytes`)
  return {
    [`${name}.wasm`]: wasm,
    [`${prefix}glue.js`]: code,
    ...(typed && {
      'inline.js': `export const base64 =\n  '${wasm.toString('base64')}'\n`,
      'glue.d.ts': makeGlueTypes(readFileSync(join(out, 'core.d.ts'), 'utf8'), classes),
      'inline.d.ts': '/** The core, `core.wasm`, in base64. */\nexport const base64: string\n',
    }),
  }
}

/** Panics tell where they happened: by names that are the same on every machine. */
function remapped() {
  const sources = join(process.env.CARGO_HOME ?? join(homedir(), '.cargo'), 'registry', 'src')
  const registries = existsSync(sources) ? readdirSync(sources) : []
  return registries.map((name) => `--remap-path-prefix=${join(sources, name)}=crates`)
}

function buildDist() {
  run(process.execPath, [join(root, 'node_modules', 'tsdown', 'dist', 'run.mjs')])
  const dist = join(root, 'dist')
  for (const name of readdirSync(pkg).filter((file) => file.endsWith('.wasm'))) {
    copyFileSync(join(pkg, name), join(dist, name))
  }
  writeFileSync(join(dist, 'core.wasm.d.ts'), WASM_TYPES)
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
    'scripts/lib/wasm.mjs',
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
