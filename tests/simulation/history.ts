/** One write, as it was asked for and what became of it. */
export interface Write {
  readonly id: number
  /** The process, and its how-manieth life. */
  readonly owner: string
  readonly region: string
  /** `undefined`: all keys of the region. */
  readonly key: string | undefined
  /** What it stored; `undefined`: it removed. */
  readonly value: string | undefined
  readonly tagged: boolean
  /** It removes what is tagged only. */
  readonly tagsOnly: boolean
  /**
   * Its process was cut off and could not know the tag's token: all may take it for something
   * that was invalidated, and its key for missing.
   */
  unsure: boolean
  /** Its process's bus may not have brought what the others told: it may be made under a token that is not valid any more. */
  readonly unheard: boolean
  /** It makes stale what is tagged, and does not remove it. */
  readonly expires: boolean
  /** For how long it is fresh, in ms. */
  readonly ttl: number
  /** For how long the tier keeps it, stale or not, in ms. */
  readonly kept: number
  /** A factory's value: it is stored only where nobody wrote meanwhile. */
  readonly weak: boolean
  /** Of several that its process calls so, the last one counts, whether the others were awaited or not. */
  readonly inOrder: boolean
  /** When it was asked for, in ms of the world. */
  readonly issued: number
  /** When it was acknowledged; `Infinity`: never. */
  ended: number
  /** Since when the tier has had it, and the bus what tells of it; `Infinity`: something still waits in its process. */
  durable: number
  /** It may be gone with no writer to blame: the tier lost it, or its process died with it. */
  excused: boolean
  /** A clear may have taken it along. */
  swept: boolean
  /** It may live longer than it was to. */
  touched: boolean
}

/** What was written, and so what may be read. */
export class History {
  readonly writes: Write[] = []
  readonly #byValue = new Map<string, Write>()
  /** How far the clocks of two processes may be apart, in ms: so far the order of writes is open. */
  tolerance = 0
  /** Until when a process may write under tokens that the tier has lost, in ms of the world. */
  lostUntil = Number.NEGATIVE_INFINITY

  add(write: Omit<Write, 'id' | 'ended' | 'durable' | 'excused' | 'swept' | 'touched'>): Write {
    const full = {
      ...write,
      id: this.writes.length,
      ended: Number.POSITIVE_INFINITY,
      durable: Number.POSITIVE_INFINITY,
      excused: false,
      swept: false,
      touched: false,
    }
    this.writes.push(full)
    if (full.value !== undefined) this.#byValue.set(full.value, full)
    return full
  }

  /** The write that stored a value. */
  writerOf(value: string): Write | undefined {
    return this.#byValue.get(value)
  }

  /** What factories of one process made for a key. */
  made(owner: string, region: string, key: string): Write[] {
    return this.writes.filter(
      (write) => write.weak && write.owner === owner && write.region === region && write.key === key,
    )
  }

  /** All that was written by now may be gone, or something older back: the tier lost it, or a clear came late. */
  excuseAll(): void {
    for (const write of this.writes) write.excused = true
  }

  /** A clear has reached the tier: it may take along what was written since it was asked for. */
  sweep(region: string): void {
    for (const write of this.writes) if (write.region === region) write.swept = true
  }

  /** What is under the key lives longer from now on. */
  touch(region: string, key: string): void {
    for (const write of this.writes) if (write.region === region && write.key === key) write.touched = true
  }

  /** Whether `newer` was certainly asked for after `older` was done, or after it was asked for by the same process. */
  isAfter(newer: Write, older: Write): boolean {
    if (newer.inOrder && older.inOrder && newer.owner === older.owner) return newer.id > older.id
    return older.ended + this.tolerance < newer.issued
  }

  /**
   * Whether `older` may not be seen any more once `newer` was. It may where it waited for the tier until something
   * of a shorter life had taken the place of `newer`, and was over, or a clear that was asked for before both had taken
   * `newer` along: nothing is left then that is newer than it.
   */
  supersedes(newer: Write, older: Write): boolean {
    if (!this.isAfter(newer, older)) return false
    // Its new life may wait for the tier, wherever it was touched.
    const durable = older.touched ? Number.POSITIVE_INFINITY : older.durable
    return !this.writes.some(
      (other) =>
        other.region === older.region &&
        other.issued < durable &&
        !this.isAfter(newer, other) &&
        (other.key === undefined ? this.#clears(other, older) : other.key === older.key && other.kept < older.kept),
    )
  }

  /** Whether it is a clear that may leave `survivor`. */
  #clears(other: Write, survivor: Write): boolean {
    return other.value === undefined && !other.tagsOnly && !this.isAfter(other, survivor)
  }

  /** Whether `write` says something about `key`, given that its value is (or is not) tagged. */
  concerns(write: Write, region: string, key: string, tagged: boolean): boolean {
    if (write.region !== region || (write.key !== undefined && write.key !== key)) return false
    return !write.tagsOnly || tagged
  }

  /**
   * What is wrong with `value` as the last word on `key`, or nothing. `before`: only what was
   * safe in the tier by then counts. `stale`: it may be handed out as such.
   */
  wrong(
    region: string,
    key: string,
    value: string | undefined,
    before = Number.POSITIVE_INFINITY,
    stale = false,
  ): string | undefined {
    return value === undefined ? this.#wrongMiss(region, key) : this.#wrongValue(region, key, value, before, stale)
  }

  #wrongValue(region: string, key: string, value: string, before: number, stale: boolean): string | undefined {
    const writer = this.writerOf(value)
    if (writer === undefined || writer.region !== region || writer.key !== key) return `holds the foreign ${value}`
    const later = this.writes.find(
      (write) =>
        !write.excused &&
        !write.weak &&
        !(stale && write.expires) &&
        write.ended < Number.POSITIVE_INFINITY &&
        write.durable < before &&
        this.concerns(write, region, key, writer.tagged) &&
        this.supersedes(write, writer),
    )
    return later && `holds #${writer.id}, though #${later.id} is newer`
  }

  /**
   * Whether `removal` may have come after `write`, or hide it. A change of a tag takes along what
   * was written under the old token: until it is in L2, and by who is cut off, or has not heard of it.
   */
  #mayRemove(removal: Write, write: Write): boolean {
    if (removal.region !== write.region || removal.value !== undefined) return false
    if (removal.tagsOnly) {
      const behind = write.unsure || write.unheard
      return write.tagged && (behind || write.issued <= removal.durable + this.tolerance)
    }
    if (!this.concerns(removal, write.region, write.key ?? '', write.tagged)) return false
    return !this.isAfter(write, removal)
  }

  /** Whether the tier has lost the token that it was written under, or may have, and its process not know that yet. */
  #mayLackToken({ tagged, excused, issued }: Write): boolean {
    return tagged && (excused || issued < this.lostUntil)
  }

  /** Whether `other` may have replaced `write`, and then have gone with its tag or its TTL. */
  #mayHide(other: Write, write: Write): boolean {
    if (other.value === undefined || other.region !== write.region || other.key !== write.key) return false
    if (this.isAfter(write, other)) return false
    if (other.ttl < write.ttl) return true
    if (!other.tagged) return false
    return this.#mayLackToken(other) || this.writes.some((removal) => this.#mayRemove(removal, other))
  }

  /** Nothing is there: wrong where something was stored that nobody can have removed. */
  #wrongMiss(region: string, key: string): string | undefined {
    const lost = this.writes.find((write) => {
      if (write.value === undefined || write.weak || write.excused || write.swept) return false
      if (write.region !== region || write.key !== key || write.ended === Number.POSITIVE_INFINITY) return false
      if (this.#mayLackToken(write)) return false
      return !this.writes.some((other) => this.#mayRemove(other, write) || this.#mayHide(other, write))
    })
    return lost && `is gone, though #${lost.id} was stored and nobody removed it`
  }
}
