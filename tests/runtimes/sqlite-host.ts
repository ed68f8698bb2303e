import { FakeClock } from '../../js/testing/fake-clock.ts'
import { type SqliteDatabase, type SqliteOptions, sqliteDriver } from '../../js/tiers/sqlite.ts'
import { serve } from './host.ts'
import { requireHere } from './runtime.ts'

type Engine = 'node:sqlite' | 'better-sqlite3'

function open(engine: Engine, path: string): SqliteDatabase {
  if (engine === 'better-sqlite3') return new (requireHere(engine) as new (path: string) => SqliteDatabase)(path)
  const { DatabaseSync } = requireHere(engine) as { DatabaseSync: new (path: string) => SqliteDatabase }
  return new DatabaseSync(path)
}

/** Time stands still for drivers that are made with it, until the test moves it. */
const clock = new FakeClock({ wall: Date.now() })
let holder: SqliteDatabase | undefined

serve(
  (engine: Engine, path: string, options: SqliteOptions = {}, standsStill = false) =>
    sqliteDriver(path, { engine, ...(standsStill ? { clock } : {}), ...options }),
  {
    advance: (ms: number) => clock.advance(ms),
    alive: () => true,
    hold(engine: Engine, path: string) {
      holder = open(engine, path)
      holder.exec('BEGIN IMMEDIATE')
    },
    release: () => holder?.close(),
    count(engine: Engine, path: string) {
      const database = open(engine, path)
      const row = database.prepare('SELECT count(*) AS count FROM omnicache_entries').get() as { count: number }
      database.close()
      return row.count
    },
  },
)
