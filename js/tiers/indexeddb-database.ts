import type { DBSchema, IDBPDatabase, IDBPObjectStore, OpenDBCallbacks } from 'idb'
import type { Clock } from '../clock.ts'
import { CacheError } from '../errors.ts'
import { closedError, tierError } from './tier-error.ts'

/** What every error, metric and event calls this tier. */
export const TIER = 'indexeddb'

/** The one object store, and its index by expiry. */
export const STORE = 'entries'
export const BY_EXPIRY = 'expiry'

/** One value as it is stored. */
export interface Stored {
  /** The value. */
  readonly v: Uint8Array
  /** When it expires, in wall-clock ms; `Infinity` is never. */
  readonly e: number
}

interface Schema extends DBSchema {
  [STORE]: { key: string; value: Stored; indexes: { [BY_EXPIRY]: number } }
}

type Database = IDBPDatabase<Schema>

/** The object store within one transaction. */
export type Store<Mode extends IDBTransactionMode> = IDBPObjectStore<Schema, [typeof STORE], typeof STORE, Mode>

/**
 * A connection to one database that comes back by itself. It makes way when another tab wants
 * to upgrade or delete the database, and takes it at whatever version it finds it, so that
 * tabs with different releases of a page get along.
 */
export class EntryDatabase {
  readonly #name: string
  readonly #openTimeout: number
  readonly #clock: Clock
  #database: Database | undefined
  /** The attempt under way. It rejects early when it is blocked, and stays until the browser lets it go on. */
  #opening: Promise<Database> | undefined
  #closed = false

  constructor(name: string, openTimeout: number, clock: Clock) {
    this.#name = name
    this.#openTimeout = openTimeout
    this.#clock = clock
  }

  /** Answers when the database can be used. */
  async open(): Promise<void> {
    await this.#connection()
  }

  /**
   * Runs `work` in a transaction: all of what it writes is stored, or nothing. The promise
   * settles when the transaction has ended; `work` may wait for nothing but its own requests.
   */
  async transact<Mode extends 'readonly' | 'readwrite', T>(mode: Mode, work: (store: Store<Mode>) => Promise<T>) {
    const transaction = await this.#begin(mode)
    const ended = new Promise<unknown>((resolve) => {
      transaction.addEventListener('abort', resolve)
      transaction.addEventListener('complete', resolve)
    })
    try {
      const result = await work(transaction.objectStore(STORE))
      await transaction.done
      return result
    } catch (error) {
      const cause = transaction.error ?? error
      try {
        transaction.abort()
      } catch {
        // It had ended.
      }
      // `done` rejects at the first error. What comes next must find the state that the end leaves behind.
      await ended
      throw cause
    }
  }

  /** Closes the connection, and one that is still to come. */
  close(): void {
    this.#closed = true
    this.#database?.close()
    this.#database = undefined
  }

  async #begin<Mode extends 'readonly' | 'readwrite'>(mode: Mode) {
    const begin = (database: Database) => {
      const transaction = database.transaction(STORE, mode, { durability: 'relaxed' })
      forget(transaction.done)
      return transaction
    }
    const database = await this.#connection()
    try {
      return begin(database)
    } catch {
      // Closed behind our back, by the browser or for another tab.
      if (this.#database === database) this.#database = undefined
      return begin(await this.#connection())
    }
  }

  #connection(): Promise<Database> {
    if (this.#closed) return Promise.reject(closedError(TIER))
    if (this.#database !== undefined) return Promise.resolve(this.#database)
    this.#opening ??= this.#start()
    return this.#opening
  }

  #start(): Promise<Database> {
    return new Promise((resolve, reject) => {
      const giveUp = (why: string) => reject(tierError(TIER, new Error(why)))
      const timer = this.#clock.after(this.#openTimeout, () =>
        giveUp(`the database did not open within ${this.#openTimeout} ms`),
      )
      this.#openStore(() => giveUp('another tab keeps an older version of the database open'))
        .then((database) => this.#adopt(database))
        .finally(() => {
          timer.cancel()
          this.#opening = undefined
        })
        .then(resolve, reject)
    })
  }

  async #openStore(blocked: () => void): Promise<Database> {
    const callbacks: OpenDBCallbacks<Schema> = {
      upgrade(database) {
        if (database.objectStoreNames.contains(STORE)) return
        database.createObjectStore(STORE).createIndex(BY_EXPIRY, 'e')
      },
      blocked,
      blocking: (_current, _wanted, event) => {
        ;(event.target as IDBDatabase).close()
        this.#database = undefined
      },
      terminated: () => {
        this.#database = undefined
      },
    }
    const { openDB } = await loadIdb()
    const database = await openDB<Schema>(this.#name, undefined, callbacks)
    if (database.objectStoreNames.contains(STORE)) return database
    const upgraded = database.version + 1
    database.close()
    return openDB<Schema>(this.#name, upgraded, callbacks)
  }

  #adopt(database: Database): Database {
    if (this.#closed) {
      database.close()
      throw closedError(TIER)
    }
    this.#database = database
    return database
  }
}

/** The package is an optional peer: loaded only here, when it is needed. */
async function loadIdb(): Promise<typeof import('idb')> {
  try {
    return await import('idb')
  } catch (cause) {
    throw new CacheError('MISSING_PEER', `${TIER}: this tier needs the package idb: npm install idb`, {
      cause,
      context: { tier: TIER },
    })
  }
}

/** Leaves a request's own failure to its transaction, which fails with it. */
export function forget(request: Promise<unknown>): void {
  request.catch(() => undefined)
}
