import { invalidOption } from '../../config/units.ts'
import { CacheError } from '../../errors.ts'
import { getCacheManager } from '../global.ts'
import type { RegionName } from '../types.ts'
import { type CachedOptions, checkCachedOptions, type RegionSource, runCached } from './cached-call.ts'

type Method<This, Args extends readonly unknown[], Result> = (this: This, ...args: Args) => Promise<Result>

/**
 * A decorator of methods that answer promises, in the standard and in the legacy form. `Args` and
 * `Result` are what its options can deal with.
 */
export interface MethodDecoration<Args extends readonly unknown[], Result = unknown> {
  <This, A extends Args, R extends Result>(
    method: Method<This, A, R>,
    context: ClassMethodDecoratorContext<This, Method<This, A, R>>,
  ): Method<This, A, R>
  (target: object, name: string | symbol, descriptor: PropertyDescriptor): PropertyDescriptor
}

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
export function Cached<Args extends readonly unknown[], Result = unknown>(
  options: CachedOptions<Args, Result>,
): MethodDecoration<readonly [...Args, ...unknown[]], Result> {
  checkCachedOptions(options)
  return decoration('@Cached', (method, methodName) => {
    return function (this: unknown, ...args: readonly unknown[]): Promise<unknown> {
      const name = options.name ?? `${className(this)}.${methodName}`
      return runCached(options, name, args as Args, () => method.call(this, ...args) as Promise<Result>)
    }
  })
}

/** A method that is decorated, as it is called. */
type AnyMethod = (this: unknown, ...args: readonly unknown[]) => unknown

/** Options of `@Invalidates`. Of `keys` and `tags`, one is needed. */
export interface InvalidatesOptions<Args extends readonly unknown[] = readonly unknown[], Result = unknown> {
  /** The region whose entries are removed. */
  readonly region: RegionName
  /** Which keys are removed. Default: none. */
  readonly keys?: ((args: Args, result: Result) => string | readonly string[]) | undefined
  /** Entries with which tags are removed. Default: none. */
  readonly tags?: string | readonly string[] | ((args: Args, result: Result) => string | readonly string[]) | undefined
  /** The cache to use. Default: `getCacheManager()`, taken at the first call. */
  readonly cache?: RegionSource | undefined
}

/**
 * Removes entries when the method has done its work: those under some keys, or with some tags.
 * A method that throws removes nothing. The call answers what the method does, once the entries
 * are gone. It works as a standard decorator and under TypeScript's `experimentalDecorators`.
 *
 * @example
 * class Articles {
 *   \@Invalidates({ region: 'article_content', tags: ([id]: [id: string]) => `article:${id}` })
 *   async rename(id: string, title: string) { return db.articles.rename(id, title) }
 * }
 */
export function Invalidates<Args extends readonly unknown[], Result = unknown>(
  options: InvalidatesOptions<Args, Result>,
): MethodDecoration<readonly [...Args, ...unknown[]], Result> {
  checkInvalidates(options)
  return decoration('@Invalidates', (method) => {
    return async function (this: unknown, ...args: readonly unknown[]): Promise<unknown> {
      const result = await method.call(this, ...args)
      await invalidate(options, args as Args, result as Result)
      return result
    }
  })
}

async function invalidate<Args extends readonly unknown[], Result>(
  { region: name, keys, tags, cache }: InvalidatesOptions<Args, Result>,
  args: Args,
  result: Result,
): Promise<void> {
  const region = (cache ?? getCacheManager()).region(name)
  const removed = keys?.(args, result) ?? []
  const changed = (typeof tags === 'function' ? tags(args, result) : tags) ?? []
  await Promise.all([region.deleteMany(typeof removed === 'string' ? [removed] : removed), region.deleteByTag(changed)])
}

function checkInvalidates(options: unknown): void {
  checkCachedOptions(options)
  const { keys, tags } = options as Partial<InvalidatesOptions>
  if (keys !== undefined && typeof keys !== 'function') {
    throw invalidOption('keys', keys, 'a function of arguments and result that answers keys')
  }
  if (keys === undefined && tags === undefined) {
    throw invalidOption('keys', keys, 'a function, where there is no option `tags`')
  }
}

/** A decorator in both forms, that puts what `wrap` makes of a method in its place. */
function decoration<Args extends readonly unknown[], Result>(
  decorator: string,
  wrap: (method: AnyMethod, name: string) => AnyMethod,
): MethodDecoration<Args, Result> {
  const wrapped = (method: unknown, name: string) => {
    if (typeof method === 'function') return wrap(method as AnyMethod, name)
    throw new CacheError('INVALID_OPTION', `${decorator} decorates methods only, and '${name}' is none`)
  }
  function decorate(target: unknown, context: unknown, descriptor?: PropertyDescriptor): unknown {
    if (descriptor === undefined) return wrapped(target, String((context as { name: unknown }).name))
    descriptor.value = wrapped(descriptor.value, String(context))
    return descriptor
  }
  return decorate as MethodDecoration<Args, Result>
}

/** The class of an instance, or the class itself for static methods. */
function className(self: unknown): string {
  if (typeof self === 'function') return self.name
  return (self as { constructor?: { name?: string } } | undefined)?.constructor?.name ?? ''
}
