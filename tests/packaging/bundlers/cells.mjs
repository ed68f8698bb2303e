// @ts-check
/** The other bundlers. */

import { built, OWN } from '../web/parts.mjs'

const BUNDLERS = [
  { bundler: 'webpack', title: 'webpack' },
  { bundler: 'rollup', title: 'Rollup' },
  { bundler: 'rolldown', title: 'Rolldown' },
  { bundler: 'parcel', title: 'Parcel', bundlerPackage: '@parcel/core' },
]

/** @type {import('../../../scripts/lib/cells.mjs').Group} */
export const bundlers = {
  id: 'bundlers',
  title: 'Bundlers',
  own: OWN,
  shares: ['web'],
  cells: BUNDLERS.flatMap(({ bundler, ...more }) => [
    built(bundler, 'chromium', more),
    built(bundler, 'firefox', more),
  ]),
}
