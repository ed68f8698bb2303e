import { createInterface } from 'node:readline'
import type { Driver } from '../../js/tiers/driver.ts'
import { DriverHost, fromWire, toWire, type WireCall } from '../helpers/wire.ts'

/** Answers the questions of a `Runtime`: `make` makes a driver, and `more` what else a test may ask for. */
export function serve(
  make: (...args: never[]) => Driver | Promise<Driver>,
  more: Readonly<Record<string, (...args: never[]) => unknown>> = {},
): void {
  const host = new DriverHost()
  const answers: Readonly<Record<string, (...args: never[]) => unknown>> = {
    make: async (...args) => host.add(await make(...args)),
    call: (call: WireCall) => host.call(call),
    ...more,
  }
  createInterface({ input: process.stdin }).on('line', async (line) => {
    const { id, what, args } = fromWire(line) as { id: number; what: string; args: never[] }
    let reply: unknown
    try {
      reply = { id, answer: await answers[what]?.(...args) }
    } catch (error) {
      reply = { id, answer: undefined, error: error instanceof Error ? (error.stack ?? error.message) : String(error) }
    }
    process.stdout.write(`${toWire(reply)}\n`)
  })
}
