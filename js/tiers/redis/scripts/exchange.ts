import { exchangeScript } from './script.ts'

/**
 * Stores values and tells what they replaced.
 *
 * The race it closes: a GET and a SET let another process write or delete between them, so
 * that two deletes of one key would both answer "it was there". Inside a script nothing can
 * come between. And unlike SET … GET it answers one digit, never the old value.
 */
export const exchange = exchangeScript('')
