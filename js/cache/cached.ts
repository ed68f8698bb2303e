import { invalidOption, parseDuration } from '../config/units.ts'
import { CacheError } from '../errors.ts'
import { argumentKey } from './argument-key.ts'
import { getCacheManager } from './global.ts'
import type { CacheManager } from './manager.ts'
import type { GetOrSetOptions, RegionName } from './types.ts'

/** Options of `cached` and `@Cached`. */
export interface CachedOptions<Args extends readonly unknown[] = readonly unknown[]>
  extends Omit<GetOrSetOptions, 'signal'> {
  /** The region that holds the results. */
  readonly region: RegionName
  /** Makes the key from the arguments. Default: `name`, then the arguments in a stable form. */
  readonly key?: (...args: Args) => string
  /** What default keys begin with. Default: the function's name (a method's, with its class). */
  readonly name?: string
  /** The cache to use. Default: `getCacheManager()`, taken at the first call. */
  readonly cache?: CacheManager
}

/**
 * Wraps `fn` so that its result is kept per arguments, and concurrent calls with the same
 * arguments run it once. A result of `undefined` is handed out and not kept; an error is
 * thrown to all who wait, and not kept.
 *
 * @example
 * const loadUser = cached(async (id: string) => db.users.find(id), { region: 'sessions', name: 'user', ttl: '5m' })
 * await loadUser('u1')
 */
export function cached<Args extends readonly unknown[], Result>(
  fn: (...args: Args) => Result,
  options: CachedOptions<Args>,
): (...args: Args) => Promise<Awaited<Result>> {
  checkOptions(options)
  const name = options.name ?? fn.name
  if (options.key === undefined && name === '') {
    throw new CacheError('INVALID_OPTION', 'cached: a function without a name needs the option `name` or `key`', {
      context: { option: 'name' },
    })
  }
  return (...args) => run(options, name, args, () => fn(...args))
}

type Method<This, Args extends readonly unknown[], Result> = (this: This, ...args: Args) => Promise<Result>

/**
 * The decorator form of `cached`, for methods that answer promises. It works as a standard
 * decorator and under TypeScript's `experimentalDecorators`. The key does not tell one
 * instance from another: where results depend on `this`, give a `key` function.
 *
 * @example
 * class Articles {
 *   \@Cached({ region: 'article_content', ttl: '4h' })
 *   async body(id: string) { return render(id) }
 * }
 */
export function Cached<Args extends readonly unknown[]>(options: CachedOptions<Args>): CachedDecorator<Args> {
  checkOptions(options)
  function decorate(target: unknown, context: unknown, descriptor?: PropertyDescriptor): unknown {
    if (descriptor === undefined) return wrap(target, options, String((context as { name: unknown }).name))
    descriptor.value = wrap(descriptor.value, options, String(context))
    return descriptor
  }
  return decorate as CachedDecorator<Args>
}

/** What `@Cached({...})` is: a decorator of methods, in the standard and in the legacy form. */
export interface CachedDecorator<Args extends readonly unknown[]> {
  <This, Result>(
    method: Method<This, Args, Result>,
    context: ClassMethodDecoratorContext<This, Method<This, Args, Result>>,
  ): Method<This, Args, Result>
  (target: object, name: string | symbol, descriptor: PropertyDescriptor): PropertyDescriptor
}

function wrap<Args extends readonly unknown[]>(
  method: unknown,
  options: CachedOptions<Args>,
  methodName: string,
): unknown {
  if (typeof method !== 'function') {
    throw new CacheError('INVALID_OPTION', `@Cached decorates methods only, and '${methodName}' is none`)
  }
  return function (this: unknown, ...args: Args): Promise<unknown> {
    const name = options.name ?? `${className(this)}.${methodName}`
    return run(options, name, args, () => method.apply(this, args))
  }
}

/** What is wrong is said where the function is made, not at its first call. */
function checkOptions<Args extends readonly unknown[]>(options: CachedOptions<Args>): void {
  if (typeof options !== 'object' || options === null || typeof options.region !== 'string') {
    throw invalidOption('region', (options as Partial<CachedOptions> | undefined)?.region, 'the name of a region')
  }
  if (options.ttl !== undefined) parseDuration(options.ttl, 'ttl')
}

/** The class of an instance, or the class itself for static methods. */
function className(self: unknown): string {
  if (typeof self === 'function') return self.name
  return (self as { constructor?: { name?: string } } | undefined)?.constructor?.name ?? ''
}

function run<Args extends readonly unknown[], Result>(
  options: CachedOptions<Args>,
  name: string,
  args: Args,
  compute: () => Result,
): Promise<Awaited<Result>> {
  const { region, key, name: _name, cache, ...rest } = options
  try {
    const text = key === undefined ? `${name}(${argumentKey(args)})` : key(...args)
    const target = (cache ?? getCacheManager()).region<Awaited<Result>>(region)
    return target.getOrSet(text, () => compute() as Awaited<Result> | Promise<Awaited<Result>>, rest)
  } catch (error) {
    return Promise.reject(error)
  }
}
