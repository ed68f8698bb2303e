import { yieldToEventLoop } from '../../clock.ts'
import { invalidOption } from '../../config/units.ts'
import type { FactoryContext, GetOrSetManyOptions, ManyFactory, ManyMade } from '../types.ts'
import { assertFactory, assertKeys } from './arguments.ts'
import type { RegionLoads } from './region-loads.ts'
import type { RegionParts } from './region-parts.ts'
import type { RegionReads } from './region-reads.ts'

/**
 * What `getOrSetMany` answers: the values, in the order of the keys asked for, and `errors` with
 * what went wrong, for each key that has no value because of it.
 */
export class ManyResult<V> extends Map<string, V> {
  /** What went wrong, by key. Empty where all went well. */
  readonly errors: ReadonlyMap<string, unknown>

  /** @internal */
  constructor(values: Iterable<readonly [string, V]>, errors: ReadonlyMap<string, unknown>) {
    super(values)
    this.errors = errors
  }
}

/** `getOrSet` for many keys: each has its flight, so that calls that overlap share what they wait for. */
export class RegionMany<V> {
  readonly #parts: RegionParts
  readonly #reads: RegionReads<V>
  readonly #loads: RegionLoads<V>

  constructor(parts: RegionParts, reads: RegionReads<V>, loads: RegionLoads<V>) {
    this.#parts = parts
    this.#reads = reads
    this.#loads = loads
  }

  async load(
    keys: Iterable<string>,
    factory: ManyFactory<V>,
    { chunk = Number.POSITIVE_INFINITY, ...options }: GetOrSetManyOptions = {},
  ): Promise<ManyResult<V>> {
    const { entries, checkKey, rulesOf } = this.#parts
    assertKeys(keys)
    assertFactory(factory)
    if (!(chunk >= 1 && (chunk === Infinity || Number.isSafeInteger(chunk)))) {
      throw invalidOption('chunk', chunk, 'a whole number from 1 up, or Infinity')
    }
    const rules = rulesOf(options)
    const values = new Map<string, V | undefined>()
    for (const key of keys) {
      checkKey(key)
      if (!values.has(key)) values.set(key, options.forceFresh || rules.l1Skip ? undefined : this.#reads.local(key))
    }
    const missing = [...values.keys()].filter((key) => values.get(key) === undefined)
    const reads = missing.length === 0 || options.forceFresh ? undefined : entries.readMany(missing, rules)
    // Where all keys are being made already, nobody waits for it.
    reads?.catch(() => undefined)
    const batch = new Batch(factory, chunk)
    const errors = new Map<string, unknown>()
    const load = async (key: string, i: number) => {
      try {
        const find = reads && (async () => (await reads)[i])
        values.set(key, await this.#loads.load(key, (context) => batch.make(context), options, find))
      } catch (error) {
        errors.set(key, error)
      }
    }
    await Promise.all(missing.map(load))
    return new ManyResult(
      [...values].filter((pair): pair is [string, V] => pair[1] !== undefined),
      errors,
    )
  }
}

interface Wanted<V> {
  readonly context: FactoryContext<V>
  resolve(value: V | undefined): void
  reject(error: unknown): void
}

/** Collects the keys that have to be made, and has them made together. */
class Batch<V> {
  readonly #factory: ManyFactory<V>
  readonly #chunk: number
  #wanted: Wanted<V>[] = []

  constructor(factory: ManyFactory<V>, chunk: number) {
    this.#factory = factory
    this.#chunk = chunk
  }

  make(context: FactoryContext<V>): Promise<V | undefined> {
    return new Promise((resolve, reject) => {
      this.#wanted.push({ context, resolve, reject })
      if (this.#wanted.length === 1) void yieldToEventLoop().then(() => this.#begin())
    })
  }

  #begin(): void {
    const wanted = this.#wanted
    this.#wanted = []
    for (let i = 0; i < wanted.length; i += this.#chunk) void this.#run(wanted.slice(i, i + this.#chunk))
  }

  /** One call of the factory; what it answers, or fails with, is told to each key. */
  async #run(wanted: readonly Wanted<V>[]): Promise<void> {
    try {
      const made = await this.#factory(
        wanted.map(({ context }) => context.key),
        { signal: whenAll(wanted.map(({ context }) => context.signal)) },
      )
      const find = lookUp(made)
      for (const { context, resolve, reject } of wanted) {
        const value = find(context.key)
        if (value instanceof Error) reject(value)
        else resolve(value)
      }
    } catch (error) {
      for (const { reject } of wanted) reject(error)
    }
  }
}

function lookUp<V>(made: ManyMade<V>): (key: string) => V | Error | undefined {
  if (made instanceof Map) return (key) => made.get(key)
  if (typeof made !== 'object' || made === null || Array.isArray(made)) {
    throw invalidOption('what the factory answers', made, 'a Map, or an object by key')
  }
  const record = made as Readonly<Record<string, V | Error | undefined>>
  return (key) => (Object.hasOwn(record, key) ? record[key] : undefined)
}

/** Aborts when all of these have. */
function whenAll(signals: readonly AbortSignal[]): AbortSignal {
  const controller = new AbortController()
  let left = signals.length
  for (const signal of signals) {
    const aborted = () => {
      if (--left === 0) controller.abort(signal.reason)
    }
    if (signal.aborted) aborted()
    else signal.addEventListener('abort', aborted, { once: true })
  }
  return controller.signal
}
