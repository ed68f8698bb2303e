import type { Page } from 'playwright-core'
import { CacheError, type CacheErrorCode } from '../../../js/errors.ts'
import type { Driver, DriverEntry, Exchange } from '../../../js/tiers/driver.ts'
import type { IndexedDbOptions } from '../../../js/tiers/indexeddb.ts'
import type { DriverMethod } from './page.ts'

/** A driver that lives in a page, called from here. */
export async function remoteDriver(page: Page, options: IndexedDbOptions = {}): Promise<Driver> {
  const id = await page.evaluate((given) => globalThis.tiers.make(given), options)
  const call = async <T>(method: DriverMethod, ...args: unknown[]): Promise<T> => {
    const outcome = await page.evaluate((given) => globalThis.tiers.call(given.id, given.method, given.args), {
      id,
      method,
      args,
    })
    if ('value' in outcome) return outcome.value as T
    throw new CacheError(outcome.code as CacheErrorCode, outcome.message, { cause: outcome.cause })
  }
  return {
    name: 'indexeddb',
    shared: true,
    getMany: (keys: readonly string[]) => call<(Uint8Array | undefined)[]>('getMany', keys),
    setMany: (entries: readonly DriverEntry[], guard?: string) => call('setMany', entries, guard),
    exchangeMany: (entries: readonly DriverEntry[], onlyNewer: boolean, guard?: string) =>
      call<Exchange>('exchangeMany', entries, onlyNewer, guard),
    setIfAbsent: (key: string, value: Uint8Array) => call('setIfAbsent', key, value),
    commit: (entries: readonly DriverEntry[], onlyNewer?: boolean) => call('commit', entries, onlyNewer),
    deleteMany: (keys: readonly string[]) => call('deleteMany', keys),
    deletePrefix: (prefix: string, signal?: AbortSignal) =>
      call('deletePrefix', prefix, signal && { aborted: signal.aborted }),
    lock: (entry: DriverEntry) => call('lock', entry),
    unlock: (key: string, token: Uint8Array) => call('unlock', key, token),
    now: () => call('now'),
    connect: () => call('connect'),
    close: () => call('close'),
  }
}
