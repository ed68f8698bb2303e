import { driverFailures } from '../../js/testing/index.ts'
import { type DenoKvLike, denoKvDriver } from '../../js/tiers/deno-kv.ts'

/** Puts the tier in Deno KV through the contract, by real time, and prints what it does wrong. */
const { openKv } = (
  globalThis as unknown as { Deno: { openKv(path: string): Promise<DenoKvLike & { close(): void }> } }
).Deno
const kv = await openKv(':memory:')
const failures = await driverFailures(async () => ({
  driver: denoKvDriver(kv),
  elapse: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
  another: async () => denoKvDriver(kv),
}))
kv.close()
console.log(JSON.stringify(failures.map(({ case: name, error }) => `${name}: ${error}`)))
