import { parseArgs } from 'node:util'

/** What the command line asks for. */
export type Command =
  | { readonly kind: 'help' }
  | ({ readonly kind: 'run'; readonly file: string | undefined; readonly requests: number | undefined } & Shared)
  | ({ readonly kind: 'serve'; readonly port: number; readonly load: boolean } & Shared)

interface Shared {
  readonly seed: number
}

/** A mistake of the user: told in one line, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

/** What `--help` prints. */
export const HELP = `Usage
  npm run demo                      a service of seven kinds under a skewed load, about 15 s
  npm run demo -- FILE              replay a web server's access log (common or combined, .gz too)
  npm start                         keep the service up, with a page of live figures

Options of the demo
  --requests N   how many requests (default 20,000; of a log, its first 20,000)
  --seed N       another load and other texts (default 1)

Options of npm start, after --
  --port N       listen there (default: a free port)
  --no-load      no background load
  --seed N       as above

Environment
  REDIS_URL      use that Redis as the second tier (default: memory only)`

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  serve: { type: 'boolean' },
  'no-load': { type: 'boolean' },
  requests: { type: 'string' },
  seed: { type: 'string' },
  port: { type: 'string' },
} as const

/** Reads the arguments after the script's name. Throws a `UsageError` for wrong ones. */
export function parseCommand(argv: readonly string[]): Command {
  const { values, positionals } = parse(argv)
  if (values.help) return { kind: 'help' }
  const seed = whole('--seed', values.seed, 0, 2 ** 32 - 1) ?? 1
  if (values.serve) {
    refuse(positionals.length > 0, 'a log file is replayed by the demo, not by the running service')
    refuse(values.requests !== undefined, '--requests belongs to the demo, not to the running service')
    return { kind: 'serve', seed, port: whole('--port', values.port, 0, 65_535) ?? 0, load: values['no-load'] !== true }
  }
  refuse(values.port !== undefined, '--port needs --serve')
  refuse(values['no-load'] === true, '--no-load needs --serve')
  refuse(positionals.length > 1, `one log file at a time, but ${positionals.length} are given`)
  return { kind: 'run', seed, file: positionals[0], requests: whole('--requests', values.requests, 100, 10_000_000) }
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true })
  } catch (error) {
    const [reason] = (error as Error).message.split(/\.\s/)
    throw new UsageError(`${reason}; --help tells all`)
  }
}

function whole(name: string, text: string | undefined, min: number, max: number): number | undefined {
  if (text === undefined) return undefined
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN
  refuse(!(value >= min && value <= max), `${name} is a whole number from ${min} to ${max}, not '${text}'`)
  return value
}

function refuse(wrong: boolean, message: string): void {
  if (wrong) throw new UsageError(message)
}
