/**
 * Runs before each test file. Property tests draw the same examples every time, so that a
 * failure comes back, and a change is not blamed for what it did not do.
 *
 *   FC_SEED=random npx vitest run --project unit    draws new ones; a failure tells its seed
 *   FC_SEED=123 npx vitest run --project unit       draws those of a seed
 */

import fc from 'fast-check'

const USUAL = 20_261_122

const wanted = process.env.FC_SEED || String(USUAL)
if (wanted !== 'random' && !/^-?\d+$/.test(wanted)) {
  throw new Error(`FC_SEED is ${JSON.stringify(wanted)}; it may be 'random' or a whole number`)
}
if (wanted !== 'random') fc.configureGlobal({ seed: Number(wanted) })
