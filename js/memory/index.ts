export type { Clock, Timer } from '../clock.ts'
export { CacheError, type CacheErrorCode, type CacheErrorContext } from '../errors.ts'
export { MemoryCache, type MemoryCacheOptions, type MemorySetOptions } from './memory-cache.ts'
export type { RemovalReason } from './store.ts'
