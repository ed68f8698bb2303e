import { CacheError } from '../../errors.ts'
import { type CachedOptions, callOf, checkCachedOptions, runCached } from './cached-call.ts'

/** What `cached` makes of a function. */
export interface CachedFunction<Args extends readonly unknown[], Result> {
  /** The result for these arguments: the one that is kept, or else the function's. */
  (...args: Args): Promise<Result>
  /** Forgets the result for these arguments, in all tiers; answers whether there was one. */
  invalidate(...args: Args): Promise<boolean>
  /** Runs the function whatever is kept, and keeps its result. Concurrent calls share one run. */
  fresh(...args: Args): Promise<Result>
  /** The result that is kept for these arguments, or `undefined`. The function never runs. */
  peek(...args: Args): Promise<Result | undefined>
}

/**
 * Wraps `fn` so that its result is kept per arguments, and concurrent calls with the same
 * arguments run it once. A result of `undefined` is handed out and not kept; an error is
 * thrown to all who wait, and not kept.
 *
 * @example
 * const loadUser = cached(async (id: string) => db.users.find(id), { region: 'sessions', name: 'user', ttl: '5m' })
 * await loadUser('u1')
 * await loadUser.invalidate('u1')
 */
export function cached<Fn extends (...args: never[]) => unknown>(
  fn: Fn,
  options: CachedOptions<Parameters<Fn>, Awaited<ReturnType<Fn>>>,
): CachedFunction<Parameters<Fn>, Awaited<ReturnType<Fn>>> {
  checkCachedOptions(options)
  const name = options.name ?? fn.name
  if (options.key === undefined && name === '') {
    throw new CacheError('INVALID_OPTION', 'cached: a function without a name needs the option `name` or `key`', {
      context: { option: 'name' },
    })
  }
  return make(fn as (...args: Parameters<Fn>) => Awaited<ReturnType<Fn>>, options, name)
}

function make<Args extends readonly unknown[], Value>(
  fn: (...args: Args) => Value | Promise<Value>,
  options: CachedOptions<Args, Value>,
  name: string,
): CachedFunction<Args, Value> {
  const call = (args: Args) => callOf<Args, Value>(options, name, args)
  const run = (args: Args, forceFresh?: boolean) => runCached(options, name, args, () => fn(...args), forceFresh)
  return Object.assign((...args: Args) => run(args), {
    fresh: (...args: Args) => run(args, true),
    invalidate: async (...args: Args) => {
      const { region, key } = call(args)
      return region.delete(key)
    },
    peek: async (...args: Args) => {
      const { region, key } = call(args)
      return region.get(key)
    },
  })
}
