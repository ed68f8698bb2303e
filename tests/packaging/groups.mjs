// @ts-check
/** The groups of cells, in the order of docs/runtimes.md. */

import { bundlers } from './bundlers/cells.mjs'
import { denoBun } from './deno-bun/cells.mjs'
import { next } from './next/cells.mjs'
import { node } from './node/cells.mjs'
import { web } from './web/cells.mjs'
import { workers } from './workers/cells.mjs'

/** @type {readonly import('../../scripts/lib/cells.mjs').Group[]} */
export const GROUPS = [node, denoBun, workers, web, bundlers, next]
