export { type CachedFunction, cached } from './cache/cached/cached.ts'
export type { CachedOptions, RegionSource } from './cache/cached/cached-call.ts'
export { Cached, Invalidates, type InvalidatesOptions, type MethodDecoration } from './cache/cached/decorators.ts'
export type { CacheMetrics, Figures, LatencyFigures, RegionFigures, TierFigures } from './cache/figures/metrics.ts'
export { cacheDelete, cacheGet, cacheSet, getCacheManager } from './cache/global.ts'
export { CacheManager } from './cache/manager.ts'
export type { Namespace, NamespaceTransaction } from './cache/region/namespace.ts'
export type { Region } from './cache/region/region.ts'
export type { ManyResult } from './cache/region/region-many.ts'
export type { RekeyOptions, RekeyProgress } from './cache/region/rekey.ts'
export type { RegionTrainOptions } from './cache/region/sampled-dictionary.ts'
export type { Transaction } from './cache/region/transaction.ts'
export type { CacheStatus, CloseResult } from './cache/status.ts'
export { type TrainOptions, trainDictionary } from './cache/train-dictionary.ts'
export type {
  EntryInfo,
  Factory,
  FactoryContext,
  GetOrSetManyOptions,
  GetOrSetOptions,
  GetOrSetRequest,
  MadeOptions,
  ManyFactory,
  ManyMade,
  SetOptions,
  WarmData,
  WarmOptions,
  WarmProgress,
} from './cache/types.ts'
export type { Clock, Timer } from './clock.ts'
export { jsonSerializer, type Serializer } from './codec/serializer.ts'
export type { DictionaryOptions } from './config/dictionary-options.ts'
export type { KeyMaterial, KeyRingOptions } from './config/encryption-keys.ts'
export { CacheType, type RegionName } from './config/presets.ts'
export type {
  AlertOptions,
  ManagerOptions,
  PolicyName,
  ReadOptions,
  RegionOptions,
  ResolvedRegion,
  StandardSchema,
} from './config/types.ts'
export type { Bytes, Duration } from './config/units.ts'
export { CacheError, type CacheErrorCode, type CacheErrorContext, type CacheErrorJson } from './errors.ts'
export type { BusFigures, BusStatus } from './flow/coherence/coherence.ts'
export type { DumpedEntry } from './memory/dump.ts'
export { MemoryCache } from './memory/memory-cache.ts'
export type { MemoryCacheOptions, MemorySetOptions } from './memory/options.ts'
export type { RemovalReason } from './memory/store.ts'
export type { Alert, AlertKind } from './observe/alerts.ts'
export type { CacheEventName, CacheEvents, Listener } from './observe/events.ts'
export type { LoggerLike } from './observe/logger.ts'
export type { Bus, BusListener } from './tiers/bus.ts'
export type { BusOptions, Driver, DriverEntry } from './tiers/driver.ts'
