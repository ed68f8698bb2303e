import { stat, writeFile } from 'node:fs/promises'
import { bytes } from '../terminal/figures.ts'
import { type Output, Progress } from '../terminal/progress.ts'
import { HELP, parseOptions, type SimulateOptions } from './options.ts'
import { jsonLines } from './report/json.ts'
import { svgPlot } from './report/svg.ts'
import { textReport } from './report/text.ts'
import { simulate } from './simulate.ts'
import { StandardInput } from './standard-input.ts'
import { joined } from './trace/joined.ts'
import { openTrace, type Trace } from './trace/trace.ts'
import { TraceError } from './trace/trace-error.ts'
import { UsageError } from './usage-error.ts'

/** Where the command reads and writes. */
export interface Streams {
  readonly stdin: AsyncIterable<Uint8Array>
  readonly stdout: Output
  readonly stderr: Output
}

/** A run that is over before this, in ms, shows no progress. */
const PATIENCE = 1_000

const PHASES = { count: 'counting keys', simulate: 'simulating' } as const

/**
 * Runs `omnicache simulate` with the arguments after it.
 *
 * @throws UsageError, TraceError
 */
export async function simulateCommand(argv: readonly string[], streams: Streams): Promise<void> {
  const options = parseOptions(argv)
  if (options === 'help') {
    streams.stdout.write(`${HELP}\n`)
    return
  }
  if (options.svg !== undefined) await forbidOverwriting(options.svg, options.traces)
  const input = new StandardInput(streams.stdin)
  try {
    for (const [i, open] of tracesOf(options, input).entries()) {
      if (i > 0 && !options.json) streams.stdout.write('\n')
      await report(await open(), options, streams)
    }
  } finally {
    input.dispose()
  }
}

/**
 * A plot must not take the place of a trace, by whatever path or link it is named.
 *
 * @throws UsageError
 */
async function forbidOverwriting(svg: string, traces: readonly string[]): Promise<void> {
  const known = (path: string) => stat(path, { bigint: true }).catch(() => undefined)
  const plot = await known(svg)
  if (plot === undefined) return
  for (const path of traces) {
    const trace = path === '-' ? undefined : await known(path)
    if (trace?.dev === plot.dev && trace.ino === plot.ino) {
      throw new UsageError(`--svg ${svg} would overwrite the trace ${path}: name another file`)
    }
  }
}

/** The traces, each to be opened when its turn has come; joined ones are one. */
function tracesOf(options: SimulateOptions, input: StandardInput): (() => Promise<Trace>)[] {
  const { format, columns, requests } = options
  const opened = options.traces.map((path) => async () => {
    const [file, name] = path === '-' ? [await input.spool(), 'stdin'] : [path, path]
    return openTrace(file, { format, columns, requests, name })
  })
  if (!options.join) return opened
  return [async () => joined(await Promise.all(opened.map((open) => open())), requests)]
}

async function report(trace: Trace, options: SimulateOptions, { stdout, stderr }: Streams): Promise<void> {
  const bars = new Bars(stderr, trace.bytes)
  const result = await simulate(trace, options, bars.update).finally(() => bars.stop())
  stdout.write(options.json ? `${jsonLines(result)}\n` : textReport(result))
  if (options.svg === undefined) return
  try {
    await writeFile(options.svg, svgPlot(result))
  } catch (cause) {
    throw new TraceError(`${options.svg}: the plot cannot be written (${(cause as Error).message})`, { cause })
  }
}

/** A bar for each phase, on a terminal only, and once it has taken a while. */
class Bars {
  readonly #output: Output
  readonly #total: number
  readonly #began = performance.now()
  #phase: keyof typeof PHASES | undefined
  #bar: Progress | undefined

  constructor(output: Output, total: number) {
    this.#output = output
    this.#total = total
  }

  readonly update = (phase: keyof typeof PHASES, read: number): void => {
    if (!this.#output.isTTY) return
    if (phase !== this.#phase) {
      this.stop()
      this.#phase = phase
      this.#bar = new Progress(this.#output, PHASES[phase], this.#total, { show: bytes })
    }
    if (performance.now() - this.#began > PATIENCE) this.#bar?.update(read)
  }

  stop(): void {
    this.#bar?.stop()
  }
}
