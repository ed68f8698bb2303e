import { ScriptTarget, transpileModule } from 'typescript'
import { describe, expect, it } from 'vitest'
import type { RegionSource } from '../../../js/cache/cached/cached-call.ts'
import { Cached, Invalidates } from '../../../js/cache/cached/decorators.ts'
import type { CacheManager } from '../../../js/cache/manager.ts'
import { expectError, makeCache } from './fixture.ts'

const CLASSES = `function make(Cached, Invalidates, cache) {
  class Articles {
    site = 'site'
    runs = 0
    @Cached({ region: 'packed', ttl: '5s', cache })
    async body(id) {
      this.runs++
      return this.site + '/' + id
    }
    @Cached({ region: 'packed', key: (id) => 'head:' + id, cache })
    async head(id) {
      return 'head of ' + id
    }
    @Cached({ region: 'packed', cache })
    async other(id) {
      return 'other ' + id
    }
    @Cached({ region: 'packed', key: (id) => 'title:' + id, tags: ['titles'], cache })
    async title(id) {
      return this.site + ' ' + ++this.runs
    }
    @Invalidates({ region: 'packed', keys: ([id], renamed) => ['title:' + id, 'title:' + renamed], cache })
    async rename(id, to) {
      if (to === '') throw new Error('no name')
      return to
    }
    @Invalidates({ region: 'packed', tags: 'titles', keys: () => 'head:a', cache })
    async renameAll() {
      return this.site
    }
    @Invalidates({ region: 'packed', tags: ([tag]) => [tag], cache })
    async drop(tag) {}
    static runs = 0
    @Cached({ region: 'packed', cache })
    static async count() {
      return ++this.runs
    }
  }
  class Users {
    @Cached({ region: 'packed', cache })
    async body(id) {
      return 'user ' + id
    }
  }
  return { Articles, Users }
}`

interface Articles {
  readonly runs: number
  body(id: string): Promise<string>
  head(id: string): Promise<string>
  other(id: string): Promise<string>
  title(id: string): Promise<string>
  rename(id: string, to: string): Promise<string>
  renameAll(): Promise<string>
  drop(tag: string): Promise<void>
}
interface Classes {
  readonly Articles: { new (): Articles; count(): Promise<number> }
  readonly Users: new () => { body(id: string): Promise<string> }
}

/** The classes above, with their decorators as TypeScript compiles them. */
function compiled(experimentalDecorators: boolean, cache: CacheManager): Classes {
  const compilerOptions = { target: ScriptTarget.ES2022, experimentalDecorators }
  const { outputText } = transpileModule(CLASSES, { compilerOptions })
  return new Function('Cached', 'Invalidates', 'cache', `${outputText}; return make(Cached, Invalidates, cache)`)(
    Cached,
    Invalidates,
    cache,
  )
}

describe.each([
  ['as standard decorators', false],
  ['as legacy decorators', true],
])('@Cached and @Invalidates %s', (_, legacy) => {
  it('keeps the results of a method, with its `this`', async () => {
    const { cache, clock } = makeCache()
    const { Articles } = compiled(legacy, cache)
    const articles = new Articles()
    expect([await articles.body('a'), await articles.body('a'), await articles.body('b')]).toEqual([
      'site/a',
      'site/a',
      'site/b',
    ])
    expect(articles.runs).toBe(2)
    await clock.advance(5_000)
    await articles.body('a')
    expect(articles.runs).toBe(3)
  })

  it('keeps methods and classes apart, and static ones from the others', async () => {
    const { cache } = makeCache()
    const { Articles, Users } = compiled(legacy, cache)
    const articles = new Articles()
    expect([await articles.body('1'), await articles.other('1'), await new Users().body('1')]).toEqual([
      'site/1',
      'other 1',
      'user 1',
    ])
    expect([await Articles.count(), await Articles.count()]).toEqual([1, 1])
  })

  it('removes keys made of arguments and result, when the method is done', async () => {
    const { cache } = makeCache()
    const articles = new (compiled(legacy, cache).Articles)()
    expect([await articles.title('a'), await articles.title('b'), await articles.title('c')]).toEqual([
      'site 1',
      'site 2',
      'site 3',
    ])
    expect(await articles.rename('a', 'b')).toBe('b')
    expect([await articles.title('a'), await articles.title('b'), await articles.title('c')]).toEqual([
      'site 4',
      'site 5',
      'site 3',
    ])
    await expect(articles.rename('c', '')).rejects.toThrow('no name')
    expect(await articles.title('c')).toBe('site 3')
  })

  it('removes what has a tag, fixed or made of arguments', async () => {
    const { cache } = makeCache()
    const articles = new (compiled(legacy, cache).Articles)()
    await articles.head('a')
    await articles.title('a')
    expect(await articles.renameAll()).toBe('site')
    expect(await cache.get('packed', 'head:a')).toBeUndefined()
    expect(await articles.title('a')).toBe('site 2')
    await articles.drop('others')
    expect(await articles.title('a')).toBe('site 2')
    await articles.drop('titles')
    expect(await articles.title('a')).toBe('site 3')
  })

  it('takes a key function', async () => {
    const { cache } = makeCache()
    const { Articles } = compiled(legacy, cache)
    expect(await new Articles().head('x')).toBe('head of x')
    expect(await cache.get('packed', 'head:x')).toBe('head of x')
  })
})

describe('@Cached', () => {
  it('refuses what is no method', async () => {
    const { cache } = makeCache()
    const decorate = Cached({ region: 'live', cache }) as unknown as (...args: unknown[]) => unknown
    await expectError(() => decorate(undefined, { kind: 'field', name: 'size' }), 'INVALID_OPTION', /size/, /methods/)
    await expectError(() => decorate({}, 'size', { get: () => 1 }), 'INVALID_OPTION', /size/)
  })
})

describe('@Invalidates', () => {
  it('refuses what is no method, and options that remove nothing', async () => {
    const { cache } = makeCache()
    const decorate = Invalidates({ region: 'live', tags: 't', cache }) as unknown as (...args: unknown[]) => unknown
    await expectError(
      () => decorate(undefined, { kind: 'field', name: 'size' }),
      'INVALID_OPTION',
      /@Invalidates.*size/,
    )
    await expectError(() => Invalidates({ region: 'live' }), 'INVALID_OPTION', /keys/, /tags/)
    await expectError(() => Invalidates({ region: 'live', keys: 'k' as never }), 'INVALID_OPTION', /keys/)
    await expectError(() => Invalidates({ tags: 't' } as never), 'INVALID_OPTION', /region/)
  })

  it('rejects where the cache cannot remove, after the method has run', async () => {
    const { cache } = makeCache()
    let runs = 0
    const source = { region: cache.region.bind(cache) as RegionSource['region'] }
    await expectError(() => Invalidates({ region: 'nowhere', tags: 't', cache }), 'UNKNOWN_REGION', /nowhere/)
    const decorate = Invalidates({ region: 'nowhere', tags: 't', cache: source }) as unknown as (
      method: () => Promise<number>,
      context: unknown,
    ) => () => Promise<number>
    const run = decorate(async () => ++runs, { kind: 'method', name: 'run' })
    await expectError(run(), 'UNKNOWN_REGION')
    expect(runs).toBe(1)
  })
})
