#!/usr/bin/env node
import { readFile } from 'node:fs/promises'
import process from 'node:process'
import { didYouMean } from './config/nearest.ts'
import { dictionaryCommand } from './dictionary/command.ts'
import { CacheError } from './errors.ts'
import { simulateCommand } from './simulate/command.ts'
import { TraceError } from './simulate/trace/trace-error.ts'
import { UsageError } from './simulate/usage-error.ts'

const HELP = `Usage
  omnicache simulate TRACE... [options]   what hit ratio each policy would have at each size
  omnicache dictionary train SAMPLES...   a dictionary, for small values of one shape
  omnicache COMMAND --help                all about it
  omnicache --version                     which omnicache this is`

const COMMANDS = { simulate: simulateCommand, dictionary: dictionaryCommand } as const

/** 128 and the number of the signal, as shells have it. */
const SIGNALS = { SIGINT: 130, SIGTERM: 143 } as const

// Whoever read the output (`| head`) has seen enough.
process.stdout.on('error', () => process.exit())
for (const [signal, code] of Object.entries(SIGNALS)) process.on(signal, () => process.exit(code))
process.exitCode = await main(process.argv.slice(2))

async function main([command, ...rest]: readonly string[]): Promise<number> {
  try {
    await run(command, rest)
    return 0
  } catch (error) {
    const told = error instanceof UsageError || error instanceof TraceError || error instanceof CacheError
    if (!told) throw error
    process.stderr.write(`omnicache: ${error.message}\n`)
    return error instanceof UsageError ? 2 : 1
  }
}

async function run(command: string | undefined, rest: readonly string[]): Promise<void> {
  if (command !== undefined && Object.hasOwn(COMMANDS, command)) {
    await COMMANDS[command as keyof typeof COMMANDS](rest, process)
  } else if (command === '--help' || command === '-h') process.stdout.write(`${HELP}\n`)
  else if (command === '--version') process.stdout.write(`${await version()}\n`)
  else if (command === undefined) throw new UsageError(`which command?\n\n${HELP}`)
  else
    throw new UsageError(
      `there is no command '${command}'${didYouMean(command, Object.keys(COMMANDS))} (--help names all)`,
    )
}

/** What the package says of itself: its file is in the folder above, of the sources as of the bundle. */
async function version(): Promise<string> {
  return JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')).version
}
