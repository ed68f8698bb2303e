// @ts-check
/** The groups of cells, in the order of docs/runtimes.md. */

import { denoBun } from './deno-bun/cells.mjs'
import { node } from './node/cells.mjs'
import { workers } from './workers/cells.mjs'

/** @type {readonly import('../../scripts/lib/cells.mjs').Group[]} */
export const GROUPS = [node, denoBun, workers]
