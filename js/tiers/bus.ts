/**
 * The interface of a bus: the channel over which the processes that share an L2 tell one
 * another what changed. It deals in opaque bytes, of a few hundred up to some ten thousand
 * a message; what they say is the business of the layer above.
 *
 * A bus may lose, repeat, delay and reorder messages, and hand a message back to who sent it.
 * All it owes is to say so: where messages may have been lost it tells `state(false)`, and
 * `state(true)` once it hears again. It connects again by itself, keeps no process alive, and
 * never calls its listener from inside `start`, `publish` or `close`.
 */
export interface Bus {
  /** What status, metrics, events and errors call it: 'redis', 'broadcast-channel', … */
  readonly name: string
  /**
   * Whether what it sends also comes back to who sent it. Then a connection on which nothing is
   * heard any more, without an error, is noticed. Default: false.
   */
  readonly echoes?: boolean | undefined
  /**
   * Whether it hears by itself what changes in L2 (`BusListener.changed`). Then nobody is told
   * of changes, and only signs of life are published. Default: false.
   */
  readonly tracks?: boolean | undefined
  /**
   * Begins to listen. Called once; before it, nothing is opened. It neither throws nor waits:
   * how it went is told to `listener.state`. After `close` it does nothing.
   */
  start(listener: BusListener): void
  /**
   * Hands a message over to be sent to all others. Rejects, with a `CacheError`, where that was
   * not possible; nothing is kept to be sent later. The bytes must not change afterwards.
   */
  publish(message: Uint8Array): Promise<void>
  /**
   * Gives up the connection on which it hears, and makes another: nothing comes back on this one.
   * It tells `state(true)` when it hears again.
   */
  reset?(): void
  /**
   * Ends what the bus opened itself, never a client that it was handed. Idempotent, and never
   * waits for the other side. The listener hears nothing afterwards, and `publish` rejects
   * with `CLOSED`.
   */
  close(): Promise<void>
}

/** Who is told what a bus hears. None of it throws. */
export interface BusListener {
  /** A message has arrived. The bytes belong to the listener. */
  message(bytes: Uint8Array): void
  /**
   * With `up`, everything that is said from now on is heard; what was said before may have
   * been missed. Without, messages may be missed from some moment before now on. The first
   * call tells how the start went; the same state may be told again.
   */
  state(up: boolean, cause?: unknown): void
  /**
   * Only of a bus over an L2 that tells by itself what changes in it: these keys, as they are
   * called there, have changed or are gone; without `keys`, any may have.
   */
  changed?(keys: readonly string[] | undefined): void
}
