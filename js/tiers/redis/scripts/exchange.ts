import { READ_HEAD, STORE, script } from './script.ts'

/**
 * Stores a value and tells what it replaced.
 *
 * The race it closes: a GET and a SET let another process write or delete between them, so
 * that two deletes of one key would both answer "it was there". Inside a script nothing can
 * come between. And unlike SET … GET it answers one small number, never the old value.
 */
export const exchange = script(READ_HEAD + STORE)
