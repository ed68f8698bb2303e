import { HALF_BYTES } from './token.ts'

/** One tag of an entry, and the halves of its token when the entry's value was made. */
export interface EntryTag {
  /** The stored tag: the tag, or the 32 bytes of its HMAC as characters. */
  readonly name: string
  readonly deleted: string
  readonly expired: string
}

/** The tags of an entry. */
export interface EntryTags {
  readonly list: readonly EntryTag[]
  /** In which epoch of its region it was last found valid. */
  epoch: number
  /** Whether L2 could not be asked for the tokens: which of them it holds is found out when the entry is sent. */
  readonly assumed?: boolean
}

/** The epoch of tags that were just read from bytes: they have to be looked at. */
export const UNSEEN = -1

const encoder = new TextEncoder()
const decoder = new TextDecoder()

/** What an entry carries beside its value. */
export interface Side {
  readonly tags: EntryTags | undefined
  /** The validator that its factory gave it, such as an HTTP ETag. */
  readonly etag: string | undefined
}

/** The side block of an entry. `sealed`: stored tags are bytes, not text. */
export function formatSide({ tags, etag }: Side, sealed: boolean): Uint8Array {
  const list = tags?.list ?? []
  const validator = etag === undefined ? undefined : encoder.encode(etag)
  const names = list.map(({ name }) => (sealed ? bytesOf(name) : encoder.encode(name)))
  const more = validator === undefined ? 0 : 2 + validator.length
  const length = names.reduce((sum, name) => sum + 2 + name.length + 2 * HALF_BYTES, 2 + more)
  const block = new Uint8Array(length)
  const view = new DataView(block.buffer)
  view.setUint16(0, list.length)
  let at = 2
  for (const [i, name] of names.entries()) {
    view.setUint16(at, name.length)
    block.set(name, at + 2)
    at += 2 + name.length
    const { deleted, expired } = list[i] as EntryTag
    block.set(bytesOf(deleted), at)
    block.set(bytesOf(expired), at + HALF_BYTES)
    at += 2 * HALF_BYTES
  }
  if (validator !== undefined) {
    view.setUint16(at, validator.length)
    block.set(validator, at + 2)
  }
  return block
}

const NO_SIDE: Side = { tags: undefined, etag: undefined }

/** What is in a side block that the core has checked; it may be empty. */
export function parseSide(block: Uint8Array, sealed: boolean): Side {
  if (block.byteLength === 0) return NO_SIDE
  const view = new DataView(block.buffer, block.byteOffset, block.byteLength)
  const list: EntryTag[] = []
  let at = 2
  for (let count = view.getUint16(0); count > 0; count--) {
    const end = at + 2 + view.getUint16(at)
    const bytes = block.subarray(at + 2, end)
    at = end + 2 * HALF_BYTES
    list.push({
      name: sealed ? textOf(bytes) : decoder.decode(bytes),
      deleted: textOf(block.subarray(end, end + HALF_BYTES)),
      expired: textOf(block.subarray(end + HALF_BYTES, at)),
    })
  }
  return {
    tags: list.length === 0 ? undefined : { list, epoch: UNSEEN },
    etag: at === block.byteLength ? undefined : decoder.decode(block.subarray(at + 2)),
  }
}

/** Bytes as characters, one each. */
export function textOf(bytes: Uint8Array): string {
  return String.fromCharCode(...bytes)
}

/** Characters that stand for bytes, as these. */
export function bytesOf(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0))
}
