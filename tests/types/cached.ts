// Checked by the compiler alone: `npm run types`. Nothing here runs.
import { expectTypeOf } from 'vitest'
import { Cached, type CachedFunction, CacheManager, cached, Invalidates } from '../../js/index.ts'

interface User {
  readonly name: string
}

/** A cached function has the types of the function, whether that answers a promise or not. */
export function cachedFunctions(): void {
  const later = cached(async (id: string, deep?: boolean): Promise<User> => ({ name: `${id} ${deep}` }), {
    region: 'metrics',
    name: 'later',
  })
  const now = cached((n: number) => n * 2, { region: 'metrics', name: 'now' })
  const paged = cached(async (id: string, page = 1) => `${id} ${page + 1}`, {
    region: 'metrics',
    name: 'paged',
    tags: ([id], text) => [id, text],
  })
  expectTypeOf(later).toEqualTypeOf<CachedFunction<[id: string, deep?: boolean], User>>()
  expectTypeOf(paged).toEqualTypeOf<CachedFunction<[id: string, page?: number], string>>()
  expectTypeOf(now).parameters.toEqualTypeOf<[n: number]>()
  expectTypeOf(now).returns.toEqualTypeOf<Promise<number>>()
  expectTypeOf(later.fresh).returns.toEqualTypeOf<Promise<User>>()
  expectTypeOf(later.peek).returns.toEqualTypeOf<Promise<User | undefined>>()
  expectTypeOf(later.invalidate).returns.toEqualTypeOf<Promise<boolean>>()
  expectTypeOf(later.invalidate).toBeCallableWith('a', true)
}

/** Decorators leave a method its types, and refuse one that their options do not fit. */
export function decorators(): void {
  const cache = new CacheManager()
  class Users {
    @Cached({ cache, region: 'metrics', ttl: '5m' })
    async load(id: string): Promise<User> {
      return { name: id }
    }

    @Cached({ cache, region: 'metrics', key: (id: string) => id })
    async loadDeep(id: string, depth: number): Promise<number> {
      return id.length + depth
    }

    // @ts-expect-error: its key is made of a number
    @Cached({ cache, region: 'metrics', key: (id: number) => String(id) })
    async loadOther(id: string): Promise<string> {
      return id
    }

    @Invalidates({ cache, region: 'metrics', keys: ([id]: [id: string], user: User) => [id, user.name] })
    async rename(id: string, name: string): Promise<User> {
      return { name: id + name }
    }

    // @ts-expect-error: its keys are made of a user
    @Invalidates({ cache, region: 'metrics', keys: ([id]: [id: string], user: User) => [id, user.name] })
    async remove(id: string): Promise<number> {
      return id.length
    }
  }
  expectTypeOf<Users['load']>().toEqualTypeOf<(id: string) => Promise<User>>()
  expectTypeOf<Users['rename']>().toEqualTypeOf<(id: string, name: string) => Promise<User>>()
}
