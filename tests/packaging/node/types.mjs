// @ts-check
/** TypeScript compiles what consumers write, as ES modules and as CommonJS. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** @typedef {import('../../../scripts/lib/cells.mjs').Cell} Cell */

/** How a project may find packages. @type {Record<string, object>} */
const RESOLUTIONS = {
  nodenext: { module: 'NodeNext' },
  bundler: { module: 'ESNext', moduleResolution: 'Bundler' },
}

/** Each checks all declarations of the package too, without Node's types and without `skipLibCheck`. */
const OPTIONS = {
  strict: true,
  exactOptionalPropertyTypes: true,
  noEmit: true,
  skipLibCheck: false,
  target: 'ES2022',
  lib: ['ES2023', 'DOM', 'ESNext.Disposable'],
  types: [],
}

/** @param {string} name @param {string} folder The folder of the compiler's package. @returns {Cell} */
const compiledBy = (name, folder) => ({
  id: `types-${name}`,
  runtime: 'TypeScript',
  what: 'types for ES modules and CommonJS, resolved as Node and as bundlers do',
  version: (t) => {
    const manifest = t.installed(`${folder}/package.json`)
    return manifest && JSON.parse(readFileSync(manifest, 'utf8')).version
  },
  run: async (t) => {
    const source = readFileSync(join(t.project, 'consumer', 'typed.ts'), 'utf8')
    for (const [resolution, settings] of Object.entries(RESOLUTIONS)) {
      t.write(`${resolution}/typed.mts`, source)
      t.write(`${resolution}/typed.cts`, source)
      const config = { compilerOptions: { ...OPTIONS, ...settings }, include: ['*.mts', '*.cts'] }
      const path = t.write(`${resolution}/tsconfig.json`, JSON.stringify(config))
      await t.exec(process.execPath, [t.program(`${folder}/lib/tsc.js`), '-p', path])
    }
  },
})

/** @type {readonly Cell[]} */
export const typeCells = [
  compiledBy('5.4', 'typescript54'),
  compiledBy('5.9', 'typescript59'),
  compiledBy('6', 'typescript'),
]
