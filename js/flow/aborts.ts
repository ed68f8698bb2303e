/** Those who wait for a signal, by the signal. */
const waiting = new WeakMap<AbortSignal, Set<() => void>>()

/**
 * Calls `callback` when `signal` aborts; answers what ends the waiting. However many calls have the
 * same signal, it gets one listener: Node warns of a leak from eleven on, and walks through all of
 * them for each that comes.
 *
 * @param callback Must not throw.
 */
export function onAbort(signal: AbortSignal, callback: () => void): () => void {
  const callbacks = waiting.get(signal) ?? listen(signal)
  callbacks.add(callback)
  return () => {
    callbacks.delete(callback)
    if (callbacks.size === 0) unlisten(signal, callbacks)
  }
}

/** Answers as `promise` does, or rejects with the signal's reason when that aborts before. */
export function unlessAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return promise
  return new Promise((resolve, reject) => {
    const stop = onAbort(signal, () => reject(signal.reason))
    promise.then(resolve, reject).then(stop)
  })
}

function listen(signal: AbortSignal): Set<() => void> {
  const callbacks = new Set<() => void>()
  waiting.set(signal, callbacks)
  signal.addEventListener('abort', aborted)
  return callbacks
}

function unlisten(signal: AbortSignal, callbacks: Set<() => void>): void {
  // One that came after these has its own.
  if (waiting.get(signal) !== callbacks) return
  waiting.delete(signal)
  signal.removeEventListener('abort', aborted)
}

function aborted(this: AbortSignal): void {
  const callbacks = waiting.get(this) ?? []
  waiting.delete(this)
  this.removeEventListener('abort', aborted)
  for (const callback of callbacks) callback()
}
