import { parseArgs } from 'node:util'
import { didYouMean } from '../config/nearest.ts'
import { POLICIES, type Policy, parsePolicies } from './policies.ts'
import { DEFAULT_SIZES, parseSizes, type SizeSpec } from './sizes.ts'
import type { Columns } from './trace/columns.ts'
import { FORMATS, type FormatName } from './trace/formats/index.ts'
import { UsageError } from './usage-error.ts'

/** What the command line asks for. */
export interface SimulateOptions {
  /** Paths; `-` is the standard input. */
  readonly traces: readonly string[]
  /** Whether the traces are parts of one, to be played one after the other. */
  readonly join: boolean
  readonly policies: readonly Policy[]
  readonly sizes: readonly SizeSpec[]
  readonly sizesChosen: boolean
  readonly favor: 'objects' | 'bytes'
  readonly format: FormatName | undefined
  readonly columns: Columns
  readonly requests: number | undefined
  readonly json: boolean
  readonly svg: string | undefined
}

const formatLines = Object.entries(FORMATS)
  .map(([name, { title }]) => `    ${name.padEnd(15)}${title}`)
  .join('\n')

/** What `omnicache simulate --help` prints. */
export const HELP = `Usage
  omnicache simulate TRACE... [options]

Plays a trace of requests to caches of several policies and sizes, all at once, and prints
what each would have answered: its hit ratio, and where the trace tells sizes its byte hit
ratio. The caches are omnicache's own engine; a miss stores what was missed.

TRACE is a file, plain or compressed (.gz, .zst, .xz), or - for the standard input.
Several traces are reported one after the other.

Options
  --policy NAMES    all (default), or some of ${POLICIES.join(',')}
  --sizes LIST      how large the caches are, parted by commas (default ${DEFAULT_SIZES}):
                    512 entries, 64MB of objects, 1% of the unique keys, 5%B of their bytes
  --favor WHAT      objects (default) or bytes: what the policy auto tries to hit most of
  --format NAME     the trace's format, where it is not told by its name and content:
${formatLines}
  --columns LIST    for csv, by heading or number: key=url,size=bytes or key=2,size=3
  --requests N      only the first N requests
  --join            the traces are parts of one, played one after the other
  --svg FILE        draw the ratios over the sizes
  --json            one line per policy and size, for programs:
                    {"trace","policy","size","requests","hits","hitRatio", ...}
  -h, --help        this text

'optimum' is Belady's: no cache of so many entries can do better. For sizes in bytes it is a
bound, which no cache can exceed, and perhaps none can reach.

Examples
  omnicache simulate access.log.gz
  omnicache simulate trace.oracleGeneral.zst --policy lru,s3fifo,optimum --sizes 1%,10%
  omnicache simulate requests.csv --columns key=url,size=bytes --sizes 64MB,256MB --svg plot.svg
  cut -f2 queries.tsv | omnicache simulate - --sizes 1000,10000 --json

Exit code: 0, or 1 where a trace cannot be read, or 2 where the command is wrong.`

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  policy: { type: 'string' },
  sizes: { type: 'string' },
  favor: { type: 'string' },
  format: { type: 'string' },
  columns: { type: 'string' },
  requests: { type: 'string' },
  join: { type: 'boolean' },
  svg: { type: 'string' },
  json: { type: 'boolean' },
} as const

/**
 * Reads the arguments after `simulate`; `help` where that is all that is wanted.
 *
 * @throws UsageError
 */
export function parseOptions(argv: readonly string[]): SimulateOptions | 'help' {
  const { values, positionals: traces } = parse(argv)
  if (values.help) return 'help'
  if (traces.length === 0)
    throw new UsageError('which trace? Name a file, or - for the standard input (--help tells all)')
  if (values.svg !== undefined && traces.length > 1 && !values.join) {
    throw new UsageError('--svg draws one trace at a time (or several with --join)')
  }
  if (traces.filter((trace) => trace === '-').length > 1)
    throw new UsageError('the standard input can be read only once')
  return {
    traces,
    join: values.join ?? false,
    policies: parsePolicies(values.policy ?? 'all'),
    sizes: parseSizes(values.sizes ?? DEFAULT_SIZES),
    sizesChosen: values.sizes !== undefined,
    favor: parseFavor(values.favor ?? 'objects'),
    format: values.format === undefined ? undefined : parseFormat(values.format),
    columns: values.columns === undefined ? {} : parseColumns(values.columns),
    requests: values.requests === undefined ? undefined : parseCount(values.requests),
    json: values.json ?? false,
    svg: values.svg,
  }
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true })
  } catch (error) {
    const { message, code } = error as NodeJS.ErrnoException
    const [reason = message] = message.split(/\.\s/)
    const unknown = code === 'ERR_PARSE_ARGS_UNKNOWN_OPTION' ? /'--([^']+)'/.exec(message)?.[1] : undefined
    throw new UsageError(
      `${reason}${unknown === undefined ? '' : didYouMean(unknown, Object.keys(OPTIONS))} (--help tells all)`,
    )
  }
}

function parseFavor(text: string): 'objects' | 'bytes' {
  if (text === 'objects' || text === 'bytes') return text
  throw new UsageError(`--favor is objects or bytes, not '${text}'`)
}

function parseFormat(text: string): FormatName {
  const names = Object.keys(FORMATS) as FormatName[]
  const format = names.find((name) => name.toLowerCase() === text.toLowerCase())
  if (format !== undefined) return format
  throw new UsageError(`there is no format '${text}'${didYouMean(text, names)}; there are ${names.join(', ')}`)
}

function parseColumns(text: string): Columns {
  const columns: { key?: string; size?: string } = {}
  for (const part of text.split(',')) {
    const [, name, column] = /^\s*(key|size)=(.+?)\s*$/.exec(part) ?? []
    if ((name !== 'key' && name !== 'size') || column === undefined) {
      throw new UsageError(`--columns is like key=url,size=bytes or key=2,size=3, not '${text}'`)
    }
    columns[name] = column
  }
  return columns
}

function parseCount(text: string): number {
  const value = /^\d+$/.test(text) ? Number(text) : 0
  if (value >= 1 && value <= Number.MAX_SAFE_INTEGER) return value
  throw new UsageError(`--requests is a whole number from 1 up, not '${text}'`)
}
