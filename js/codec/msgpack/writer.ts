import { classNameOf, isPlainArray, isPlainObject, tagOf } from '../shape.ts'
import { Cost, costOfFields, Extension, MAX_DEPTH, MAX_SPARSE_LENGTH } from './format.ts'
import { type Parts, split } from './instances.ts'
import { type Frame, Output } from './output.ts'
import { describe, heavier, pathOf, tooDeep, Unsupported } from './unsupported.ts'

/**
 * Writes values as MessagePack: one walk that proves that a value will come back as it
 * is, and writes it on the way.
 */
export class MsgpackWriter {
  readonly #frame: Frame | undefined
  readonly #out: Output
  #busy = false
  /** What the parts take that were written. */
  #cost = 0
  /** Whether `for in` finds more than an object's own fields. */
  #inherits = false
  /** The containers around the value being written, and the step taken in each of them. */
  readonly #containers: (object | undefined)[] = []
  readonly #steps: (string | number)[] = []

  /** @param frame What stands around the bytes of each value; by default nothing. */
  constructor(frame?: Frame) {
    this.#frame = frame
    this.#out = new Output(frame)
  }

  /**
   * The bytes of `value`, valid for ever; see `Output` for what they pin.
   *
   * @param room How much memory its parts may take when they are read, as `Cost` has it.
   * @throws Unsupported when something in it could not come back as it is.
   */
  write(value: unknown, room = Infinity): Uint8Array {
    // A getter inside a value may store another value meanwhile.
    if (this.#busy) return new MsgpackWriter(this.#frame).write(value, room)
    this.#busy = true
    this.#cost = 0
    try {
      this.#out.start()
      this.#inherits = inheritsFields()
      this.#value(value, 0)
      if (this.#cost > room) this.#refuse(0, heavier(room))
      return this.#out.take()
    } catch (error) {
      this.#out.drop()
      throw error
    } finally {
      this.#busy = false
      this.#forget()
    }
  }

  /** Holds on to nothing of the value. */
  #forget(): void {
    const containers = this.#containers
    for (let i = 0; i < containers.length && containers[i] !== undefined; i++) containers[i] = undefined
  }

  #value(value: unknown, depth: number): void {
    switch (typeof value) {
      case 'string':
        this.#cost += Cost.Text
        this.#string(value)
        break
      case 'number':
        this.#out.number(value)
        break
      case 'boolean':
        this.#out.byte(value ? 0xc3 : 0xc2)
        break
      case 'undefined':
        this.#out.mark(Extension.Undefined)
        break
      case 'bigint':
        this.#cost += Cost.BigInt
        this.#out.bigint(value)
        break
      case 'object':
        if (value === null) this.#out.byte(0xc0)
        else this.#object(value, depth)
        break
      default:
        this.#refuse(depth, `is a ${typeof value}`)
    }
  }

  #object(value: object, depth: number): void {
    if (depth >= MAX_DEPTH) throw tooDeep({ containers: this.#containers, steps: this.#steps }, value)
    this.#containers[depth] = value
    if (Object.getPrototypeOf(value) === Object.prototype && !this.#inherits) {
      this.#plain(value as Record<string, unknown>, depth)
    } else if (isPlainArray(value)) this.#array(value, depth)
    else if (isPlainObject(value)) this.#fields(value, depth)
    else this.#instance(value, depth)
  }

  #fields(value: Record<string, unknown>, depth: number): void {
    if (Object.getOwnPropertySymbols(value).length > 0) this.#refuse(depth, 'has a key that is a symbol')
    const mark = this.#out.beginMap()
    const keys = Object.keys(value)
    this.#cost += costOfFields(keys.length)
    for (const key of keys) this.#field(key, value[key], depth)
    this.#out.endMap(mark, keys.length)
  }

  /** The same for an object of this realm: `for in` reads its fields at a third of what a list of their names costs. */
  #plain(value: Record<string, unknown>, depth: number): void {
    if (Object.getOwnPropertySymbols(value).length > 0) this.#refuse(depth, 'has a key that is a symbol')
    const mark = this.#out.beginMap()
    let count = 0
    for (const key in value) {
      this.#field(key, value[key], depth)
      count++
    }
    this.#cost += costOfFields(count)
    this.#out.endMap(mark, count)
  }

  #field(key: string, value: unknown, depth: number): void {
    if (key === '__proto__') this.#refuse(depth, "has a key '__proto__'")
    this.#steps[depth] = key
    this.#string(key)
    this.#value(value, depth + 1)
  }

  #string(text: string): void {
    // Units instead of UTF-8 are bytes in an extension.
    if (!this.#out.string(text)) this.#cost += 2 * Cost.Instance
  }

  #array(value: readonly unknown[], depth: number): void {
    // A getter may change the array while it is written, and a proxy say anything: what is counted is written.
    const length = value.length >>> 0
    this.#entries(length)
    for (let i = 0; i < length; i++) {
      const item = value[i]
      this.#steps[depth] = i
      if (item === undefined && !(i in value)) this.#hole(length, depth)
      else this.#value(item, depth + 1)
    }
  }

  #hole(length: number, depth: number): void {
    if (length > MAX_SPARSE_LENGTH) this.#refuse(depth, `is an array of length ${length} with holes`)
    this.#out.mark(Extension.Hole)
  }

  /** An object that is neither plain nor an array: what it holds, in an extension; or refused. */
  #instance(value: object, depth: number): void {
    const tag = tagOf(value)
    const name = classNameOf(value)
    this.#cost += tag === 'Date' ? Cost.Date : Cost.Instance
    if (Object.getPrototypeOf(value) === null) this.#bare(value as Record<string, unknown>, depth)
    else if (tag === 'Uint8Array' && ArrayBuffer.isView(value)) this.#out.binary(value)
    else if (tag === 'Date' && name === tag) this.#out.date((value as Date).getTime())
    else if (tag === 'Map' && name === tag) this.#map(value as Map<unknown, unknown>, depth)
    else if (tag === 'Set' && name === tag) this.#set(value as Set<unknown>, depth)
    else this.#parts(split(value, tag) ?? this.#refuse(depth, describe(tag, name)), depth)
  }

  #parts({ type, content }: Parts, depth: number): void {
    const mark = this.#out.begin(type)
    if (Array.isArray(content)) this.#array(content, depth)
    else this.#value(content, depth)
    this.#out.end(mark)
  }

  #bare(value: Record<string, unknown>, depth: number): void {
    const mark = this.#out.begin(Extension.BareObject)
    this.#fields(value, depth)
    this.#out.end(mark)
  }

  #map(value: Map<unknown, unknown>, depth: number): void {
    const mark = this.#out.begin(Extension.Map)
    const steps = value.size * 2
    this.#entries(steps)
    let step = 0
    for (const [key, item] of value) {
      if (step === steps) break
      this.#steps[depth] = step++
      this.#value(key, depth + 1)
      this.#steps[depth] = step++
      this.#value(item, depth + 1)
    }
    this.#assertAll(step, steps, depth)
    this.#out.end(mark)
  }

  #set(value: Set<unknown>, depth: number): void {
    const mark = this.#out.begin(Extension.Set)
    const steps = value.size
    this.#entries(steps)
    let step = 0
    for (const item of value) {
      if (step === steps) break
      this.#steps[depth] = step++
      this.#value(item, depth + 1)
    }
    this.#assertAll(step, steps, depth)
    this.#out.end(mark)
  }

  #entries(count: number): void {
    this.#cost += Cost.Array + count * Cost.Item
    this.#out.array(count)
  }

  #assertAll(written: number, counted: number, depth: number): void {
    if (written !== counted) this.#refuse(depth, 'has lost entries while it was written')
  }

  #refuse(depth: number, message: string): never {
    throw new Unsupported(pathOf({ containers: this.#containers, steps: this.#steps }, depth), message)
  }
}

const EMPTY = {}

/** Whether somebody gave fields to all objects. */
function inheritsFields(): boolean {
  for (const _ in EMPTY) return true
  return false
}
