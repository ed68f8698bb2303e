import { decodeUtf8 } from '../text.ts'
import { Cost, costOfExtension, costOfFields, Extension, MAX_DEPTH, TooHeavy } from './format.ts'
import { revive } from './instances.ts'
import { SHORT_TEXT, shortKey, shortText } from './short-text.ts'

/** A level of a value is at most an extension and its content; a BigInt at the bottom is one more. */
const MAX_FRAMES = 2 * MAX_DEPTH + 1

const NOTHING = new Uint8Array(0)

/** Numbers are read from a view of these: making one of what is to be read would take longer than reading it. */
const SCRATCH = new Uint8Array(8)
const SCRATCH_VIEW = new DataView(SCRATCH.buffer)

/** So many bytes are read in a row where a value is read in steps: a millisecond's work. */
const STEP = 131_072

/** How deep a value is read in steps. What lies deeper is read as one. */
const STEP_LEVELS = 4

/** A level with fewer parts may have large ones; of one with more, only those that have as many themselves are taken for large. */
const MANY = 64

/**
 * Reads what `MsgpackWriter` wrote. Bytes from a tier are not trusted: every length is
 * held against what is there before anything is made, nesting is limited, no object
 * gets a key `__proto__`, and what is made takes no more memory than it may.
 */
export class MsgpackReader {
  #bytes: Uint8Array = NOTHING
  #at = 0
  #end = 0
  #depth = 0
  /** So much memory may still be taken. */
  #room = 0
  /** Where the next pause is due. */
  #pausesAt = 0

  /**
   * The one value that `bytes` hold from `start` to `end`. Nothing of it shares memory with them.
   *
   * @param room How much memory its parts may take, as `Cost` has it.
   * @throws TooHeavy when they would take more; another Error when the bytes are cut short, too long or malformed.
   */
  read(bytes: Uint8Array, start: number, end: number, room = Infinity): unknown {
    this.#begin(bytes, start, end, room)
    try {
      return this.#complete(this.#value())
    } finally {
      this.#bytes = NOTHING
    }
  }

  /**
   * As `read`, with a pause now and then. Nothing else may be read by this reader meanwhile, and the bytes must stay
   * as they are.
   */
  async readInSteps(bytes: Uint8Array, room: number, pause: () => Promise<void>): Promise<unknown> {
    this.#begin(bytes, 0, bytes.length, room)
    this.#pausesAt = STEP
    try {
      return this.#complete(await this.#part(0, STEP_LEVELS, pause))
    } finally {
      this.#bytes = NOTHING
    }
  }

  #begin(bytes: Uint8Array, start: number, end: number, room: number): void {
    this.#bytes = bytes
    this.#at = start
    this.#end = end
    this.#depth = 0
    this.#room = room
  }

  #complete(value: unknown): unknown {
    if (this.#at !== this.#end) malformed('the value is longer or shorter than its bytes')
    return value
  }

  /** The array or object that begins here, whose parts may be large themselves. */
  async #outer(levels: number, pause: () => Promise<void>): Promise<unknown> {
    const isArray = isArrayCode(this.#bytes[this.#at] as number)
    const count = this.#head()
    if (isArray) this.#beginArray(count)
    else this.#beginFields(count)
    const array: unknown[] = []
    const fields: Record<string, unknown> = {}
    for (let i = 0; i < count; i++) {
      const key = isArray ? '' : this.#fieldKey()
      if (isArray && this.#isHole()) array.length = i + 1
      else {
        const part = this.#part(count, levels, pause)
        const value = part instanceof Promise ? await part : part
        if (isArray) array[i] = value
        else fields[key] = value
      }
      if (this.#at < this.#pausesAt) continue
      await pause()
      this.#pausesAt = this.#at + STEP
    }
    this.#depth--
    return isArray ? array : fields
  }

  /** A value among so many; a promise of it where it may be large. */
  #part(among: number, levels: number, pause: () => Promise<void>): unknown {
    const at = this.#at
    const count = levels > 0 && isOuterCode(this.#bytes[at] ?? 0) ? this.#head() : -1
    this.#at = at
    return count >= 0 && (among < MANY || count >= MANY) ? this.#outer(levels - 1, pause) : this.#value()
  }

  /** How many parts the array or object has that begins here. */
  #head(): number {
    const code = this.#bytes[this.#at++] as number
    return code < 0xa0 ? code & 0x0f : this.#length(code % 2 === 0 ? 1 : 2)
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
        this.#spend(Cost.Instance)
        // A `Buffer` would answer a view of itself to `slice`.
        return new Uint8Array(this.#take(this.#length(code - 0xc4)))
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
    switch (code) {
      case 0xca:
        return this.#scratch(4).getFloat32(0)
      case 0xcb:
        return this.#scratch(8).getFloat64(0)
      case 0xcc:
      case 0xcd:
      case 0xce:
        return this.#unsigned(1 << (code - 0xcc))
      case 0xcf:
        return this.#scratch(8).getBigUint64(0)
      case 0xd0:
        return (this.#unsigned(1) << 24) >> 24
      case 0xd1:
        return (this.#unsigned(2) << 16) >> 16
      case 0xd2:
        return this.#unsigned(4) | 0
      default:
        return this.#scratch(8).getBigInt64(0)
    }
  }

  /** An unsigned integer of 1, 2 or 4 bytes. */
  #unsigned(width: number): number {
    const end = this.#at + width
    if (end > this.#end) malformed('they end within a number')
    let value = 0
    while (this.#at < end) value = (value << 8) | (this.#bytes[this.#at++] as number)
    return value >>> 0
  }

  /** The next so many bytes, where a number can be read from them that has no integer's form. */
  #scratch(width: number): DataView {
    const end = this.#at + width
    if (end > this.#end) malformed('they end within a number')
    for (let i = 0; i < width; i++) SCRATCH[i] = this.#bytes[this.#at + i] as number
    this.#at = end
    return SCRATCH_VIEW
  }

  /** A length of 1, 2 or 4 bytes: `width` is its logarithm. */
  #length(width: number): number {
    return this.#unsigned(1 << width)
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
    this.#spend(Cost.Text)
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
    // The object was charged for its fields.
    this.#room += Cost.Text
    return typeof key === 'string' ? key : malformed('a key is not a string')
  }

  #array(count: number): unknown[] {
    this.#beginArray(count)
    const array: unknown[] = []
    for (let i = 0; i < count; i++) {
      if (this.#isHole()) array.length = i + 1
      else array[i] = this.#value()
    }
    this.#depth--
    return array
  }

  #beginArray(count: number): void {
    this.#descend()
    this.#expect(count)
    this.#spend(Cost.Array + count * Cost.Item)
  }

  #isHole(): boolean {
    if (this.#bytes[this.#at] !== 0xc7) return false
    if (this.#bytes[this.#at + 1] !== 0 || this.#bytes[this.#at + 2] !== Extension.Hole) return false
    this.#at += 3
    return true
  }

  #fields(count: number): Record<string, unknown> {
    this.#beginFields(count)
    const fields: Record<string, unknown> = {}
    for (let i = 0; i < count; i++) {
      const key = this.#fieldKey()
      fields[key] = this.#value()
    }
    this.#depth--
    return fields
  }

  #beginFields(count: number): void {
    this.#descend()
    this.#expect(count * 2)
    this.#spend(costOfFields(count))
  }

  #fieldKey(): string {
    const key = this.#key()
    return key === '__proto__' ? malformed('a key is __proto__') : key
  }

  #extension(size: number): unknown {
    const type = this.#unsigned(1)
    if (type === Extension.Undefined && size === 0) return undefined
    this.#descend()
    this.#spend(costOfExtension(type))
    const end = this.#at + size
    const content = this.#value()
    if (this.#at !== end) malformed('an extension is longer or shorter than it says')
    this.#depth--
    return revive(type, content)
  }

  /** So many values are to follow, each of a byte at least. */
  #expect(count: number): void {
    if (count > this.#end - this.#at) malformed('they end within a value')
  }

  #spend(cost: number): void {
    this.#room -= cost
    if (this.#room < 0) throw new TooHeavy('the value would take too much memory')
  }

  #descend(): void {
    if (++this.#depth > MAX_FRAMES) malformed(`nested deeper than ${MAX_DEPTH} levels`)
  }
}

function isArrayCode(code: number): boolean {
  return (code >= 0x90 && code < 0xa0) || code === 0xdc || code === 0xdd
}

/** Whether an array or object begins so. */
function isOuterCode(code: number): boolean {
  return (code >= 0x80 && code < 0xa0) || (code >= 0xdc && code <= 0xdf)
}

function malformed(why: string): never {
  throw new RangeError(`malformed bytes: ${why}`)
}
