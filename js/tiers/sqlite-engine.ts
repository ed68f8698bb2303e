import { CacheError } from '../errors.ts'

/** What every error, metric and event calls this tier. */
export const TIER = 'sqlite'

/** What the tier needs of an SQLite library: `DatabaseSync` of node:sqlite has it, and `Database` of better-sqlite3. */
export interface SqliteDatabase {
  /** Runs statements that answer nothing. */
  exec(sql: string): unknown
  /** Prepares one statement. */
  prepare(sql: string): SqliteStatement
  /** Closes the file. */
  close(): unknown
}

/** A prepared statement; values are numbers, bytes or null. */
export interface SqliteStatement {
  /** The first row, or `undefined`. */
  get(...values: SqlValue[]): unknown
  /** All rows. */
  all(...values: SqlValue[]): unknown[]
  /** Writes. */
  run(...values: SqlValue[]): {
    /** How many rows were written. */
    readonly changes: number | bigint
  }
}

/** What a statement is given, and what its rows hold. */
export type SqlValue = Uint8Array | number | null

/** What a file can be opened with. */
export type SqliteEngine = 'node:sqlite' | 'better-sqlite3' | ((path: string) => SqliteDatabase)

type Opener = (path: string) => SqliteDatabase

interface NodeSqlite {
  readonly DatabaseSync: new (path: string) => SqliteDatabase
}

interface BetterSqlite3 {
  readonly default: new (path: string) => SqliteDatabase
}

/** The optional peer. Its name is no literal at the place of the import: bundlers leave a native module where it is. */
const PEER: string = 'better-sqlite3'

/** What opens a file with the engine that is asked for, or with what there is. The library is loaded once it is needed. */
export function opener(engine: SqliteEngine | undefined): (path: string) => Promise<SqliteDatabase> {
  if (typeof engine === 'function') return async (path) => engine(path)
  return async (path) => (await library(engine))(path)
}

/** @throws CacheError `MISSING_PEER` where the library is not there. */
async function library(engine: 'node:sqlite' | 'better-sqlite3' | undefined): Promise<Opener> {
  const builtIn = engine === 'better-sqlite3' ? undefined : nodeSqlite()
  if (builtIn !== undefined) return (path) => new builtIn.DatabaseSync(path)
  if (engine === 'node:sqlite') throw missing('this runtime has no node:sqlite (Node has it from 22.13 on)')
  try {
    const { default: Database } = (await import(/* @vite-ignore */ PEER)) as BetterSqlite3
    return (path) => new Database(path)
  } catch (cause) {
    throw missing(
      `without node:sqlite (Node 22.13 or later) this tier needs the package ${PEER}: npm install ${PEER}`,
      cause,
    )
  }
}

/** What tells a file from another one that took its name; `undefined` where there is none, or nothing to look with. */
export function identity(path: string): string | undefined {
  const fs = builtIn('node:fs') as Pick<typeof import('node:fs'), 'statSync'> | undefined
  const found = fs?.statSync(path, { bigint: true, throwIfNoEntry: false })
  return found && `${found.dev}:${found.ino}`
}

function nodeSqlite(): NodeSqlite | undefined {
  return builtIn('node:sqlite') as NodeSqlite | undefined
}

function builtIn(name: string): unknown {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } }
  return process?.getBuiltinModule?.(name)
}

function missing(message: string, cause?: unknown): CacheError {
  return new CacheError('MISSING_PEER', `${TIER}: ${message}`, {
    ...(cause === undefined ? {} : { cause }),
    context: { tier: TIER },
  })
}
