// @ts-check
/** The cells of docs/runtimes.md: what a cell is, and running one. */

import { cpSync, existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ROOT } from './packages.mjs'
import { run } from './process.mjs'

/**
 * One thing that people do with the package, in one runtime: a program that ends with an error
 * where something is wrong.
 *
 * @typedef {object} Cell
 * @property {string} id What `--only` calls it; no other cell of any group has it.
 * @property {string} runtime Where it runs, without its version.
 * @property {string} what What it does, in a few words.
 * @property {readonly import('./setup.mjs').NeedName[]} [needs] What of the system it takes; installed where we may.
 * @property {true} [full] It takes long: only `npm run test:packaging:full` runs it.
 * @property {(t: Bench) => Promise<string | undefined> | string | undefined} version Of the runtime; `undefined` where this machine has none.
 * @property {(t: Bench) => Promise<void>} run Throws where something is wrong.
 */

/**
 * Cells that share a lock file and a folder of programs, which is the folder that the group's
 * `cells.mjs` is in.
 *
 * @typedef {object} Group
 * @property {string} id The name of its folder in tests/packaging/.
 * @property {string} title
 * @property {true} [copied] Its packages are copied into the project rather than linked to.
 * @property {readonly string[]} [own] Of the repository's own development packages it needs these.
 * @property {readonly string[]} [shares] Other groups whose programs it has too.
 * @property {readonly string[]} [places] Where else programs are, seen from the repository: folders with a lock file of their own.
 * @property {readonly string[]} [examples] The folders of examples/ that its cells run.
 * @property {readonly Cell[]} cells
 */

const LIMIT_MS = 3 * 60_000

/** What a cell works with: a project outside of the repository that has the package installed. */
export class Bench {
  /** The project's folder. A cell changes nothing in it. */
  project
  /** A folder in it, for this cell alone. */
  folder
  #places

  /**
   * @param {string} project
   * @param {string} cell
   * @param {readonly string[]} places Every `node_modules` that programs may be in.
   */
  constructor(project, cell, places) {
    this.project = project
    this.folder = join(project, cell)
    this.#places = places
  }

  /**
   * A file of an installed package, such as its program; `undefined` where it is not installed.
   *
   * @param {string} path `<package>/<file>`
   */
  installed(path) {
    return this.#places.map((place) => join(place, path)).find((file) => existsSync(file))
  }

  /** As `installed`, where it must be. @param {string} path */
  program(path) {
    const found = this.installed(path)
    if (found === undefined) throw new Error(`${path} is not installed`)
    return found
  }

  /**
   * Writes a file into the cell's folder.
   *
   * @param {string} name @param {string} text
   */
  write(name, text) {
    const path = join(this.folder, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    return path
  }

  /**
   * Copies an example, with packages that it needs beside `omnicache`, and answers its folder.
   *
   * @param {string} name Of a folder in examples/.
   * @param {readonly string[]} packages
   */
  example(name, packages) {
    const folder = join(this.folder, name)
    cpSync(join(ROOT, 'examples', name), folder, { recursive: true, filter: (path) => !path.endsWith('node_modules') })
    // A copy, so that it finds the packages beside it.
    cpSync(join(this.project, 'node_modules', 'omnicache'), join(folder, 'node_modules', 'omnicache'), {
      recursive: true,
    })
    for (const one of packages) {
      const link = join(folder, 'node_modules', one)
      mkdirSync(dirname(link), { recursive: true })
      symlinkSync(dirname(this.program(`${one}/package.json`)), link, 'junction')
    }
    return folder
  }

  /**
   * Runs a command to its end; answers what it printed.
   *
   * @param {string} command
   * @param {readonly string[]} args
   * @param {{ cwd?: string, env?: Record<string, string>, limitMs?: number }} [options]
   * @throws Where it fails or does not end.
   */
  async exec(command, args, { cwd = this.project, env = {}, limitMs = LIMIT_MS } = {}) {
    const settings = { NODE_OPTIONS: '', NODE_NO_WARNINGS: '1', NO_COLOR: '1', FORCE_COLOR: '0', ...env }
    const { ok, code, output, timedOut } = await run(command, args, { cwd, env: settings, limitMs })
    if (!ok) throw new Error(`${output}\n${timedOut ? 'it did not end' : `it ended with ${code}`}`)
    return output
  }

  /**
   * Runs a program that is to print `ok` as its last line: so nobody takes one that never came to
   * its checks for one that passed them.
   *
   * @param {string} command
   * @param {readonly string[]} args
   * @param {Parameters<Bench['exec']>[2]} [options]
   */
  async check(command, args, options) {
    const output = await this.exec(command, args, options)
    if (output.trimEnd().split('\n').at(-1) !== 'ok') throw new Error(`it did not say that all is well:\n${output}`)
  }
}
