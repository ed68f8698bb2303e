import type { Clock } from '../../clock.ts'
import type { CacheError } from '../../errors.ts'
import type { Bus } from '../../tiers/bus.ts'
import type { RandomSource } from '../random.ts'
import type { Replayed } from '../replay.ts'
import { stampAfter } from '../stamp.ts'
import { isTombstone, type StoredWrite, stampOf } from '../stored-bytes.ts'
import { withLimit } from '../time-limit.ts'
import { changeOfKey } from './changed-key.ts'
import { type Change, KINDS } from './message.ts'
import { busError, Publisher } from './publisher.ts'
import { Pulse } from './pulse.ts'
import { Receiver } from './receiver.ts'
import { Trust } from './trust.ts'

/** What a `Coherence` is made of. */
export interface CoherenceOptions {
  /** `undefined` where nobody is told, and nobody tells. */
  readonly bus: Bus | undefined
  /** What every key in L2 starts with. */
  readonly namespace: string
  readonly clock: Clock
  readonly random: RandomSource
  /** Whether L2 may answer from copies that lag behind. Default: false. */
  readonly lags?: boolean
  /** Told what others changed, a region at a time; without a region, anything may have changed. It must not throw. */
  readonly onChanges: (region: string | undefined, changes: readonly Change[]) => void
  /** Told when the bus comes and goes. It must not throw. */
  readonly onState: (state: 'up' | 'down', cause: CacheError | undefined) => void
  /** Told when what is known without a look at L2 must not be believed for longer than without a bus. It must not throw. */
  readonly onDoubt: () => void
}

/** How the bus is doing. */
export interface BusStatus {
  /** 'none' where there is none, 'idle' before its first use. */
  readonly state: 'none' | 'idle' | 'up' | 'down'
  /** What the bus is called. */
  readonly name: string | undefined
  /** Since when, in ms since 1970; `undefined` before its first use. */
  readonly since: number | undefined
  /** Why it is down, or did not take the last message; `undefined` again once all is well. */
  readonly lastError: CacheError | undefined
  /** How many changes wait to be told to the others. */
  readonly waiting: number
}

/** What went over the bus since the start. */
export interface BusFigures {
  /** Messages that the bus took. */
  readonly sent: number
  /** Messages that it did not take. They are sent again. */
  readonly failed: number
  /** Messages of others. */
  readonly received: number
  /** Messages of this process that the bus brought back, and that were passed over. */
  readonly own: number
  /** What was not understood, and passed over: messages and changes of later versions, and no messages at all. */
  readonly ignored: number
  /** How often a message of another process was lost on the way. */
  readonly gaps: number
}

/**
 * What keeps the memory of many processes in agreement over one L2: it tells the others what
 * was written here, hears what they wrote, and knows how far memory can be trusted.
 *
 * Nothing here throws or is waited for: a bus that fails, hangs or floods costs no call
 * anything. It is opened at the first use of L2.
 */
export class Coherence {
  readonly trust: Trust
  readonly #options: CoherenceOptions
  readonly #publisher: Publisher | undefined
  readonly #receiver: Receiver
  /** Of a bus that brings own messages back. */
  readonly #pulse: Pulse | undefined
  #state: BusStatus['state']
  #since: number | undefined
  #lastError: CacheError | undefined
  #sent = 0
  #failed = 0
  #wasUp = false
  /** Whether it is down because messages of this process did not come back. */
  #silent = false
  #closed = false

  constructor(options: CoherenceOptions) {
    const { bus, clock, random, onChanges } = options
    this.#options = options
    this.trust = new Trust(clock, options.lags)
    this.#state = bus === undefined ? 'none' : 'idle'
    this.#publisher =
      bus &&
      new Publisher({
        bus,
        clock,
        random,
        onSending: (sequence) => this.#pulse?.sending(sequence),
        onSent: (sequence, error) => this.#onSent(sequence, error),
      })
    this.#receiver = new Receiver({
      clock,
      node: () => this.#publisher?.node ?? '',
      onChanges,
      onGap: () => this.#suspect(),
      onEcho: (sequence) => this.#onEcho(sequence),
    })
    this.#pulse = bus?.echoes ? this.#makePulse() : undefined
  }

  /** Opens the bus, unless it is open. */
  start(): void {
    const { bus } = this.#options
    if (this.#state !== 'idle' || this.#closed || bus === undefined) return
    this.#state = 'down'
    this.#since = this.#options.clock.wall()
    try {
      bus.start({
        message: (bytes) => this.#hears(() => this.#onMessage(bytes)),
        state: (up, cause) => this.#hears(() => this.#onState(up, cause)),
        changed: (keys) => this.#hears(() => this.#onChanged(keys)),
      })
    } catch (cause) {
      this.#onState(false, cause)
    }
  }

  /** Tells the others what L2 has taken, or will take from the journal. */
  wrote(written: Replayed): void {
    const { region } = written
    if (this.#publisher === undefined || this.#options.bus?.tracks) return
    if (written.kind === 'clear')
      this.#publisher.publish([{ kind: KINDS.clear, region, key: '', stamp: written.stamp }])
    else this.#publisher.publish(written.writes.map((write) => changeOf(region, write)))
  }

  /** As `wrote`, of what came from the journal. What L2 holds something newer than, memory gives up here as well. */
  replayed(replayed: Replayed): void {
    this.wrote(replayed)
    if (replayed.kind === 'clear' || replayed.undone === undefined || replayed.undone.length === 0) return
    const { region, undone } = replayed
    const newer = undone.map((write) => ({ ...changeOf(region, write), stamp: stampAfter(stampOf(write.envelope)) }))
    this.#options.onChanges(region, newer)
  }

  status(): BusStatus {
    return {
      state: this.#state,
      name: this.#options.bus?.name,
      since: this.#since,
      lastError: this.#lastError,
      waiting: this.#publisher?.waiting ?? 0,
    }
  }

  /** `undefined` where there is no bus. */
  figures(): BusFigures | undefined {
    if (this.#publisher === undefined) return undefined
    const { received, own, ignored, gaps } = this.#receiver
    return { sent: this.#sent, failed: this.#failed, received, own, ignored, gaps }
  }

  /** Sends what waits and closes the bus; no longer than `limit` ms. Never rejects. */
  async close(limit: number): Promise<void> {
    const { bus, clock } = this.#options
    if (this.#closed || bus === undefined || this.#publisher === undefined) return
    const opened = this.#state !== 'idle'
    const end = clock.now() + limit
    if (opened) await withLimit(this.#publisher.flush(), limit, clock, bus.name).catch(() => undefined)
    this.#closed = true
    this.#publisher.close()
    this.#pulse?.end()
    this.trust.end()
    const closing = Promise.resolve().then(() => bus.close())
    await withLimit(closing, Math.max(end - clock.now(), CLOSE_LIMIT), clock, bus.name).catch(() => undefined)
  }

  /** A bus that goes on talking after it was closed is not listened to. */
  #hears(work: () => void): void {
    if (!this.#closed) work()
  }

  #onState(up: boolean, cause: unknown): void {
    const { bus, onState, clock } = this.#options
    const state = up ? 'up' : 'down'
    const changed = this.#state !== state || this.#lastError === undefined
    if (this.#state !== state) this.#since = clock.wall()
    this.#state = state
    this.#silent = false
    if (up) {
      this.#lastError = undefined
      this.#receiver.begin()
      this.#pulse?.begin()
      this.#suspect()
      void this.#publisher?.flush()
    } else {
      this.#lastError = cause === undefined ? undefined : busError(bus?.name ?? 'bus', cause)
      this.#pulse?.end()
      this.trust.end()
    }
    if (changed) onState(state, this.#lastError)
    if (changed && !up) this.#options.onDoubt()
  }

  #onMessage(bytes: Uint8Array): void {
    this.#pulse?.heard()
    this.#receiver.receive(bytes)
  }

  #onEcho(sequence: number): void {
    this.#pulse?.echoed(sequence)
    if (this.#silent) this.#onState(true, undefined)
  }

  /** What this process publishes does not come back: nothing else may have arrived either. */
  #onSilence(heardAt: number): void {
    const { bus } = this.#options
    this.trust.end(heardAt)
    this.#onState(false, new Error('messages do not come back'))
    this.#silent = true
    bus?.reset?.()
  }

  #makePulse(): Pulse {
    const { clock, random, onDoubt } = this.#options
    const pulse = new Pulse({
      clock,
      random,
      trust: this.trust,
      beat: () => this.#publisher?.beat(),
      onLapse: onDoubt,
      onSilence: (heardAt) => this.#onSilence(heardAt),
    })
    this.trust.onDoubt = () => pulse.doubt()
    return pulse
  }

  /** Something may have been missed: memory is looked up in L2 again, and what is being made may be old. */
  #suspect(): void {
    // What came before the bus went, and is heard after it, makes nobody rely on it.
    if (this.#state !== 'up') return
    this.trust.begin()
    if (this.#wasUp) this.#options.onChanges(undefined, [])
    this.#wasUp = true
  }

  #onChanged(keys: readonly string[] | undefined): void {
    this.#pulse?.heard()
    if (keys === undefined) {
      this.#suspect()
      return
    }
    for (const key of keys) {
      const change = changeOfKey(this.#options.namespace, key)
      if (change !== undefined) this.#options.onChanges(change.region, [change])
    }
  }

  #onSent(sequence: number, error: CacheError | undefined): void {
    if (error === undefined) {
      this.#sent++
      if (this.#state === 'up') this.#lastError = undefined
    } else {
      this.#pulse?.failed(sequence)
      this.#failed++
      this.#lastError = error
    }
  }
}

/** How long closing the bus may take where nothing is left of the time, in ms. */
const CLOSE_LIMIT = 250

function changeOf(region: string, { key, envelope }: StoredWrite): Change {
  const kind = isTombstone(envelope) ? KINDS.delete : KINDS.set
  return { kind, region, key, stamp: stampOf(envelope).slice() }
}
