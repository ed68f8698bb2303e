import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { ROOT } from '../../scripts/lib/packages.mjs'

/** Where version 1 is kept: a manifest, and a file for each stored value. */
export const FOLDER = join(ROOT, 'tests', 'fixtures', 'wire-format', 'v1')

/** What no file and no entry of the manifest may differ from any more: a line for each, as of `sumOf`. */
export const SUMS = join(ROOT, 'tests', 'fixtures', 'wire-format', 'v1.sha256')

/** What the sealed fixtures were made with. */
export const RING = { k1: '11'.repeat(32), k2: 'a7'.repeat(32), 'a-key_ID-of-32-characters-12345x': '33'.repeat(32) }
/** The secret behind the names in encrypted regions. */
export const INDEX_SECRET = '22'.repeat(32)
/** Dictionaries, in hexadecimal, by their ids. Only the first one writes. */
export const DICTIONARIES = {
  '11e281fb':
    '7b226964223a302c226e616d65223a22416461222c22726f6c6573223a5b2261646d696e222c22656469746f72225d2c22616374697665223a747275652c2273636f7265223a312e352c226e657874223a6e756c6c7d',
  fe73a28c:
    '4561636820656e747279206f66206120636163686520697320736d616c6c2c20616e6420616c6c206f66207468656d206c6f6f6b20616c696b652e20',
}
/** The region of every fixture. */
export const REGION = 'user_profiles'

/** What an entry's bytes hold. Times are ms since 1970, or `never`. */
export interface ExpectedEntry {
  readonly serializer: number
  readonly compression: number
  readonly tombstone: boolean
  readonly keyId: string | null
  readonly stamp: string
  readonly created: number | 'never'
  readonly freshUntil: number | 'never'
  readonly staleUntil: number | 'never'
  readonly originalLength: number
  /** Names and halves in hexadecimal. */
  readonly tags: readonly { readonly name: string; readonly deleted: string; readonly expired: string }[]
  readonly etag: string | null
  readonly payloadSha256: string
  /** See describe.ts; missing where the value is large. */
  readonly value?: unknown
}

/** One file, and what a reader makes of it. */
export type Fixture = {
  readonly name: string
  readonly file: string
  /** The key that the application knows the entry by. */
  readonly key: string
  /** Whether its region is encrypted. */
  readonly encrypted: boolean
} & (
  | { readonly kind: 'entry'; readonly entry: ExpectedEntry }
  | { readonly kind: 'generation'; readonly cleared: string; readonly generation: string }
  | { readonly kind: 'token'; readonly stamp: string; readonly half: string; readonly lives: number | 'never' }
  | { readonly kind: 'refused'; readonly reason: string }
)

/** All fixtures, and what sealed ones need. */
export interface Manifest {
  readonly version: 1
  readonly region: string
  readonly ring: Readonly<Record<string, string>>
  readonly indexSecret: string
  readonly dictionaries: Readonly<Record<string, string>>
  readonly fixtures: readonly Fixture[]
}

/** The committed manifest. */
export function readManifest(): Manifest {
  return JSON.parse(readFileSync(join(FOLDER, 'manifest.json'), 'utf8'))
}

/** The bytes of a fixture. */
export function bytesOf(fixture: Fixture): Uint8Array {
  return new Uint8Array(readFileSync(join(FOLDER, fixture.file)))
}

/** SHA-256 of a fixture's bytes, SHA-256 of what the manifest says about it, and its file. */
export function sumOf(fixture: Fixture): string {
  const sha256 = (data: string | Uint8Array): string => createHash('sha256').update(data).digest('hex')
  return `${sha256(bytesOf(fixture))} ${sha256(JSON.stringify(fixture))} ${fixture.file}`
}
