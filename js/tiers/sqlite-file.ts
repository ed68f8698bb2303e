import { type Clock, yieldToEventLoop } from '../clock.ts'
import { CacheError } from '../errors.ts'
import { identity, type SqliteDatabase, TIER } from './sqlite-engine.ts'
import { SqliteEntries } from './sqlite-entries.ts'
import { closedError, tierError } from './tier-error.ts'

/** How a file is used. Times are ms. */
export interface FileOptions {
  readonly path: string
  readonly open: (path: string) => Promise<SqliteDatabase>
  readonly busyTimeout: number
  readonly maxBytes: number
  readonly clock: Clock
}

/** The page size of a database that omnicache makes, in bytes: SQLite's own default. */
const PAGE = 4096

/** The longest pause between two attempts at a file that another process is writing to. */
const MAX_PAUSE = 10

/** How long a file is used before its name is looked up again, in ms. */
const LOOK_INTERVAL = 1000

/** How often room is made for one write in a full file, and how many values go each time. */
const ROOM_ATTEMPTS = 16
const ROOM_STEP = 256

/** Result codes that are told apart, by the numbers that node:sqlite gives. */
const CODES: Readonly<Record<number, string>> = {
  5: 'BUSY',
  6: 'LOCKED',
  8: 'READONLY',
  10: 'IOERR',
  11: 'CORRUPT',
  13: 'FULL',
  14: 'CANTOPEN',
  26: 'NOTADB',
}

/** After these the file is opened anew at the next call: somebody may have repaired or removed it. */
const BROKEN = new Set(['IOERR', 'CORRUPT', 'CANTOPEN', 'NOTADB'])

/**
 * One SQLite file and its transactions, each of which runs without a pause. While another process
 * writes, a transaction waits its turn without holding up the event loop; those that write keep
 * the order in which they were asked for.
 */
export class EntryFile {
  readonly #options: FileOptions
  #database: SqliteDatabase | undefined
  #entries: SqliteEntries | undefined
  #opening: Promise<SqliteEntries> | undefined
  #identity: string | undefined
  #nextLook = 0
  #lastWrite: Promise<unknown> = Promise.resolve()
  #closed = false

  constructor(options: FileOptions) {
    this.#options = options
  }

  /** Answers when the file can be used. */
  async open(): Promise<void> {
    await this.#patiently(false, () => undefined)
  }

  /** Runs `work` on one state of the file. */
  read<T>(work: (entries: SqliteEntries) => T): Promise<T> {
    return this.#patiently(false, (entries) => transact(entries, 'BEGIN', work))
  }

  /**
   * Runs several pieces of work one after the other: each is stored as a whole or not at all, and
   * between them everything else has its turn. Answers the results.
   */
  write<T>(pieces: readonly ((entries: SqliteEntries) => T)[]): Promise<T[]> {
    // What had to wait for its turn behind others has waited already.
    let until = this.#patience()
    const written = this.#lastWrite.then(async () => {
      const results: T[] = []
      for (const [i, work] of pieces.entries()) {
        if (i > 0) await yieldToEventLoop()
        results.push(await this.#stored(work, until))
        until = this.#patience()
      }
      return results
    })
    this.#lastWrite = written.catch(() => undefined)
    return written
  }

  /** Gives the file up; the next call opens it anew. */
  reset(): void {
    const database = this.#database
    this.#database = undefined
    this.#entries = undefined
    try {
      database?.close()
    } catch {
      // It could not be closed in order; nothing refers to it any more.
    }
  }

  close(): void {
    this.#closed = true
    this.reset()
  }

  /** Stores one piece; in a full file what is the next to expire makes room for it. */
  async #stored<T>(work: (entries: SqliteEntries) => T, until: number): Promise<T> {
    const run = <R>(what: (entries: SqliteEntries) => R) =>
      this.#patiently(true, (entries) => transact(entries, 'BEGIN IMMEDIATE', what), until)
    for (let attempt = 0; ; attempt++) {
      try {
        return await run(work)
      } catch (error) {
        if (attempt === ROOM_ATTEMPTS || resultCode((error as CacheError).cause) !== 'FULL') throw error
        const removed = await run((entries) => entries.deleteSoonest(ROOM_STEP)).catch(() => 0)
        if (removed === 0) throw error
      }
    }
  }

  /** Until when what begins now may wait for a lock. */
  #patience(): number {
    return this.#options.clock.exact() + this.#options.busyTimeout
  }

  /** Tries again and again while the file is locked, for as long as may be waited, and once at the least. */
  async #patiently<T>(
    writes: boolean,
    work: (entries: SqliteEntries) => T,
    until: number = this.#patience(),
  ): Promise<T> {
    const { clock } = this.#options
    for (let pause = 1; ; pause = Math.min(pause * 2, MAX_PAUSE)) {
      if (this.#closed) throw closedError(TIER)
      try {
        if (this.#isGone()) this.reset()
        return work(this.#entries ?? (await this.#opened()))
      } catch (error) {
        const code = resultCode(error)
        if (BROKEN.has(code ?? '')) this.reset()
        const locked = code === 'BUSY' || code === 'LOCKED'
        if (!locked || clock.exact() >= until) throw this.#explained(error, code, writes)
      }
      await new Promise<void>((resolve) => clock.after(pause * (0.5 + Math.random()), resolve, true))
    }
  }

  /** Whether the open file was deleted or replaced: SQLite would go on in what nobody else can find. */
  #isGone(): boolean {
    const now = this.#options.clock.exact()
    if (this.#entries === undefined || now < this.#nextLook) return false
    this.#nextLook = now + LOOK_INTERVAL
    return identity(this.#options.path) !== this.#identity
  }

  #opened(): Promise<SqliteEntries> {
    this.#opening ??= this.#openNow().finally(() => {
      this.#opening = undefined
    })
    return this.#opening
  }

  async #openNow(): Promise<SqliteEntries> {
    const { path, open, maxBytes } = this.#options
    const database = await open(path)
    try {
      if (this.#closed) throw closedError(TIER)
      database.exec('PRAGMA busy_timeout = 0; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL')
      if (maxBytes !== Number.POSITIVE_INFINITY) {
        database.exec(`PRAGMA max_page_count = ${Math.ceil(maxBytes / PAGE)}`)
      }
      const entries = new SqliteEntries(database)
      this.#database = database
      this.#entries = entries
      this.#identity = identity(path)
      return entries
    } catch (error) {
      database.close()
      throw error
    }
  }

  #explained(error: unknown, code: string | undefined, writes: boolean): CacheError {
    if (error instanceof CacheError) return error
    const { path, busyTimeout } = this.#options
    const told: Readonly<Record<string, string>> = {
      BUSY: `${path} was locked by another process for more than ${busyTimeout} ms`,
      LOCKED: `${path} was locked by another process for more than ${busyTimeout} ms`,
      READONLY: `${path} cannot be written to`,
      FULL: `${path} is full, or its disk is`,
      CANTOPEN: `${path} cannot be opened: its folder must exist, and this process must be allowed to write to it`,
      CORRUPT: `${path} is damaged: delete it, and the cache makes a new one`,
      NOTADB: `${path} is no SQLite database, or damaged: name another file, or delete it`,
    }
    const said = error instanceof Error ? error.message : String(error)
    const message = told[code ?? '']
    if (message === undefined) return tierError(TIER, error)
    const refused = writes && (code === 'READONLY' || code === 'FULL')
    return new CacheError(refused ? 'WRITE_REFUSED' : 'TIER_UNAVAILABLE', `${TIER}: ${message} (${said})`, {
      cause: error,
      context: { tier: TIER },
    })
  }
}

/** Runs `work` between BEGIN and COMMIT; what fails is rolled back. */
function transact<T>(
  entries: SqliteEntries,
  begin: 'BEGIN' | 'BEGIN IMMEDIATE',
  work: (entries: SqliteEntries) => T,
): T {
  entries.exec(begin)
  try {
    const result = work(entries)
    entries.exec('COMMIT')
    return result
  } catch (error) {
    try {
      entries.exec('ROLLBACK')
    } catch {
      // SQLite had rolled it back itself, as it does when the disk is full.
    }
    throw error
  }
}

/** SQLite's own name for what went wrong, without the SQLITE_; `undefined` for what is no error of SQLite. */
export function resultCode(error: unknown): string | undefined {
  const { errcode, code } = (error ?? {}) as { errcode?: unknown; code?: unknown }
  if (typeof errcode === 'number') return CODES[errcode & 0xff] ?? 'OTHER'
  return typeof code === 'string' ? /^SQLITE_([A-Z]+)/.exec(code)?.[1] : undefined
}
