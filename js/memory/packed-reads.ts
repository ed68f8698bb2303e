import type { PackedCore } from '../../pkg/glue.js'
import type { Buffers } from '../core/buffers.ts'
import type { HotKeys } from './hot-keys.ts'

/** The keys of all entries that are over at `now`. */
export function overdueKeys(native: PackedCore, buffers: Buffers, now: number): string[] {
  const keys: string[] = []
  for (let cursor = native.rawNext(0); cursor >= 0; cursor = native.rawNext(cursor)) {
    if (buffers.result(4) <= now) keys.push(buffers.text(buffers.result(2), buffers.result(3)))
  }
  return keys
}

/** Keeps a copy of the value that the last call found, if its key is in much use. */
export function noteHot(
  hot: HotKeys,
  buffers: Buffers,
  key: string,
  keyLength: number,
  value: unknown,
  tag: number,
): void {
  const [pointer, length] = [buffers.result(0), buffers.result(1)]
  const line = hot.claim(key, length)
  if (line < 0) return
  const place = { slot: buffers.result(2), changes: buffers.result(3), deadline: buffers.result(4) }
  // A text that takes one byte for each character came out as a string of its own.
  const isText = typeof value === 'string' && value.length === length
  // The key as it was just written: the caller's may be a part of a longer string.
  hot.put(line, buffers.key(keyLength), isText ? value : buffers.view(pointer, length), tag, place)
}
