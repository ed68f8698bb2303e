import { encodeUtf8Into, isWellFormed } from '../text.ts'
import { Extension, type ExtensionType } from './format.ts'

/** A slab with less room than this is left behind, so that most values never have to grow one. */
const MIN_ROOM = 2_048
/** Up to this length a string is copied by a loop, which beats a call into the host. */
const SHORT_STRING = 40

/** What stands around each value that an `Output` makes. */
export interface Frame {
  /** How many bytes are left before a value and behind it: zeros. */
  readonly before: number
  readonly after: number
  /** How many bytes the memory has that values are cut from, and how it is made. */
  readonly slabBytes: number
  slab(bytes: number): Uint8Array<ArrayBuffer>
}

const NO_FRAME: Frame = { before: 0, after: 0, slabBytes: 16_384, slab: (bytes) => new Uint8Array(bytes) }

const NOTHING = new Uint8Array(0)

/**
 * The growing bytes of one value after the other: MessagePack's scalars and heads.
 *
 * Values are cut from a slab that is never written twice. So a result stays valid, at no
 * copy, but pins the slab, by default of 16 KB (twice its size, where that is more): copy what is to be kept.
 */
export class Output {
  readonly #frame: Frame
  #bytes = NOTHING
  #buffer = NOTHING.buffer
  #view = new DataView(NOTHING.buffer)
  #start = 0
  #at = 0

  constructor(frame: Frame = NO_FRAME) {
    this.#frame = frame
  }

  /** Starts a value. What was written of one that was never taken is overwritten. */
  start(): void {
    if (this.#bytes.length - this.#start < MIN_ROOM) this.#use(this.#frame.slab(this.#frame.slabBytes))
    this.#at = this.#start + this.#frame.before
  }

  /** Ends the value and answers its bytes, with what stands around them. */
  take(): Uint8Array {
    this.#room(this.#frame.after)
    const end = this.#at + this.#frame.after
    const taken = new Uint8Array(this.#buffer, this.#start, end - this.#start)
    this.#start = end
    if (this.#bytes.length > this.#frame.slabBytes) this.#use(NOTHING)
    return taken
  }

  /** Ends a value that is not to be taken: what was written of it is overwritten. */
  drop(): void {
    this.#bytes.fill(0, this.#start, this.#at)
  }

  byte(value: number): void {
    this.#room(1)
    this.#bytes[this.#at++] = value
  }

  number(value: number): void {
    if ((value | 0) !== value || (value === 0 && 1 / value < 0)) this.float(value)
    else if (value >= -32 && value <= 127) this.byte(value & 0xff)
    else this.#integer(value)
  }

  float(value: number): void {
    this.#room(9)
    this.#bytes[this.#at] = 0xcb
    this.#view.setFloat64(this.#at + 1, value)
    this.#at += 9
  }

  bigint(value: bigint): void {
    if (BigInt.asIntN(64, value) === value) {
      this.#room(9)
      this.#bytes[this.#at] = 0xd3
      this.#view.setBigInt64(this.#at + 1, value)
      this.#at += 9
      return
    }
    const mark = this.begin(Extension.BigInt)
    this.string(value.toString(16))
    this.end(mark)
  }

  /** Writes a text, as UTF-8 where that keeps it: answers whether it does. */
  string(text: string): boolean {
    if (text.length <= SHORT_STRING && this.#ascii(text)) return true
    const wellFormed = isWellFormed(text)
    if (wellFormed) this.#text(text)
    else this.#utf16(text)
    return wellFormed
  }

  binary(bytes: ArrayBufferView): void {
    const size = bytes.byteLength
    this.#room(size + 5)
    this.#length(size, size < 0x100 ? 1 : size < 0x1_0000 ? 2 : 4, 0xc4)
    this.#bytes.set(new Uint8Array(bytes.buffer, bytes.byteOffset, size), this.#at)
    this.#at += size
  }

  date(ms: number): void {
    this.#head(9, Extension.Date)
    this.float(ms)
  }

  /** An extension that says all by its type. */
  mark(type: ExtensionType): void {
    this.#head(0, type)
  }

  /** The head of an array; its items follow. */
  array(count: number): void {
    if (count < 16) this.byte(0x90 | count)
    else this.#count(count, 0xdc)
  }

  /** Starts a map of a length not known yet, and answers what `endMap` wants to know. */
  beginMap(): number {
    this.byte(0x80)
    return this.#at - this.#start
  }

  /** Ends a map: since it began, a key and a value were written, `count` times. */
  endMap(mark: number, count: number): void {
    const content = this.#start + mark
    if (count < 16) {
      this.#bytes[content - 1] = 0x80 | count
      return
    }
    // Only now is it known that the head takes more than the one byte that was kept for it.
    const more = count > 0xffff ? 4 : 2
    this.#room(more)
    const from = this.#start + mark
    const end = this.#at
    this.#bytes.copyWithin(from + more, from, end)
    this.#at = from - 1
    this.#count(count, 0xde)
    this.#at = end + more
  }

  /** Starts an extension of a length not known yet, and answers what `end` wants to know. */
  begin(type: ExtensionType): number {
    this.#room(6)
    this.#bytes[this.#at] = 0xc9
    this.#bytes[this.#at + 5] = type
    this.#at += 6
    return this.#at - this.#start
  }

  end(mark: number): void {
    const content = this.#start + mark
    this.#view.setUint32(content - 5, this.#at - content)
  }

  #integer(value: number): void {
    this.#room(5)
    const negative = value < 0
    if (negative ? value >= -0x80 : value <= 0xff) {
      this.#bytes[this.#at++] = negative ? 0xd0 : 0xcc
      this.#bytes[this.#at++] = value
    } else if (negative ? value >= -0x8000 : value <= 0xffff) {
      this.#bytes[this.#at] = negative ? 0xd1 : 0xcd
      this.#view.setUint16(this.#at + 1, value)
      this.#at += 3
    } else {
      this.#bytes[this.#at] = 0xd2
      this.#view.setInt32(this.#at + 1, value)
      this.#at += 5
    }
  }

  /** Writes a short string if it is ASCII; otherwise writes nothing and answers false. */
  #ascii(text: string): boolean {
    const { length } = text
    this.#room(length + 2)
    const bytes = this.#bytes
    let at = this.#at
    if (length > 31) bytes[at++] = 0xd9
    bytes[at++] = length > 31 ? length : 0xa0 | length
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i)
      if (unit > 0x7f) return false
      bytes[at++] = unit
    }
    this.#at = at
    return true
  }

  #text(text: string): void {
    const most = text.length * 3
    this.#room(most + 5)
    const width = most < 0x100 ? 1 : most < 0x1_0000 ? 2 : 4
    const written = encodeUtf8Into(text, this.#bytes, this.#at + 1 + width)
    this.#length(written, width, 0xd9)
    this.#at += written
  }

  #utf16(text: string): void {
    const units = new DataView(new ArrayBuffer(text.length * 2))
    for (let i = 0; i < text.length; i++) units.setUint16(i * 2, text.charCodeAt(i))
    const mark = this.begin(Extension.Utf16)
    this.binary(units)
    this.end(mark)
  }

  #head(size: number, type: ExtensionType): void {
    this.#room(3)
    this.#bytes[this.#at++] = 0xc7
    this.#bytes[this.#at++] = size
    this.#bytes[this.#at++] = type
  }

  /** A code and a length of 1, 2 or 4 bytes. The codes of the three widths are neighbours. */
  #length(length: number, width: 1 | 2 | 4, code: number): void {
    this.#bytes[this.#at++] = code + (width >> 1)
    if (width === 1) this.#bytes[this.#at] = length
    else if (width === 2) this.#view.setUint16(this.#at, length)
    else this.#view.setUint32(this.#at, length)
    this.#at += width
  }

  /** A code and a count of 2 or 4 bytes. */
  #count(count: number, code: number): void {
    this.#room(5)
    const wide = count > 0xffff
    this.#bytes[this.#at] = wide ? code + 1 : code
    if (wide) this.#view.setUint32(this.#at + 1, count)
    else this.#view.setUint16(this.#at + 1, count)
    this.#at += wide ? 5 : 3
  }

  /** Makes sure that `size` more bytes fit. What is written of this value may move. */
  #room(size: number): void {
    if (this.#at + size <= this.#bytes.length) return
    const written = this.#bytes.subarray(this.#start, this.#at)
    const larger = this.#frame.slab(Math.max((written.length + size) * 2, this.#frame.slabBytes))
    larger.set(written)
    this.#use(larger)
    this.#at = written.length
  }

  #use(slab: Uint8Array<ArrayBuffer>): void {
    this.#bytes = slab
    this.#buffer = slab.buffer
    this.#view = new DataView(slab.buffer)
    this.#start = 0
  }
}
