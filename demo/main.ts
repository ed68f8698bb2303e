import { CacheError } from '../js/index.ts'
import { HELP, parseCommand, UsageError } from './args.ts'
import { run } from './run.ts'
import { serve } from './serve.ts'

/** The exit code of a program that was stopped by Ctrl-C. */
const INTERRUPTED = 130

// Whoever read the output (`| head`) has seen enough.
process.stdout.on('error', () => process.exit())
process.exitCode = await main(process.argv.slice(2))

async function main(argv: readonly string[]): Promise<number> {
  const stop = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => stop.abort())
  try {
    const command = parseCommand(argv)
    if (command.kind === 'help') console.log(HELP)
    else if (command.kind === 'serve') await serve(command, stop.signal)
    else if (!(await run(command, stop.signal))) return stop.signal.aborted ? INTERRUPTED : 1
    return 0
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof CacheError)) throw error
    console.error(`demo: ${error.message}`)
    return 2
  }
}
