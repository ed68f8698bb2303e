// @ts-check
/** Next, with both of its bundlers. */

import { command, NEEDS, versions } from '../web/parts.mjs'

/**
 * The example, as it is written or as it is built.
 *
 * @param {string} id
 * @param {'dev' | 'built'} way
 * @param {'turbopack' | 'webpack'} bundler
 * @param {string} what
 * @returns {import('../../../scripts/lib/cells.mjs').Cell}
 */
const example = (id, way, bundler, what) => ({
  id,
  runtime: 'Chromium',
  what: `the example [next](../examples/next), ${what}: a route in Node, one in the edge runtime, the page`,
  needs: NEEDS.chromium,
  full: true,
  version: (t) => versions(t, 'chromium', ['next']),
  run: async (t) => {
    const folder = t.example('next', [])
    command(t, folder, 'next', 'next/dist/bin/next')
    await t.check(process.execPath, ['example.mjs', folder, way, bundler], { limitMs: 8 * 60_000 })
  },
})

/** @type {import('../../../scripts/lib/cells.mjs').Group} */
export const next = {
  id: 'next',
  title: 'Next',
  shares: ['web'],
  copied: true,
  own: ['idb', 'playwright-core'],
  examples: ['next'],
  cells: [
    example('example-next', 'dev', 'turbopack', 'by its one command'),
    example('next-turbopack', 'built', 'turbopack', 'built by Turbopack'),
    example('next-webpack', 'built', 'webpack', 'built by webpack'),
  ],
}
