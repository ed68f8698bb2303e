/** What a request asks for: an entry of a region, and how the slow origin makes it. */
export interface Resource {
  /** The cache region that keeps it. */
  readonly region: string
  readonly key: string
  /** Asks the origin; slow. Stops early when `signal` aborts. */
  load(signal?: AbortSignal): Promise<unknown>
}

/** The side of the service that is slow: it knows what each request target stands for. */
export interface Source {
  /** The regions it uses, in the order in which reports name them. */
  readonly regions: readonly string[]
  /** The resource behind a request target (path and query), or `undefined`: not found. */
  find(target: string): Resource | undefined
}

/** How long an origin takes. */
export interface Latency {
  readonly minMs: number
  readonly maxMs: number
}

/** Waits, as `setTimeout` of node:timers/promises does; replaced in tests. */
export type Sleep = (ms: number, signal?: AbortSignal) => Promise<void>
