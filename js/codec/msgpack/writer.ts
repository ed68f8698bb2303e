import { classNameOf, isPlainArray, isPlainObject, tagOf } from '../shape.ts'
import { Extension, MAX_DEPTH, MAX_SPARSE_LENGTH } from './format.ts'
import { type Parts, split } from './instances.ts'
import { Output } from './output.ts'
import { describe, pathOf, tooDeep, Unsupported } from './unsupported.ts'

/**
 * Writes values as MessagePack: one walk that proves that a value will come back as it
 * is, and writes it on the way.
 */
export class MsgpackWriter {
  readonly #out = new Output()
  #busy = false
  /** The containers around the value being written, and the step taken in each of them. */
  readonly #containers: object[] = []
  readonly #steps: (string | number)[] = []

  /**
   * The bytes of `value`, valid for ever; see `Output` for what they pin.
   *
   * @throws Unsupported when something in it could not come back as it is.
   */
  write(value: unknown): Uint8Array {
    // A getter inside a value may store another value meanwhile.
    if (this.#busy) return new MsgpackWriter().write(value)
    this.#busy = true
    try {
      this.#out.start()
      this.#value(value, 0)
      return this.#out.take()
    } catch (error) {
      this.#out.drop()
      throw error
    } finally {
      this.#busy = false
      this.#containers.length = 0
    }
  }

  #value(value: unknown, depth: number): void {
    switch (typeof value) {
      case 'string':
        this.#out.string(value)
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
    if (isPlainObject(value)) this.#fields(value, depth)
    else if (isPlainArray(value)) this.#array(value, depth)
    else this.#instance(value, depth)
  }

  #fields(value: Record<string, unknown>, depth: number): void {
    if (Object.getOwnPropertySymbols(value).length > 0) this.#refuse(depth, 'has a key that is a symbol')
    const keys = Object.keys(value)
    this.#out.map(keys.length)
    for (const key of keys) {
      if (key === '__proto__') this.#refuse(depth, "has a key '__proto__'")
      this.#steps[depth] = key
      this.#out.string(key)
      this.#value(value[key], depth + 1)
    }
  }

  #array(value: readonly unknown[], depth: number): void {
    this.#out.array(value.length)
    for (let i = 0; i < value.length; i++) {
      const item = value[i]
      this.#steps[depth] = i
      if (item === undefined && !(i in value)) this.#hole(value, depth)
      else this.#value(item, depth + 1)
    }
  }

  #hole(array: readonly unknown[], depth: number): void {
    if (array.length > MAX_SPARSE_LENGTH) this.#refuse(depth, `is an array of length ${array.length} with holes`)
    this.#out.mark(Extension.Hole)
  }

  /** An object that is neither plain nor an array: what it holds, in an extension; or refused. */
  #instance(value: object, depth: number): void {
    const tag = tagOf(value)
    const name = classNameOf(value)
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
    this.#out.array(value.size * 2)
    let step = 0
    for (const [key, item] of value) {
      this.#steps[depth] = step++
      this.#value(key, depth + 1)
      this.#steps[depth] = step++
      this.#value(item, depth + 1)
    }
    this.#out.end(mark)
  }

  #set(value: Set<unknown>, depth: number): void {
    const mark = this.#out.begin(Extension.Set)
    this.#out.array(value.size)
    let step = 0
    for (const item of value) {
      this.#steps[depth] = step++
      this.#value(item, depth + 1)
    }
    this.#out.end(mark)
  }

  #refuse(depth: number, message: string): never {
    throw new Unsupported(pathOf({ containers: this.#containers, steps: this.#steps }, depth), message)
  }
}
