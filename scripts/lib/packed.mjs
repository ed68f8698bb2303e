// @ts-check
/** The package as people install it: packed by `npm pack`, and unpacked in a folder outside of the repository. */

import { createHash } from 'node:crypto'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join, relative, sep } from 'node:path'
import { ROOT } from './packages.mjs'
import { run } from './process.mjs'

const LIMIT_MS = 2 * 60_000

/** Files that say something and do nothing: a change of them changes no runtime. */
const PROSE = /\.md$|^LICENSE$/

/**
 * Packs the package as it is, with the dist/ that is there.
 *
 * @param {string} folder Where the tarball goes; it is unpacked beside it.
 * @returns {Promise<{ tarball: string, unpacked: string, hash: string }>} `hash` is of what runs: prose does not count.
 */
export async function packPackage(folder) {
  const args = ['pack', '--ignore-scripts', '--loglevel=error', '--pack-destination', folder]
  await must('npm', args, ROOT)
  const name = readdirSync(folder).find((file) => file.endsWith('.tgz'))
  if (name === undefined) throw new Error('npm pack made no tarball')
  const unpacked = join(folder, 'package')
  await must('tar', ['-xzf', join(folder, name), '-C', folder], folder)
  return { tarball: join(folder, name), unpacked, hash: hashOf(unpacked, (path) => !PROSE.test(path)) }
}

/**
 * Makes a project that has the package installed, and other packages beside it.
 *
 * @param {string} folder
 * @param {object} from
 * @param {string} from.unpacked The unpacked package.
 * @param {Record<string, unknown>} [from.manifest] What its package.json says beside that it is private.
 * @param {string} [from.packages] A `node_modules` whose packages the project is to have too.
 * @param {boolean} [from.copied] Whether these are copied rather than linked to, for tools that follow no links.
 * @param {readonly string[]} [from.own] Of the repository's own development packages, these.
 * @param {readonly string[]} [from.sources] Folders whose files the project begins with.
 */
export function makeProject(folder, { unpacked, manifest = {}, packages, copied = false, own = [], sources = [] }) {
  const modules = join(folder, 'node_modules')
  mkdirSync(modules, { recursive: true })
  writeFileSync(join(folder, 'package.json'), JSON.stringify({ private: true, ...manifest }))
  // Tools that follow no links look for packages no further up than to a lock file.
  if (copied) writeFileSync(join(folder, 'package-lock.json'), '{ "lockfileVersion": 3, "packages": {} }')
  if (packages !== undefined && existsSync(packages)) {
    if (copied) cpSync(packages, modules, { recursive: true, verbatimSymlinks: true })
    else for (const name of packageNames(packages)) link(join(packages, name), join(modules, name))
  }
  for (const name of own) {
    const [from, to] = [join(ROOT, 'node_modules', name), join(modules, name)]
    if (copied) cpSync(from, to, { recursive: true, verbatimSymlinks: true })
    else link(from, to)
  }
  cpSync(unpacked, join(modules, 'omnicache'), { recursive: true })
  for (const source of sources) cpSync(source, folder, { recursive: true, filter: isProgram })
}

/** What of a group's folder is no program of a project. @param {string} path */
const isProgram = (path) => !/[/\\](node_modules|package(-lock)?\.json|\.npmrc|cells\.mjs)$/.test(path)

/** The packages in a `node_modules`. @param {string} folder */
function packageNames(folder) {
  return readdirSync(folder).flatMap((name) => {
    if (name.startsWith('.')) return []
    return name.startsWith('@') ? readdirSync(join(folder, name)).map((inner) => `${name}/${inner}`) : [name]
  })
}

/** @param {string} target @param {string} path */
function link(target, path) {
  if (existsSync(path)) return
  mkdirSync(dirname(path), { recursive: true })
  symlinkSync(target, path, 'junction')
}

/**
 * A hash over the names and contents of all files of a folder.
 *
 * @param {string} folder
 * @param {(path: string) => boolean} [counts] By the path in the folder, with forward slashes.
 */
export function hashOf(folder, counts = () => true) {
  const hash = createHash('sha256')
  for (const path of filesOf(folder)) {
    const name = relative(folder, path).split(sep).join('/')
    if (!counts(name)) continue
    const bytes = readFileSync(path)
    hash.update(`${name}\0${bytes.length}\0`).update(bytes)
  }
  return hash.digest('hex')
}

/** @param {string} folder @returns {string[]} */
function filesOf(folder) {
  if (statSync(folder).isFile()) return [folder]
  return readdirSync(folder)
    .filter((name) => name !== 'node_modules')
    .sort()
    .flatMap((name) => filesOf(join(folder, name)))
}

/** @param {string} command @param {readonly string[]} args @param {string} cwd */
async function must(command, args, cwd) {
  const { ok, output } = await run(command, args, { cwd, limitMs: LIMIT_MS })
  if (!ok) throw new Error(`${command} ${args.join(' ')}\n${output}`)
}
