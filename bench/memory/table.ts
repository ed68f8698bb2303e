import { nanoseconds } from '../lib/cells.ts'
import { KEY_LENGTH } from '../lib/load.ts'
import { LIVE, PACKED } from '../peers/names.ts'
import type { HeapFound, LoadFound } from './messages.ts'

/** The length of every value, in bytes. */
export const VALUE_LENGTH = 200

/** What was measured of a contender that was filled and worked on. */
export interface Loaded extends LoadFound {
  readonly name: string
  readonly entries: number
  /** The longest pause of an idle loop beside the operations, in ms. */
  readonly idle: number
}

/** What a cache adds to keys and values that are there already, a million of them say. */
export interface Added extends HeapFound {
  readonly name: string
  readonly entries: number
}

export const LOADED_HEADINGS = [
  'cache',
  'resident, MB',
  'to raw',
  'beyond, B',
  'heap, MB',
  'buffers, MB',
  'linear, MB',
  'longest read, ms',
  'set',
  'delete',
  'idle loop',
  'full GC, ms',
] as const

/** The bytes of all keys and values. */
export function rawBytes(entries: number): number {
  return entries * (KEY_LENGTH + VALUE_LENGTH)
}

/** Resident memory as a multiple of the bytes of keys and values. */
function toRaw({ resident, entries }: Loaded): number {
  return resident / rawBytes(entries)
}

/** The longest of all operations, in ms. */
function longestOf({ longest }: Loaded): number {
  return Math.max(longest.read, longest.set, longest.delete)
}

export function loadedCells(one: Loaded): string[] {
  const { name, resident, entries, heap, buffers, linear, longest, idle, collection } = one
  return [
    name,
    megabytes(resident),
    toRaw(one).toFixed(2),
    ((resident - rawBytes(entries)) / entries).toFixed(0),
    megabytes(heap),
    megabytes(buffers),
    megabytes(linear),
    ...[longest.read, longest.set, longest.delete, idle, collection].map((ms) => ms.toFixed(1)),
  ]
}

export const ADDED_HEADINGS = [
  'cache',
  'heap, B an entry',
  'array buffers, B an entry',
  'linear memory, B an entry',
] as const

export function addedCells({ name, heap, buffers, linear }: Added): string[] {
  return [name, ...[heap, buffers, linear].map((bytes) => bytes.toFixed(1))]
}

export const LIMIT_HEADINGS = ['what', 'measured', 'target', 'reached'] as const

/** The targets that were measured, each with what came out. */
export function limitRows(loaded: readonly Loaded[], added: readonly Added[]): string[][] {
  const packed = loaded.find(({ name }) => name === PACKED)
  const live = added.find(({ name }) => name === LIVE)
  const rows: string[][] = []
  if (packed !== undefined) {
    const entries = nanoseconds(packed.entries)
    const beyond = (packed.linear - rawBytes(packed.entries)) / packed.entries
    rows.push(
      limit(`${entries} packed entries: resident memory to raw bytes`, toRaw(packed), 1.35, '×'),
      limit(`${entries} packed entries: linear memory beyond key and value`, beyond, 48, 'B an entry'),
      limit(`${entries} packed entries: longest operation`, longestOf(packed), 10, 'ms'),
      limit(`${entries} packed entries: full GC`, packed.collection, 20, 'ms'),
    )
  }
  if (live !== undefined) {
    const entries = nanoseconds(live.entries)
    rows.push(
      limit(
        `${entries} live entries: heap and buffers beyond key and value`,
        live.heap + live.buffers,
        80,
        'B an entry',
      ),
      limit(`${entries} live entries: linear memory`, live.linear, 32, 'B an entry'),
    )
  }
  return rows
}

function limit(what: string, value: number, most: number, unit: string): string[] {
  return [what, `${value.toFixed(2)} ${unit}`, `≤ ${most} ${unit}`, value <= most ? 'yes' : 'NO']
}

function megabytes(bytes: number): string {
  return Math.round(bytes / 2 ** 20).toLocaleString('en-US')
}
