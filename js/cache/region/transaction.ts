import { CacheError } from '../../errors.ts'
import type { EntryTags } from '../../flow/tags/entry-tags.ts'
import type { SetOptions } from '../types.ts'

/** One buffered write: a value with its options, or a deletion. */
export type TransactionWrite<V> =
  | {
      readonly kind: 'set'
      readonly value: V
      readonly options: SetOptions
      readonly tags: EntryTags | undefined
    }
  | { readonly kind: 'delete' }

/** What a transaction reads through to. */
export interface TransactionSource<V> {
  get(key: string): Promise<V | undefined>
  /** Throws where the key or the value could not be stored. */
  check(key: string, value: V): void
  checkKey(key: string): void
  /** The tags of a write with their present tokens. */
  tagsOf(options: SetOptions): EntryTags | undefined | Promise<EntryTags>
}

/**
 * Writes to one region that are applied together or not at all. Reads see what this
 * transaction wrote, and otherwise what is stored. It ends when its callback returns.
 */
export class Transaction<V> {
  readonly #source: TransactionSource<V>
  readonly #writes = new Map<string, TransactionWrite<V>>()
  /** By which call each key was written last, of so many calls. */
  readonly #called = new Map<string, number>()
  #calls = 0
  #ended = false

  /** @internal */
  constructor(source: TransactionSource<V>) {
    this.#source = source
  }

  /** The value under `key`, as this transaction sees it; `undefined` where there is none. */
  async get(key: string): Promise<V | undefined> {
    this.#assertOpen()
    this.#source.checkKey(key)
    const write = this.#writes.get(key)
    if (write === undefined) return this.#source.get(key)
    return write.kind === 'set' ? write.value : undefined
  }

  /** Whether there is a value under `key`, as this transaction sees it. */
  async has(key: string): Promise<boolean> {
    return (await this.get(key)) !== undefined
  }

  /** Stores `value` at the commit. A value that could not be stored is refused here, at once. */
  async set(key: string, value: V, options: SetOptions = {}): Promise<void> {
    this.#assertOpen()
    this.#source.check(key, value)
    const call = ++this.#calls
    const tags = options.tags === undefined ? undefined : await this.#source.tagsOf(options)
    this.#assertOpen()
    this.#write(key, call, { kind: 'set', value, options, tags })
  }

  /** Deletes `key` at the commit; answers whether there was a value. */
  async delete(key: string): Promise<boolean> {
    this.#assertOpen()
    this.#source.checkKey(key)
    const existed = this.has(key)
    this.#write(key, ++this.#calls, { kind: 'delete' })
    return existed
  }

  /**
   * Ends the transaction and hands out what it wrote, last per key.
   *
   * @internal
   */
  static end<V>(transaction: Transaction<V>): ReadonlyMap<string, TransactionWrite<V>> {
    transaction.#ended = true
    return transaction.#writes
  }

  /** Of calls that nobody awaits the last one counts, also where an earlier one had to wait for its tags. */
  #write(key: string, call: number, write: TransactionWrite<V>): void {
    if (call < (this.#called.get(key) ?? 0)) return
    this.#called.set(key, call)
    this.#writes.set(key, write)
  }

  #assertOpen(): void {
    if (this.#ended) {
      throw new CacheError('TRANSACTION_ENDED', 'the transaction has ended: await every call inside of its callback')
    }
  }
}
