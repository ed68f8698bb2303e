import { expect, test } from 'vitest'
import { CacheManager } from '../../js/cache/manager.ts'
import { Region } from '../../js/cache/region/region.ts'
import { RegionCalls } from '../../js/cache/region-calls.ts'
import { CacheType, presets } from '../../js/config/presets.ts'
import { POLICIES } from '../../js/config/types.ts'
import { variables, variablesOf } from '../../js/config/variables.ts'
import { MemoryCache } from '../../js/memory/memory-cache.ts'
import { read } from '../lint/tree.ts'
import { eventsPage } from './events-page.ts'
import { optionsPage } from './options-page.ts'

const readme = read('README.md')

/** The cells of every row of every table, without code marks. */
const rows = readme
  .split('\n')
  .filter((line) => line.startsWith('| '))
  .map((line) => line.slice(2, -2).replaceAll('`', '').split(' | '))

/** The first cells of the table whose first heading is `heading`. */
function column(heading: string): string[] {
  const table = new RegExp(`^\\| ${heading} \\|.*\\n\\|.*\\n((?:\\|.*\\n)+)`, 'm').exec(readme)?.[1] ?? ''
  return [...table.matchAll(/^\| `([^`]+)`/gm)].map(([, name = '']) => name)
}

/** The names of a union or interface in a source file: of `'NAME'` or `name:` at the beginning of its lines. */
function namesIn(path: string, declaration: string): string[] {
  const body =
    read(path)
      .split(declaration)[1]
      ?.split(/\n\n|\n\}/)[0] ?? ''
  return [...body.matchAll(/^ +(?:\| '([A-Z_]+)'|'?([\w-]+)'?:)/gm)].map(([, literal, name]) => literal ?? name ?? '')
}

test('docs/options.md is what the tables of options say', async () => {
  await expect(optionsPage()).toMatchFileSnapshot('../../docs/options.md')
})

test('docs/events.md is what the type of events says', async () => {
  await expect(eventsPage()).toMatchFileSnapshot('../../docs/events.md')
})

test('the table of presets is the presets', () => {
  const told = rows.filter(([name = '']) => Object.hasOwn(CacheType, name))
  const yes = (on: unknown) => (on ? 'yes' : 'no')
  const actual = Object.entries(CacheType).map(([name, region]) => {
    const { ttl, policy, maxBytes, compression, encryption } = presets[region]
    return [name, region, ttl, policy, maxBytes, yes(compression), yes(encryption)]
  })
  expect(told).toEqual(actual)
})

test('every policy, error code, event and environment variable is told of, and no other', () => {
  expect(column('policy')).toEqual([...POLICIES])
  expect(column('code').sort()).toEqual(namesIn('js/errors.ts', 'type CacheErrorCode =').sort())
  const events = /^- Events: ([^.]+)\./m.exec(readme)?.[1]?.match(/[\w-]+/g)
  expect(events).toEqual(namesIn('js/observe/events.ts', 'interface CacheEvents {'))
  const ofRegions = variablesOf('x').map(([name]) => name.replace('_X_', '_<REGION>_'))
  const keys = ['CACHE_ENCRYPTION_KEY', 'CACHE_ENCRYPTION_INDEX_SECRET']
  expect(column('variable').sort()).toEqual([...variables.keys(), ...ofRegions, ...keys].sort())
})

test('every public method is told of', () => {
  const all = [CacheManager, RegionCalls, Region, MemoryCache].flatMap((type) =>
    Object.getOwnPropertyNames(type.prototype),
  )
  const names = all.filter((name) => name !== 'constructor')
  expect(names.length).toBeGreaterThan(30)
  const untold = names.filter((name) => !new RegExp(`\\b${name}\\b`).test(readme))
  expect(untold).toEqual([])
})
