// Checked by the compiler alone: `npm run types`. Nothing here runs.
import { expectTypeOf } from 'vitest'
import { type CachedOptions, CacheManager, CacheType, type ManagerOptions, type Region } from '../../js/index.ts'

interface User {
  readonly name: string
}

/** A schema as libraries make them: the Standard Schema interface with more around it. */
interface UserSchema {
  parse(value: unknown): User
  readonly '~standard': {
    readonly version: 1
    readonly vendor: 'library'
    readonly types?: { readonly input: { name: string | number }; readonly output: User } | undefined
    readonly validate: (
      value: unknown,
    ) =>
      | { readonly value: User; readonly issues?: undefined }
      | { readonly issues: readonly { readonly message: string; readonly path?: readonly PropertyKey[] }[] }
  }
}
declare const schema: UserSchema

/** The types of a region's values follow from its schema. */
export async function typesOfSchemas(): Promise<void> {
  const cache = new CacheManager({ regions: { users: { schema, ttl: '1h' }, pages: { policy: 'lru' } } })
  expectTypeOf(cache.region('users')).toEqualTypeOf<Region<User>>()
  expectTypeOf(await cache.get('users', 'u1')).toEqualTypeOf<User | undefined>()
  expectTypeOf(await cache.getMany('users', ['u1'])).toEqualTypeOf<Map<string, User>>()
  expectTypeOf(await cache.getOrSet('users', 'u1', () => ({ name: 'Ada' }))).toEqualTypeOf<User>()
  expectTypeOf(await cache.getOrSet('users', { key: 'u1', factory: () => ({ name: 'Ada' }) })).toEqualTypeOf<User>()
  expectTypeOf(await cache.getOrSet('pages', { key: 'p', factory: () => 'text' })).toEqualTypeOf<string>()
  await cache.getOrSet('users', 'u1', (context) => {
    expectTypeOf(context.stale).toEqualTypeOf<User | undefined>()
    return context.stale === undefined ? { name: 'Ada' } : context.notModified()
  })
  await cache.set('users', 'u1', { name: 'Ada' })
  await cache.setMany('users', { u1: { name: 'Ada' } })
  await cache.transaction('users', async (tx) => {
    expectTypeOf(await tx.get('u1')).toEqualTypeOf<User | undefined>()
  })
  // @ts-expect-error: it is no user
  await cache.set('users', 'u1', { title: 'Countess' })
  // @ts-expect-error: they are no users
  await cache.setMany('users', { u1: 1 })
  // @ts-expect-error: it makes no user
  await cache.getOrSet('users', 'u1', () => 1)
  // @ts-expect-error: it is no user
  await cache.region('users').set('u1', 1)
}

/** Where nothing says what a region holds, each call may say it. */
export async function typesOfCalls(): Promise<void> {
  const cache = new CacheManager({ regions: { users: { schema }, pages: {} } })
  expectTypeOf(cache.region('pages')).toEqualTypeOf<Region<unknown>>()
  expectTypeOf(cache.region<string>('pages')).toEqualTypeOf<Region<string>>()
  expectTypeOf(cache.region(CacheType.METRICS)).toEqualTypeOf<Region<unknown>>()
  expectTypeOf(await cache.get<string>('metrics', 'm')).toEqualTypeOf<string | undefined>()
  expectTypeOf(await cache.get('metrics', 'm')).toEqualTypeOf<unknown>()
  expectTypeOf(await cache.getOrSet('pages', 'p', () => 'text')).toEqualTypeOf<string>()
  expectTypeOf(cache.region<{ name: string; seen: number }>('users')).toEqualTypeOf<
    Region<{ name: string; seen: number }>
  >()
}

/** Names of regions are checked where they are known. */
export async function names(): Promise<void> {
  const cache = new CacheManager({ regions: { users: { schema }, pages: {} } })
  expectTypeOf(cache.regions).toEqualTypeOf<readonly (CacheType | 'users' | 'pages')[]>()
  // @ts-expect-error: there is no such region
  cache.region('usres')
  // @ts-expect-error: there is no such region
  await cache.get('usres', 'u1')
  // @ts-expect-error: there is no such region
  await cache.set('usres', 'u1', 1)
  // @ts-expect-error: there is no such region
  await cache.delete('usres', 'u1')
  const any: CacheManager = cache
  const name: string = 'users'
  expectTypeOf(any.region(name)).toEqualTypeOf<Region<unknown>>()
  expectTypeOf(new CacheManager().region(name)).toEqualTypeOf<Region<unknown>>()
  expectTypeOf(CacheManager.fromEnv({ regions: { users: { schema } } }).region('users')).toEqualTypeOf<Region<User>>()
}

/** Types can be told without a schema. */
export async function toldTypes(): Promise<void> {
  const cache = new CacheManager<{ users: User; counts: number }>({ regions: { users: {}, counts: { ttl: '1m' } } })
  expectTypeOf(await cache.get('counts', 'c')).toEqualTypeOf<number | undefined>()
  // @ts-expect-error: it is no number
  await cache.set('counts', 'c', 'one')
  // @ts-expect-error: 'counts' is missing
  const bad: ManagerOptions<{ users: User; counts: number }> = { regions: { users: {} } }
  // @ts-expect-error: its values are no numbers
  const worse: ManagerOptions<{ counts: number }> = { regions: { counts: { schema } } }
  // @ts-expect-error: there is no such option
  const wrong = new CacheManager({ regions: { counts: { tll: '1m' } } })
  const options: CachedOptions = { region: 'counts', cache }
  expectTypeOf([bad, worse, wrong, options]).toBeArray()
}
