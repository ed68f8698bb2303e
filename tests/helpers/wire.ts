import { CacheError, type CacheErrorCode } from '../../js/errors.ts'
import type { Driver } from '../../js/tiers/driver.ts'

/** The methods of a driver that can be called from another runtime. */
export type DriverMethod = Exclude<
  keyof Driver,
  'name' | 'shared' | 'lags' | 'atomic' | 'parallel' | 'lastError' | 'bus'
>

/** One call of a driver in another runtime, by the number that `make` gave it. */
export interface WireCall {
  readonly driver: number
  readonly method: DriverMethod
  readonly args: readonly unknown[]
}

/** What became of it; errors do not cross as they are. */
export type WireOutcome = { readonly value: unknown } | { readonly code: string; readonly message: string }

/** Text of a value with bytes, `undefined` and `Infinity` in it, for any way that text can go. */
export function toWire(value: unknown): string {
  return JSON.stringify(value, (_key, item: unknown) => {
    if (item instanceof Uint8Array)
      return { $bytes: btoa(Array.from(item, (byte) => String.fromCharCode(byte)).join('')) }
    if (item === undefined) return { $none: 1 }
    if (item === Number.POSITIVE_INFINITY) return { $infinity: 1 }
    if (item instanceof AbortSignal) return { aborted: item.aborted }
    return item
  })
}

export function fromWire(text: string): unknown {
  return revive(JSON.parse(text))
}

/** By hand, since a reviver of `JSON.parse` that answers `undefined` removes what it looks at. */
function revive(item: unknown): unknown {
  if (Array.isArray(item)) return item.map(revive)
  if (typeof item !== 'object' || item === null) return item
  if ('$bytes' in item) return Uint8Array.from(atob(String(item.$bytes)), (char) => char.charCodeAt(0))
  if ('$none' in item) return undefined
  if ('$infinity' in item) return Number.POSITIVE_INFINITY
  return Object.fromEntries(Object.entries(item).map(([key, value]) => [key, revive(value)]))
}

/** A driver that lives in another runtime: `call` brings a question there, and its outcome back. */
export function remoteDriver(
  like: Pick<Driver, 'name' | 'shared' | 'atomic'>,
  methods: readonly DriverMethod[],
  call: (method: DriverMethod, args: readonly unknown[]) => Promise<WireOutcome>,
): Driver {
  const remote = async (method: DriverMethod, args: readonly unknown[]): Promise<unknown> => {
    const outcome = await call(method, args)
    if ('value' in outcome) return outcome.value
    throw new CacheError(outcome.code as CacheErrorCode, outcome.message)
  }
  const bound = methods.map((method) => [method, (...args: unknown[]) => remote(method, args)] as const)
  return { ...like, ...Object.fromEntries(bound) } as unknown as Driver
}

/** Drivers that are called from outside: the other end. */
export class DriverHost {
  readonly #drivers: Driver[] = []

  /** Takes a driver in; answers its number and what is known of it. */
  add(driver: Driver) {
    const { name, shared, atomic } = driver
    const methods = ALL.filter((method) => driver[method] !== undefined)
    return {
      driver: this.#drivers.push(driver) - 1,
      like: { name, shared, ...(atomic === undefined ? {} : { atomic }) },
      methods,
    }
  }

  async call({ driver: number, method, args }: WireCall): Promise<WireOutcome> {
    const driver = this.#drivers[number]
    try {
      const run = driver?.[method] as (...given: readonly unknown[]) => Promise<unknown>
      return { value: await run.apply(driver, [...args]) }
    } catch (error) {
      if (!(error instanceof CacheError)) throw error
      return { code: error.code, message: error.message }
    }
  }
}

const ALL: readonly DriverMethod[] = [
  ...(['getMany', 'setMany', 'exchangeMany', 'exchangeTogether', 'setIfAbsent', 'commit', 'deleteMany'] as const),
  ...(['deletePrefix', 'scan', 'replaceMany', 'lock', 'unlock', 'now', 'connect', 'reset', 'close'] as const),
]
