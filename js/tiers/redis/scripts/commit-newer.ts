import { IF_NEWER } from './exchange-newer.ts'
import { exchangeScript } from './script.ts'

/**
 * Stores all values, each where there is none or one with an older stamp; or none of them, where
 * that does not hold for all.
 *
 * The race it closes: a process that stands still for a while between reading what it needs for a
 * transaction and sending it would put its values over those that others wrote meanwhile, under
 * stamps that are older: and then even what is replayed from before these would count as newer.
 */
export const commitNewer = exchangeScript(IF_NEWER, true)
