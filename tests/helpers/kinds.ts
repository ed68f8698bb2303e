import type { RegionOptions } from '../../js/config/types.ts'

/** A region of every kind of store: what holds for one must hold for all. */
export const KINDS: Readonly<Record<string, RegionOptions>> = {
  live: { store: 'live' },
  cloned: { store: 'live', clone: true },
  packed: { store: 'packed' },
  compressed: { compression: true, compressAbove: '64B' },
  lz4: { compression: 'lz4', compressAbove: '64B' },
  encrypted: { encryption: true },
}

/** The names of those regions. */
export const KIND_NAMES = Object.keys(KINDS)

/** 32 bytes, for tests that configure a key. */
export const KEY = '7e'.repeat(32)
