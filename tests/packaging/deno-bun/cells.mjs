// @ts-check
/** Deno and Bun. */

import { join } from 'node:path'

/** @typedef {import('../../../scripts/lib/cells.mjs').Bench} Bench */
/** @typedef {import('../../../scripts/lib/cells.mjs').Cell} Cell */

const DENO = '@deno/linux-x64-glibc/deno'
const BUN = '@oven/bun-linux-x64-baseline/bin/bun'

/** @param {Bench} t */
const denoVersion = async (t) => {
  const deno = t.installed(DENO)
  return deno && /deno (\S+)/.exec(await t.exec(deno, ['--version']))?.[1]
}

/** @param {Bench} t */
const bunVersion = async (t) => {
  const bun = t.installed(BUN)
  return bun && (await t.exec(bun, ['--version']))
}

/** Deno asks nobody, and downloads nothing; without an `--allow-…` it may do nothing either. */
const RUN = ['run', '--no-prompt', '--cached-only', '--no-lock']

/** @param {string} id @param {string} what @param {readonly string[]} args @returns {Cell} */
const inDeno = (id, what, args) => ({
  id,
  runtime: 'Deno',
  what,
  version: denoVersion,
  run: (t) => t.check(t.program(DENO), [...RUN, ...args], { env: { DENO_DIR: join(t.folder, 'deno') } }),
})

/** @param {string} id @param {string} what @param {readonly string[]} args @returns {Cell} */
const inBun = (id, what, args) => ({
  id,
  runtime: 'Bun',
  what,
  version: bunVersion,
  run: (t) => t.check(t.program(BUN), args),
})

/** @type {Cell} */
const compiled = {
  id: 'bun-compile',
  runtime: 'Bun',
  what: 'one program of it all, by `bun build --compile`, in an empty folder',
  version: bunVersion,
  run: async (t) => {
    const program = join(t.folder, 'program')
    await t.exec(t.program(BUN), ['build', '--compile', `--outfile=${program}`, 'esm.mjs'])
    await t.check(program, [], { cwd: t.folder })
  },
}

/** @type {import('../../../scripts/lib/cells.mjs').Group} */
export const denoBun = {
  id: 'deno-bun',
  title: 'Deno, Bun',
  places: ['tests/runtimes'],
  cells: [
    inDeno('deno', 'ES modules, without any permission', ['esm.mjs']),
    inDeno('deno-cjs', 'CommonJS; `require` needs `--allow-read` there', ['--allow-read', 'cjs.cjs']),
    inDeno('deno-refusals', 'what cannot work there says what can', ['refusals.mjs']),
    inBun('bun-esm', 'ES modules', ['esm.mjs']),
    inBun('bun-cjs', 'CommonJS', ['cjs.cjs']),
    inBun('bun-refusals', 'what cannot work there says what can', ['refusals.mjs']),
    compiled,
  ],
}
