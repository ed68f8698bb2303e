import { parseArgs } from 'node:util'
import { didYouMean } from '../config/nearest.ts'
import { parseBytes } from '../config/units.ts'
import { UsageError } from '../simulate/usage-error.ts'

/** How samples become bytes. */
export const FORMS = ['omnicache', 'json', 'none'] as const

export type Form = (typeof FORMS)[number]

/** What the command line asks for. */
export interface TrainCommand {
  readonly samples: readonly string[]
  readonly output: string
  /** In bytes. */
  readonly size: number
  readonly lines: boolean
  readonly form: Form
}

/** What `omnicache dictionary --help` prints. */
export const HELP = `Usage
  omnicache dictionary train SAMPLES... -o FILE [options]

Makes a dictionary for the option \`dictionary\` of a region: what many of its values have in
common, so that small ones shrink as well. A fifth of the samples is kept apart, to tell what
the dictionary makes of values that it was not made from.

SAMPLES are files. One whose name ends in .ndjson or .jsonl has a sample on each line; any other
is one sample as a whole. Some hundreds of samples are enough.

Options
  -o, --output FILE   where the dictionary goes
  --size SIZE         the most bytes that it may have, up to 32KB (default 16KB)
  --lines             every file has a sample on each line, whatever it is called
  --serializer NAME   how the region turns a sample into bytes, which is what is compressed:
                      omnicache (default), json for \`jsonSerializer\`: samples are JSON;
                      none: bytes as they are, for strings, bytes and serializers of your own
  -h, --help          this text

Example
  omnicache dictionary train users.ndjson --size 8KB -o users.dictionary

Exit code: 0, or 1 where no dictionary comes of the samples, or 2 where the command is wrong.`

const OPTIONS = {
  help: { type: 'boolean', short: 'h' },
  output: { type: 'string', short: 'o' },
  size: { type: 'string' },
  lines: { type: 'boolean' },
  serializer: { type: 'string' },
} as const

/**
 * Reads the arguments after `dictionary`; `help` where that is all that is wanted.
 *
 * @throws UsageError, CacheError
 */
export function parseTrainCommand(argv: readonly string[]): TrainCommand | 'help' {
  const { values, positionals } = parse(argv)
  if (values.help) return 'help'
  const [verb, ...samples] = positionals
  if (verb !== 'train') {
    throw new UsageError(
      `what about a dictionary? It is: omnicache dictionary train SAMPLES... -o FILE (--help tells all)`,
    )
  }
  if (samples.length === 0) throw new UsageError('which samples? Name their files (--help tells all)')
  if (values.output === undefined) throw new UsageError('where does the dictionary go? -o FILE says so')
  return {
    samples,
    output: values.output,
    size: parseBytes(values.size ?? '16KB', '--size'),
    lines: values.lines ?? false,
    form: parseForm(values.serializer ?? 'omnicache'),
  }
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true })
  } catch (error) {
    const { message } = error as Error
    throw new UsageError(`${message.split(/\.\s/)[0]} (--help tells all)`)
  }
}

function parseForm(text: string): Form {
  const form = FORMS.find((name) => name === text)
  if (form !== undefined) return form
  throw new UsageError(`--serializer is one of ${FORMS.join(', ')}, not '${text}'${didYouMean(text, FORMS)}`)
}
