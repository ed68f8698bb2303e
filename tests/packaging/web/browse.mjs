/**
 * Does something with a built site in a browser: `node browse.mjs <scenario> <browser> <folder or address>`; or
 * tells which browser there is: `node browse.mjs version <browser>`.
 */

import { BROWSERS } from './browsers/index.mjs'
import { SCENARIOS } from './scenarios.mjs'

const [scenario, browser, site] = process.argv.slice(2)
if (scenario === 'version') await tellVersion(BROWSERS[browser])
else await SCENARIOS[scenario](BROWSERS[browser], site)
console.log('ok')

/** @param {import('./browsers/index.mjs').Kind} kind */
async function tellVersion(kind) {
  const { version, close } = await kind.launch()
  console.log(version)
  await close()
}
