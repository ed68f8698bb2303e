import type { SqliteDatabase, SqliteStatement } from './sqlite-engine.ts'

/**
 * The one table. Keys are the UTF-8 bytes of the cache's keys, so that they sort by their bytes and
 * hold any character. `head` is as much of a value as is needed to compare stamps: it lies before
 * the value, which so need not be read from its pages. `expires` is wall-clock ms, or NULL for never.
 */
const SCHEMA = `
CREATE TABLE IF NOT EXISTS omnicache_entries (
  key BLOB NOT NULL PRIMARY KEY,
  expires REAL,
  head BLOB AS (substr(value, 1, 24)) STORED,
  value BLOB NOT NULL
);
CREATE INDEX IF NOT EXISTS omnicache_expiry ON omnicache_entries (expires) WHERE expires IS NOT NULL;
`

/** What has not expired; NULL never does. */
const LIVE = 'coalesce(expires > ?, 1)'

/** The longest TTL that is stored as one, some 30,000 years. */
const MAX_TTL = 1e15

/** Behind every key: no byte of UTF-8 is 0xff. */
const BEHIND_ALL = Uint8Array.of(0xff)

const encoder = new TextEncoder()
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** What one statement at a time can do with the table. Times are wall-clock ms. */
export class SqliteEntries {
  readonly #database: SqliteDatabase
  readonly #value: SqliteStatement
  readonly #head: SqliteStatement
  readonly #put: SqliteStatement
  readonly #replace: SqliteStatement
  readonly #delete: SqliteStatement
  readonly #deleteRange: SqliteStatement
  readonly #deleteExpired: SqliteStatement
  readonly #deleteSoonest: SqliteStatement
  readonly #from: SqliteStatement
  readonly #after: SqliteStatement

  /** Makes the table where there is none. */
  constructor(database: SqliteDatabase) {
    database.exec(SCHEMA)
    this.#database = database
    const table = 'omnicache_entries'
    const some = (which: string) =>
      `DELETE FROM ${table} WHERE rowid IN (SELECT rowid FROM ${table} WHERE ${which} LIMIT ?)`
    this.#value = database.prepare(`SELECT value FROM ${table} WHERE key = ? AND ${LIVE}`)
    this.#head = database.prepare(`SELECT head FROM ${table} WHERE key = ? AND ${LIVE}`)
    this.#put = database.prepare(
      `INSERT INTO ${table} (key, expires, value) VALUES (?, ?, coalesce(?, x''))
       ON CONFLICT (key) DO UPDATE SET expires = excluded.expires, value = excluded.value`,
    )
    this.#replace = database.prepare(`UPDATE ${table} SET value = coalesce(?, x'') WHERE key = ?`)
    this.#delete = database.prepare(`DELETE FROM ${table} WHERE key = ? AND ${LIVE}`)
    this.#deleteRange = database.prepare(some('key >= ? AND key < ?'))
    this.#deleteExpired = database.prepare(some('expires <= ?'))
    this.#deleteSoonest = database.prepare(some('expires IS NOT NULL ORDER BY expires'))
    this.#from = database.prepare(`SELECT key FROM ${table} WHERE key >= ? AND key < ? ORDER BY key LIMIT ?`)
    this.#after = database.prepare(`SELECT key FROM ${table} WHERE key > ? AND key < ? ORDER BY key LIMIT ?`)
  }

  exec(sql: string): void {
    this.#database.exec(sql)
  }

  get(key: string, now: number): Uint8Array | undefined {
    const row = this.#value.get(encoder.encode(key), now) as { value: Uint8Array } | null | undefined
    return row ? plain(row.value) : undefined
  }

  /** The first bytes of a value, up to the end of its stamp; fewer where the value is shorter. */
  head(key: string, now: number): Uint8Array | undefined {
    const row = this.#head.get(encoder.encode(key), now) as { head: Uint8Array | null } | null | undefined
    return row ? plain(row.head ?? new Uint8Array(0)) : undefined
  }

  put(key: string, value: Uint8Array, ttl: number, now: number): void {
    this.#put.run(encoder.encode(key), ttl > MAX_TTL ? null : now + ttl, value)
  }

  /** Puts another value under a key that is there; it expires when the one before would have. */
  replace(key: string, value: Uint8Array): void {
    this.#replace.run(value, encoder.encode(key))
  }

  /** Whether there was something to remove. */
  delete(key: string, now: number): boolean {
    return this.#delete.run(encoder.encode(key), now).changes > 0
  }

  /** Removes as many as `limit` of the keys that begin with `prefix`; answers how many. */
  deletePrefix(prefix: string, limit: number): number {
    const from = encoder.encode(prefix)
    return Number(this.#deleteRange.run(from, behind(from), limit).changes)
  }

  /** Removes as many as `limit` of what has expired; answers how many. */
  deleteExpired(now: number, limit: number): number {
    return Number(this.#deleteExpired.run(now, limit).changes)
  }

  /** Removes as many as `limit` of what has expired, or will be the next to; answers how many. */
  deleteSoonest(limit: number): number {
    return Number(this.#deleteSoonest.run(limit).changes)
  }

  /** As many as `limit` of the keys that begin with `prefix` and come after `after`, in the order of their bytes. */
  keys(prefix: string, after: string | undefined, limit: number): string[] {
    const from = encoder.encode(prefix)
    const rows =
      after === undefined
        ? this.#from.all(from, behind(from), limit)
        : this.#after.all(encoder.encode(after), behind(from), limit)
    return rows.map((row) => decoder.decode((row as { key: Uint8Array }).key))
  }
}

/** The first bytes that sort behind all that begin with `prefix`. */
function behind(prefix: Uint8Array): Uint8Array {
  const last = prefix.length - 1
  if (last < 0) return BEHIND_ALL
  const bytes = prefix.slice()
  bytes[last] = (prefix[last] ?? 0) + 1
  return bytes
}

/** The same bytes as a plain array: better-sqlite3 answers Buffers, whose `slice` shares memory. */
function plain(bytes: Uint8Array): Uint8Array {
  return bytes.constructor === Uint8Array ? bytes : new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
