import { type Call, type Flight, madeBy, OWN_TTL } from './flight.ts'
import type { Options, Plan } from './steps.ts'
import { type Found, type Tag, Tiers } from './tiers.ts'

interface Timer {
  readonly due: number
  readonly run: () => void
}

/**
 * What docs/read-path.md says, as plainly as it can be written down: everything happens at once at
 * its moment, and a list of timers is all that ever waits.
 */
export class Reference {
  runs = 0
  hits = 0
  misses = 0
  staleHits = 0
  errors = 0
  /** What was told since somebody looked. */
  events: string[] = []
  readonly #region: Options
  readonly #tiers: Tiers
  readonly #flights = new Map<string, Flight>()
  readonly #running = new Set<Flight>()
  readonly #backOff = new Map<string, { readonly until: number; readonly fresh: number }>()
  #timers: Timer[] = []

  constructor(region: Options, hasL2: boolean) {
    this.#region = { graceBackoff: 10_000, ...region }
    this.#tiers = new Tiers(hasL2)
  }

  get now(): number {
    return this.#tiers.now
  }

  advance(ms: number): void {
    const end = this.now + ms
    for (;;) {
      const due = this.#timers.filter(({ due }) => due <= end).sort((a, b) => a.due - b.due)[0]
      if (due === undefined) break
      this.#timers = this.#timers.filter((timer) => timer !== due)
      this.#tiers.now = Math.max(this.now, due.due)
      due.run()
    }
    this.#tiers.now = end
  }

  get(key: string): unknown {
    const found = this.#tiers.look(key)
    if (found === undefined || found.stale || found.value === undefined) return this.#missed(key)
    this.#slide(key, this.#region)
    return this.#served(key, found)
  }

  getMany(keys: readonly string[]): Record<string, unknown> {
    const found = keys.map((key) => [key, this.#tiers.look(key)] as const)
    const values: Record<string, unknown> = {}
    for (const [key, read] of found) {
      if (read === undefined || read.stale || read.value === undefined) this.#missed(key)
      else values[key] = this.#served(key, read)
    }
    return values
  }

  has(key: string): boolean {
    const found = this.#tiers.look(key)
    return found !== undefined && !found.stale && found.value !== undefined
  }

  entry(key: string): { value: unknown; hit: boolean; stale: boolean } {
    const found = this.#tiers.look(key)
    if (found?.value === undefined) return { value: undefined, hit: false, stale: false }
    return { value: found.value, hit: true, stale: found.stale }
  }

  ttl(key: string): number | undefined {
    const found = this.#tiers.look(key)
    return found === undefined || found.stale || found.value === undefined ? undefined : found.fresh - this.now
  }

  set(key: string, value: unknown, options: Options, tags: readonly string[]): void {
    this.#store(key, value, this.#rules(options), this.#tiers.capture(tags))
  }

  delete(key: string): void {
    this.#overtake(key)
    this.#tiers.delete(key)
  }

  clear(): void {
    for (const flight of this.#running) flight.overtaken = true
    this.#tiers.clear()
  }

  expire(key: string): boolean {
    const found = this.#tiers.read(key)
    this.#overtake(key)
    if (found !== undefined && found.value === undefined) this.#tiers.delete(key)
    if (found?.value === undefined) return false
    this.#tiers.retime(key, found, this.now, found.kept)
    return true
  }

  touch(key: string, ttl: number): boolean {
    const found = this.#tiers.read(key)
    if (found === undefined || found.stale || found.value === undefined) return false
    this.#tiers.retime(key, found, this.now + ttl, this.now + ttl + found.kept - found.fresh)
    return true
  }

  changeTag(half: 'deleted' | 'expired', name: string): void {
    this.#tiers.changeTag(half, name)
  }

  /** Calls for one key, made at once with the same options. */
  getOrSet(key: string, calls: readonly Call[], plan: Plan, tags: readonly string[]): void {
    const options = this.#rules(calls[0]?.options ?? {})
    const inMemory = options.forceFresh || options.l1?.skip ? undefined : this.#tiers.fresh(key)
    if (inMemory !== undefined) {
      for (const call of calls) call.outcome = { value: this.#served(key, inMemory) }
      if (inMemory.value === undefined) return
      this.#slide(key, options)
      this.#refreshAhead(key, inMemory, options, plan, tags)
      return
    }
    this.fly(key, calls, plan, tags, () => ++this.runs)
  }

  /** Whether memory answers, with what it counts as. */
  memory(key: string, options: Options): { value: unknown } | undefined {
    const found = options.forceFresh || options.l1?.skip ? undefined : this.#tiers.fresh(key)
    return found && { value: this.#served(key, found) }
  }

  /** Joins the flight of the key, or begins one; `run` gives the number of the factory's run. */
  fly(key: string, calls: readonly Call[], plan: Plan, tags: readonly string[], run: () => number): void {
    const options = this.#rules(calls[0]?.options ?? {})
    const forced = options.forceFresh === true
    const under = this.#flights.get(`${forced} ${key}`)
    if (under !== undefined && !this.#isOld(under)) {
      this.#join(under, calls, options)
      return
    }
    const found = forced ? this.#tiers.held(key) : this.#tiers.read(key, options)
    const backsOff = found !== undefined && this.#backsOff(key, found, (options.ttl ?? 0) / 20)
    if (!forced && found !== undefined && (!found.stale || (this.#serves(found, options.grace) && backsOff))) {
      for (const call of calls) call.outcome = { value: this.#served(key, found) }
      if (!found.stale && found.value !== undefined) this.#slide(key, options)
      return
    }
    const flight = this.#begin(key, options, plan, tags, found, run())
    this.#join(flight, calls, options)
    if (plan.delay === 0) this.#end(flight)
  }

  abort(call: Call): void {
    const { flight } = call
    if (flight === undefined || call.outcome !== undefined) return
    flight.waiting.delete(call)
    this.#fail(call, 'aborted')
    if (flight.waiting.size > 0 || flight.held) return
    flight.abandoned = true
    this.#leave(flight)
  }

  #rules(options: Options): Options {
    return { ...this.#region, ...options }
  }

  #refreshAhead(key: string, found: Found, options: Options, plan: Plan, tags: readonly string[]): void {
    const { eagerRefresh = 0, ttl = 0 } = options
    if (eagerRefresh === 0 || found.fresh - this.now > ttl - ttl * eagerRefresh) return
    const under = this.#flights.get(`false ${key}`)
    if ((under !== undefined && !this.#isOld(under)) || this.#backsOff(key, found, 0)) return
    const flight = this.#begin(key, options, plan, tags, found, ++this.runs)
    flight.held = true
    if (plan.delay === 0) this.#end(flight)
  }

  #isOld({ overtaken, stale }: Flight): boolean {
    return overtaken || (stale !== undefined && this.#tiers.isDeleted(stale.tags))
  }

  #backsOff(key: string, { fresh }: Found, slack: number): boolean {
    const there = this.#backOff.get(key)
    return there !== undefined && there.until > this.now && fresh <= there.fresh + slack
  }

  #begin(
    key: string,
    options: Options,
    plan: Plan,
    tags: readonly string[],
    stale: Found | undefined,
    run: number,
  ): Flight {
    const forced = options.forceFresh === true
    const value = madeBy(plan, key, run, stale)
    const state = { held: false, overtaken: false, late: false, abandoned: false, over: false }
    const made = { began: this.now, stale, tags: this.#tiers.capture(tags), value, waiting: new Set<Call>() }
    const flight: Flight = { key, forced, options, plan, ...made, ...state }
    const ordinary = this.#flights.get(`false ${key}`)
    if (forced && ordinary !== undefined) ordinary.late = true
    this.#flights.set(`${forced} ${key}`, flight)
    this.#running.add(flight)
    if (plan.delay > 0) this.#timers.push({ due: this.now + plan.delay, run: () => this.#end(flight) })
    const { hardTimeout } = options
    if (plan.delay > 0 && hardTimeout !== undefined) {
      this.#timers.push({ due: this.now + hardTimeout, run: () => this.#end(flight, 'TIMEOUT') })
    }
    return flight
  }

  #join(flight: Flight, calls: readonly Call[], { forceFresh, swr, softTimeout, grace }: Options): void {
    for (const call of calls) {
      call.flight = flight
      flight.waiting.add(call)
      const { stale } = flight
      if (forceFresh || stale === undefined) continue
      if (this.#serves(stale, swr)) this.#serveStale(call, flight)
      else if (softTimeout !== undefined && this.#serves(stale, grace)) {
        const late = () => {
          if (call.outcome === undefined) this.#serveStale(call, flight)
        }
        this.#timers.push({ due: flight.began + softTimeout, run: late })
      }
    }
  }

  /** The factory is done, or its hard limit is over. */
  #end(flight: Flight, timeout?: 'TIMEOUT'): void {
    if (flight.over) return
    flight.over = true
    this.#running.delete(flight)
    const { key, plan, options } = flight
    const stale = this.#isOld(flight) ? undefined : flight.stale
    const error = timeout ?? (plan.end === 'throw' ? `failed ${String(flight.value)}` : undefined)
    if (error === undefined) {
      this.#keep(flight)
      this.#backOff.delete(key)
      for (const call of flight.waiting) {
        if (call.outcome !== undefined) continue
        this.#missed(key)
        call.outcome = { value: flight.value }
      }
    } else {
      if (!flight.abandoned) this.errors++
      const graceful = !flight.forced && stale !== undefined && this.#serves(stale, options.grace)
      const quiet = flight.forced || stale === undefined || !this.#serves(stale, options.swr)
      if (!flight.abandoned) {
        if (graceful) this.#backOff.set(key, { until: this.now + (options.graceBackoff ?? 0), fresh: stale.fresh })
        if (graceful || flight.held || !quiet) this.events.push(`refresh-failed ${key}`)
      }
      for (const call of flight.waiting) {
        if (call.outcome !== undefined) continue
        const { grace } = this.#rules(call.options)
        if (!flight.forced && stale !== undefined && this.#serves(stale, grace)) this.#serveStale(call, flight)
        else this.#fail(call, error)
      }
    }
    this.#leave(flight)
  }

  #keep(flight: Flight): void {
    const { key, plan, options, value, tags } = flight
    const { negativeTtl = 0 } = options
    if (flight.overtaken || flight.late || flight.abandoned || plan.end === 'skip') return
    if (value === undefined && negativeTtl === 0) return
    if (!this.#tiers.isValid(tags)) return
    const ttl = plan.end === 'ttl' ? OWN_TTL : options.ttl
    const isNothing = (value === undefined || value === null) && negativeTtl > 0
    this.#store(key, value, { ...options, ttl: isNothing ? negativeTtl : ttl } as Options, tags)
  }

  #leave(flight: Flight): void {
    const name = `${flight.forced} ${flight.key}`
    if (this.#flights.get(name) === flight) this.#flights.delete(name)
  }

  #store(key: string, value: unknown, options: Options, tags: readonly Tag[]): void {
    this.#overtake(key)
    this.#tiers.store(key, value, options, tags)
  }

  #overtake(key: string): void {
    for (const flight of this.#running) if (flight.key === key) flight.overtaken = true
  }

  #slide(key: string, { slidingTtl: ttl = 0, negativeTtl = 0 }: Options): void {
    const held = this.#tiers.held(key)
    if (held?.value === null && negativeTtl > 0) return
    if (ttl === 0 || held === undefined || held.fresh - this.now > ttl * 0.9) return
    this.#tiers.retime(key, held, this.now + ttl, this.now + ttl + held.kept - held.fresh)
  }

  #serves({ fresh, kept }: Found, span = 0): boolean {
    return span > 0 && this.now < kept && this.now < fresh + span
  }

  #serveStale(call: Call, flight: Flight): void {
    flight.held = true
    call.outcome = { value: this.#served(flight.key, { ...(flight.stale as Found), stale: true }) }
  }

  #served(key: string, { value, tier, stale }: Found): unknown {
    this.hits++
    if (stale) this.staleHits++
    this.events.push(`hit ${key} ${tier}${stale ? ' stale' : ''}`)
    return value
  }

  #missed(key: string): undefined {
    this.misses++
    this.events.push(`miss ${key}`)
  }

  #fail(call: Call, error: string): void {
    this.#missed(call.key)
    call.outcome = { error }
  }
}
