import { CacheError } from '../../errors.ts'
import { RedisBus } from './bus.ts'
import type { Ear } from './ear.ts'
import { type RedisLink, type RedisReply, TIER } from './link.ts'

/** Where a server tells which keys have changed, in the protocol of version 2. */
const INVALIDATIONS = '__redis__:invalidate'

/** What CLIENT GETREDIR answers where nothing is tracked. */
const UNTRACKED = -1

/**
 * A bus over what a server tells by itself, CLIENT TRACKING in its broadcasting mode: each key that
 * changes under the namespace's prefix, by whoever and by whatever, expiry and eviction too. So
 * writers publish nothing, and changes by programs that know of no bus are heard as well.
 *
 * It is switched on on the connection of the tier, so that what this process writes is not told to it
 * (NOLOOP; Redis 7.0 tells it all the same of what a script writes, and then the entry is read from
 * L2 once more), and redirected to the connection of the bus, which works with every client and in
 * every version of the protocol. It ends with either connection: then both begin anew, and what
 * was missed meanwhile is looked up.
 *
 * The number of a connection means something on its own server alone; that both are at the same one is
 * asked, since after a failover they need not be.
 */
export class TrackingBus extends RedisBus {
  override readonly name = 'redis-tracking'
  readonly tracks = true
  #unwatch: (() => void) | undefined
  /** Where this bus last redirected to, on the connection of the tier. */
  #redirected: { readonly link: RedisLink; readonly to: number } | undefined

  override async close(): Promise<void> {
    await super.close()
    this.#unwatch?.()
    const link = this.#redirected?.link
    if (link?.ready) await link.send([tracking('off')]).catch(() => undefined)
  }

  protected override async listen(link: RedisLink, ear: Ear, lost: (cause: unknown) => void): Promise<void> {
    let number = 0
    let server: string | undefined
    const message = (channel: string, payload: RedisReply) =>
      channel === INVALIDATIONS ? this.#changed(link, payload) : this.heard(payload)
    await ear.open([this.channel(link), INVALIDATIONS], { message, lost }, async (send) => {
      number = Number(await send(['client', 'id']))
      server = runIdOf(await send(['info', 'server']))
    })
    this.#unwatch?.()
    this.#unwatch = link.onBreak(() => lost(new Error('the connection of the tier broke')))
    await this.#track(link, number, server)
  }

  async #track(link: RedisLink, to: number, server: string | undefined): Promise<void> {
    const prefix = `${link.keyPrefix}${this.options.namespace}:`
    const [info, present] = await link.send([
      { name: 'info', before: ['server'], keys: [] },
      { name: 'client', before: ['getredir'], keys: [] },
    ])
    if (server === undefined || runIdOf(info) !== server)
      throw new Error('the two connections are at different servers')
    if (Number(present) !== UNTRACKED && present !== this.#redirected?.to) throw taken()
    this.#redirected = { link, to }
    const replies = await link.send([
      tracking('off'),
      tracking('on', 'redirect', String(to), 'bcast', 'prefix', prefix, 'noloop'),
    ])
    for (const reply of replies) if (reply instanceof Error) throw reply
  }

  /** Without keys, all of them are gone. */
  #changed(link: RedisLink, payload: RedisReply): void {
    const skip = Buffer.byteLength(link.keyPrefix)
    const keys = Array.isArray(payload) ? payload.filter((key) => Buffer.isBuffer(key)) : undefined
    this.listener?.changed?.(keys?.map((key) => key.toString('utf8', skip)))
  }
}

function taken(): CacheError {
  return new CacheError(
    'INVALID_OPTION',
    "bus is 'tracking', and somebody else already tracks on this client's connection: hand in a client of its own, or use 'pubsub'",
    { context: { option: 'bus', tier: TIER } },
  )
}

function tracking(...words: readonly string[]) {
  return { name: 'client', before: ['tracking', ...words], keys: [] }
}

/** By what name a server calls itself until it ends; INFO tells. */
function runIdOf(info: unknown): string | undefined {
  return /^run_id:(\w+)/m.exec(String(info))?.[1]
}
