import type { Clock } from '../../clock.ts'
import type { EntryTags } from '../../flow/tags/entry-tags.ts'
import type { Half } from '../../flow/tags/token.ts'
import type { Emitter } from '../../observe/events.ts'
import type { Gate } from '../closed.ts'
import type { Entries } from '../entries/entries.ts'
import type { Counters, Timings } from '../figures/counters.ts'
import type { SetOptions } from '../types.ts'
import type { CallOrder } from './call-order.ts'
import type { CallRules } from './call-rules.ts'
import type { Namespaces } from './namespaces.ts'
import type { RegionLock } from './region-lock.ts'
import type { TransactionWrite } from './transaction.ts'
import type { UnderWay } from './under-way.ts'

/** What a region is made of. The manager puts it together. */
export interface RegionParts {
  readonly name: string
  readonly gate: Gate
  readonly clock: Clock
  readonly emitter: Emitter
  readonly counters: Counters
  readonly timings: Timings
  readonly entries: Entries
  /** What holds for calls without options, at this moment. */
  readonly defaults: () => CallRules
  /** What holds for a call: its options over the region's. Throws for wrong ones. */
  readonly rulesOf: (options: SetOptions | undefined) => CallRules
  /**
   * The tags of a write that is kept for so many ms, with their present tokens, to be taken before
   * its value is made; `undefined` where it has none. A promise where the tokens have to be asked for.
   */
  readonly tagsOf: (tags: readonly string[] | undefined, kept: number) => EntryTags | undefined | Promise<EntryTags>
  /** Deletes or expires tags. */
  readonly changeTags: (half: Half, tags: string | Iterable<string>) => Promise<void>
  /** The order of writes that wait: one for a region and all of its namespaces. */
  readonly order: CallOrder
  /** What is under way: one for a region and all of its namespaces, too. */
  readonly underWay: UnderWay
  /** What tags begin with as they are stored: of a namespace. */
  readonly tagPrefix: string
  /** Throws for a key that cannot be one. */
  readonly checkKey: (key: string) => void
  /** What the caller calls a key: without its namespace. */
  readonly callerKey: (key: string) => string
  /** Throws for a value that could not be stored; answers what it weighs in memory, where that came out. */
  readonly checkValue: (key: string, value: unknown) => number | undefined
  /** Whether the region encrypts. */
  readonly encrypted: () => boolean
  /** What events and errors may call a key. */
  readonly publicKey: (key: string) => string
  /** Lets one process at a time make a value, where a call asks for that. */
  readonly lock: RegionLock
  readonly namespaces: Namespaces
  /** Applies the writes of a transaction, all or none. */
  readonly commit: (writes: ReadonlyMap<string, TransactionWrite<unknown>>) => Promise<void>
  /** Has small values written with this dictionary from now on, and read with those before it too. */
  readonly adopt: (dictionary: Uint8Array) => void
  /** Told that something happened which figures and alerts would show. */
  readonly active: () => void
}
