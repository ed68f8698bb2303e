import { decodeUtf8 } from '../text.ts'
import { Extension, MAX_DEPTH } from './format.ts'
import { revive } from './instances.ts'
import { SHORT_TEXT, shortKey, shortText } from './short-text.ts'

/** A level of a value is at most an extension and its content; a BigInt at the bottom is one more. */
const MAX_FRAMES = 2 * MAX_DEPTH + 1

/**
 * Reads what `MsgpackWriter` wrote. Bytes from a tier are not trusted: every length is
 * held against what is there before anything is made, nesting is limited, and no object
 * gets a key `__proto__`.
 */
export class MsgpackReader {
  readonly #bytes: Uint8Array
  readonly #view: DataView
  #at = 0
  #end = 0
  #depth = 0

  /** A reader of all that lies in `buffer`, as long as that is not detached. */
  constructor(buffer: ArrayBufferLike) {
    this.#bytes = new Uint8Array(buffer)
    this.#view = new DataView(buffer)
  }

  /** The buffer that it reads. */
  get buffer(): ArrayBufferLike {
    return this.#bytes.buffer
  }

  /**
   * The one value that the bytes from `start` to `end` hold. Nothing of it shares memory with
   * them.
   *
   * @throws Error when they are cut short, too long or malformed.
   */
  read(start: number, end: number): unknown {
    this.#at = start
    this.#end = end
    this.#depth = 0
    const value = this.#value()
    if (this.#at !== end) malformed('the value is longer or shorter than its bytes')
    return value
  }

  #value(): unknown {
    if (this.#at >= this.#end) malformed('they end within a value')
    const code = this.#bytes[this.#at++] as number
    if (code < 0x80) return code
    if (code < 0x90) return this.#fields(code & 0x0f)
    if (code < 0xa0) return this.#array(code & 0x0f)
    if (code < 0xc0) return this.#string(code & 0x1f)
    if (code >= 0xe0) return code - 0x100
    return code < 0xca || code > 0xd3 ? this.#sized(code) : this.#number(code)
  }

  #sized(code: number): unknown {
    switch (code) {
      case 0xc0:
        return null
      case 0xc2:
        return false
      case 0xc3:
        return true
      case 0xc4:
      case 0xc5:
      case 0xc6:
        return this.#take(this.#length(code - 0xc4)).slice()
      case 0xc7:
      case 0xc8:
      case 0xc9:
        return this.#extension(this.#length(code - 0xc7))
      case 0xd4:
      case 0xd5:
      case 0xd6:
      case 0xd7:
      case 0xd8:
        return this.#extension(1 << (code - 0xd4))
      case 0xd9:
      case 0xda:
      case 0xdb:
        return this.#string(this.#length(code - 0xd9))
      case 0xdc:
      case 0xdd:
        return this.#array(this.#length(code - 0xdb))
      case 0xde:
      case 0xdf:
        return this.#fields(this.#length(code - 0xdd))
      default:
        malformed(`no value starts with ${code}`)
    }
  }

  #number(code: number): number | bigint {
    const at = this.#at
    const width = 1 << (code < 0xcc ? code - 0xc8 : (code - 0xcc) & 3)
    this.#at += width
    switch (code) {
      case 0xca:
        return this.#view.getFloat32(at)
      case 0xcb:
        return this.#view.getFloat64(at)
      case 0xcc:
        return this.#view.getUint8(at)
      case 0xcd:
        return this.#view.getUint16(at)
      case 0xce:
        return this.#view.getUint32(at)
      case 0xcf:
        return this.#view.getBigUint64(at)
      case 0xd0:
        return this.#view.getInt8(at)
      case 0xd1:
        return this.#view.getInt16(at)
      case 0xd2:
        return this.#view.getInt32(at)
      default:
        return this.#view.getBigInt64(at)
    }
  }

  /** A length of 1, 2 or 4 bytes: `width` is its logarithm. */
  #length(width: number): number {
    const at = this.#at
    this.#at += 1 << width
    if (width === 0) return this.#view.getUint8(at)
    return width === 1 ? this.#view.getUint16(at) : this.#view.getUint32(at)
  }

  /** The next `size` bytes, as a view. */
  #take(size: number): Uint8Array {
    const end = this.#at + size
    if (end > this.#end) malformed('a length reaches past the end')
    const taken = this.#bytes.subarray(this.#at, end)
    this.#at = end
    return taken
  }

  #string(size: number): string {
    const end = this.#at + size
    const text = size <= SHORT_TEXT && end <= this.#end ? shortText(this.#bytes, this.#at, end) : undefined
    if (text === undefined) return decodeUtf8(this.#take(size))
    this.#at = end
    return text
  }

  #key(): string {
    const size = (this.#bytes[this.#at] ?? 0) - 0xa0
    const end = this.#at + 1 + size
    if (size > 0 && size <= SHORT_TEXT && end <= this.#end) {
      const key = shortKey(this.#bytes, this.#at + 1, end)
      if (key !== undefined) {
        this.#at = end
        return key
      }
    }
    const key = this.#value()
    return typeof key === 'string' ? key : malformed('a key is not a string')
  }

  #array(count: number): unknown[] {
    this.#descend()
    const array: unknown[] = []
    for (let i = 0; i < count; i++) {
      if (this.#isHole()) array.length = i + 1
      else array[i] = this.#value()
    }
    this.#depth--
    return array
  }

  #isHole(): boolean {
    const [code, size, type] = [this.#bytes[this.#at], this.#bytes[this.#at + 1], this.#bytes[this.#at + 2]]
    if (code !== 0xc7 || size !== 0 || type !== Extension.Hole) return false
    this.#at += 3
    return true
  }

  #fields(count: number): Record<string, unknown> {
    this.#descend()
    const fields: Record<string, unknown> = {}
    for (let i = 0; i < count; i++) {
      const key = this.#key()
      if (key === '__proto__') malformed('a key is __proto__')
      fields[key] = this.#value()
    }
    this.#depth--
    return fields
  }

  #extension(size: number): unknown {
    const type = this.#view.getUint8(this.#at++)
    if (type === Extension.Undefined && size === 0) return undefined
    this.#descend()
    const end = this.#at + size
    const content = this.#value()
    if (this.#at !== end) malformed('an extension is longer or shorter than it says')
    this.#depth--
    return revive(type, content)
  }

  #descend(): void {
    if (++this.#depth > MAX_FRAMES) malformed(`nested deeper than ${MAX_DEPTH} levels`)
  }
}

function malformed(why: string): never {
  throw new RangeError(`malformed bytes: ${why}`)
}
