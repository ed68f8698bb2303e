import { CacheError } from '../errors.ts'

/** 32 bytes: a `Uint8Array`, or text in base64, base64url or hexadecimal digits. */
export type KeyMaterial = string | Uint8Array

/** The keys of regions that encrypt. */
export interface KeyRingOptions {
  /** The ring: `current` writes, all read. One key alone has the id 'default'. */
  readonly keys:
    | KeyMaterial
    | {
        /** The id of the key that writes. */
        readonly current: string
        /** All keys by their ids: 1 to 32 letters, digits, '_' or '-'. */
        readonly ring: Readonly<Record<string, KeyMaterial>>
      }
  /**
   * What the keys of such regions are hidden with in L2. It must not change when `keys` do.
   * Default: the key, where the ring has one alone; with more it is required: give the first
   * key that the cache ever had, to keep what is stored.
   */
  readonly indexSecret?: KeyMaterial | undefined
}

/** A ring of keys, checked. */
export interface KeyRing {
  /** The id of the key that writes. */
  readonly current: string
  /** 32 bytes by id. */
  readonly keys: ReadonlyMap<string, Uint8Array>
  /** 32 bytes, from which index keys are derived. It may be one of `keys`. */
  readonly indexSecret: Uint8Array
}

/** The id of a key that was given without one. */
export const DEFAULT_KEY_ID = 'default'

const KEY_BYTES = 32
const KEY_ID = /^[A-Za-z0-9_-]{1,32}$/
const ALLOWED_MATERIAL =
  '32 bytes: a Uint8Array, 64 hexadecimal digits, or 43 or 44 characters of base64, as `openssl rand -base64 32` makes them'
const ALLOWED_ID = "1 to 32 letters, digits, '_' or '-'"

/** What messages call the two options. */
export interface KeyRingNames {
  readonly keys: string
  readonly indexSecret: string
}

const NAMES: KeyRingNames = { keys: 'encryption.keys', indexSecret: 'encryption.indexSecret' }

/**
 * Checks the keys of regions that encrypt. No message holds any part of a key.
 *
 * @throws CacheError INVALID_ENCRYPTION_KEY
 */
export function parseKeyRing({ keys, indexSecret }: KeyRingOptions, names = NAMES): KeyRing {
  const { current, ring } = isMaterial(keys)
    ? { current: DEFAULT_KEY_ID, ring: { [DEFAULT_KEY_ID]: keys } }
    : (keys ?? {})
  if (typeof ring !== 'object' || ring === null) throw invalid(`${names.keys} is neither a key nor { current, ring }`)
  const parsed = new Map<string, Uint8Array>()
  for (const [id, material] of Object.entries<unknown>(ring)) {
    if (!KEY_ID.test(id)) throw invalid(`${names.keys}: the id of a key is malformed; allowed: ${ALLOWED_ID}`)
    parsed.set(id, parseKey(material, `${names.keys}: the key '${id}'`))
  }
  if (typeof current !== 'string' || !parsed.has(current)) {
    const ids = [...parsed.keys()].join(', ') || 'none, the ring is empty'
    throw invalid(`${names.keys}: \`current\` names no key of the ring; allowed: ${ids}`)
  }
  return { current, keys: parsed, indexSecret: parseIndexSecret(indexSecret, parsed, names.indexSecret) }
}

function parseKey(material: unknown, what: string): Uint8Array {
  const bytes = typeof material === 'string' ? decode(material) : material
  if (bytes instanceof Uint8Array && bytes.length === KEY_BYTES) return new Uint8Array(bytes)
  throw invalid(`${what} is ${lengthOf(material)}; allowed: ${ALLOWED_MATERIAL}`)
}

function parseIndexSecret(secret: unknown, keys: ReadonlyMap<string, Uint8Array>, name: string): Uint8Array {
  if (secret !== undefined) return parseKey(secret, name)
  const [only, ...others] = keys.values()
  if (only !== undefined && others.length === 0) return only
  throw invalid(
    `${name} is required with several keys; to keep what is stored, give the first key that the cache ever had`,
  )
}

function isMaterial(keys: unknown): keys is KeyMaterial {
  return typeof keys === 'string' || keys instanceof Uint8Array
}

function decode(text: string): Uint8Array | undefined {
  if (/^[0-9A-Fa-f]{64}$/.test(text)) {
    return Uint8Array.from({ length: KEY_BYTES }, (_, i) => Number.parseInt(text.slice(i * 2, i * 2 + 2), 16))
  }
  if (!/^[A-Za-z0-9+/_-]{43}=?$/.test(text)) return undefined
  const base64 = text.replaceAll('-', '+').replaceAll('_', '/')
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
}

function lengthOf(material: unknown): string {
  if (typeof material === 'string') return `text of ${material.length} characters that is no key`
  if (material instanceof Uint8Array) return `${material.length} bytes long`
  return `of type ${typeof material}`
}

function invalid(message: string): CacheError {
  return new CacheError('INVALID_ENCRYPTION_KEY', message)
}
