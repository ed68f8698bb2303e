import { parseArgs } from 'node:util'
import { SIZES, type SizeName, USUAL } from './sizes.ts'

export const HELP = `Usage
  npm run bench                    measure everything (about 10 minutes), and write bench/results.md
  npm run bench -- --only NAME     one work, or all whose name begins so; repeatable
  npm run bench -- --size SIZE     only at ${Object.keys(SIZES).join(', ')} entries; repeatable
  npm run bench -- --quick         fewer entries and rounds: a first impression, not to be quoted
  npm run bench -- --json          the samples of every round as JSON on stdout, the tables on stderr`

/** What the command line asks for. */
export interface Options {
  /** Names, or how they begin; all if there is none. */
  readonly only: readonly string[]
  readonly sizes: readonly SizeName[]
  readonly quick: boolean
  readonly json: boolean
}

/** `undefined` where help is asked for. */
export function readArgs(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', short: 'h' },
      only: { type: 'string', multiple: true },
      size: { type: 'string', multiple: true },
      quick: { type: 'boolean' },
      json: { type: 'boolean' },
    },
  })
  const { help = false, only = [], size, quick = false, json = false } = values
  if (help) return undefined
  if (quick && size !== undefined) throw new Error('--quick has a size of its own: leave --size out')
  const all = Object.keys(SIZES) as SizeName[]
  const unknown = size?.find((name) => !Object.hasOwn(SIZES, name))
  if (unknown !== undefined) throw new Error(`--size takes ${all.join(', ')}, not ${unknown}`)
  const sizes = quick ? [USUAL] : all.filter((name) => size?.includes(name) ?? true)
  return { only, sizes, quick, json }
}

/**
 * The number that an option was given.
 *
 * @throws Error where it is none, or not a whole one from 1 up.
 */
export function wholeNumber(option: string, text: string): number {
  const value = Number(text)
  if (!Number.isSafeInteger(value) || value < 1)
    throw new Error(`${option} takes a whole number from 1 up, not ${text}`)
  return value
}
