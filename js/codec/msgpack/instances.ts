import { classNameOf, isPlainObject } from '../shape.ts'
import { Extension, type ExtensionType } from './format.ts'

/** An object of a class, taken apart into what the writer can write. */
export interface Parts {
  readonly type: ExtensionType
  readonly content: unknown
}

type Split = (value: never) => Parts | undefined

/** What makes the binary classes that this runtime has. `Uint8Array` is MessagePack's own binary. */
const bufferClasses = new Map<string, (buffer: ArrayBuffer) => object>([
  ['ArrayBuffer', (buffer) => buffer],
  ...[
    'DataView',
    'Int8Array',
    'Uint8ClampedArray',
    'Int16Array',
    'Uint16Array',
    'Int32Array',
    'Uint32Array',
    'Float16Array',
    'Float32Array',
    'Float64Array',
    'BigInt64Array',
    'BigUint64Array',
  ].flatMap(viewClass),
])

function viewClass(name: string): [string, (buffer: ArrayBuffer) => object][] {
  const type: unknown = (globalThis as Record<string, unknown>)[name]
  return typeof type === 'function' ? [[name, (buffer) => Reflect.construct(type, [buffer])]] : []
}

const errorClasses = new Map<string, () => Error>([
  ['Error', () => new Error()],
  ['EvalError', () => new EvalError()],
  ['RangeError', () => new RangeError()],
  ['ReferenceError', () => new ReferenceError()],
  ['SyntaxError', () => new SyntaxError()],
  ['TypeError', () => new TypeError()],
  ['URIError', () => new URIError()],
  ['AggregateError', () => new AggregateError([])],
])

/** The fields of an error that are not enumerable. */
const HIDDEN_ERROR_FIELDS = ['message', 'stack', 'cause', 'errors'] as const

/** By tag; the writer itself knows `Date`, `Map`, `Set` and `Uint8Array`. */
const splitters = new Map<string, Split>([
  ['RegExp', (value: RegExp) => ({ type: Extension.RegExp, content: [value.source, value.flags, value.lastIndex] })],
  ['URL', (value: URL) => ({ type: Extension.Url, content: value.href })],
  ['Error', (value: Error) => ({ type: Extension.Error, content: splitError(value) })],
  ['ArrayBuffer', (value: ArrayBuffer) => splitBuffer('ArrayBuffer', new Uint8Array(value))],
])

/**
 * Takes an object of one of the rarer built-in classes apart. Typed arrays of a subclass count as their
 * base class (Node's `Buffer` is one). Of any other subclass nothing is known, so the
 * answer is `undefined`, as it is for classes that hold no data of their own.
 */
export function split(value: object, tag: string): Parts | undefined {
  if (ArrayBuffer.isView(value)) {
    return splitBuffer(tag, new Uint8Array(value.buffer, value.byteOffset, value.byteLength))
  }
  const name = classNameOf(value)
  if (name !== tag && !(tag === 'Error' && errorClasses.has(name))) return undefined
  return splitters.get(tag)?.(value as never)
}

function splitBuffer(name: string, bytes: Uint8Array): Parts | undefined {
  return bufferClasses.has(name) ? { type: Extension.Buffer, content: [name, bytes] } : undefined
}

function splitError(error: Error): unknown[] {
  const hidden: Record<string, unknown> = {}
  for (const field of HIDDEN_ERROR_FIELDS) {
    if (Object.hasOwn(error, field)) hidden[field] = (error as unknown as Record<string, unknown>)[field]
  }
  return [classNameOf(error), hidden, { ...error }]
}

type Fields = Readonly<Record<string, unknown>>

const revivers = new Map<number, (content: unknown) => unknown>([
  [Extension.Date, (ms) => new Date(typeof ms === 'number' ? ms : fail('a date'))],
  [Extension.BigInt, (digits) => reviveBigInt(digits)],
  [Extension.Map, (items) => reviveMap(items)],
  [Extension.Set, (items) => new Set(listOf(items))],
  [Extension.BareObject, (fields) => Object.assign(Object.create(null), fieldsOf(fields))],
  [Extension.Utf16, (bytes) => reviveUtf16(bytes)],
  [Extension.Buffer, (parts) => reviveBuffer(parts)],
  [Extension.Error, (parts) => reviveError(parts)],
  [Extension.RegExp, (parts) => reviveRegExp(parts)],
  [Extension.Url, (href) => new URL(textOf(href))],
])

/**
 * Makes the value of an extension from its content.
 *
 * @throws Error when the type is unknown or the content is not what the type holds.
 */
export function revive(type: number, content: unknown): unknown {
  const reviver = revivers.get(type)
  return reviver === undefined ? fail(`a value of extension type ${type}`) : reviver(content)
}

function reviveBigInt(content: unknown): bigint {
  const digits = textOf(content)
  return digits.startsWith('-') ? -BigInt(`0x${digits.slice(1)}`) : BigInt(`0x${digits}`)
}

function reviveMap(content: unknown): Map<unknown, unknown> {
  const items = listOf(content)
  if (items.length % 2 !== 0) fail('a map')
  const map = new Map<unknown, unknown>()
  for (let i = 0; i < items.length; i += 2) map.set(items[i], items[i + 1])
  return map
}

function reviveUtf16(content: unknown): string {
  const bytes = bytesOf(content)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  let text = ''
  for (let i = 0; i < bytes.length; i += 2) text += String.fromCharCode(view.getUint16(i))
  return text
}

function reviveBuffer(content: unknown): object {
  const [name, bytes] = listOf(content)
  const make = bufferClasses.get(textOf(name)) ?? fail('binary data')
  return make(bytesOf(bytes).buffer)
}

function reviveError(content: unknown): Error {
  const [name, hidden, shown] = listOf(content)
  const make = errorClasses.get(textOf(name)) ?? fail('an error')
  const error = make()
  for (const [field, value] of Object.entries(fieldsOf(hidden))) {
    Object.defineProperty(error, field, { value, writable: true, configurable: true, enumerable: false })
  }
  return Object.assign(error, fieldsOf(shown))
}

function reviveRegExp(content: unknown): RegExp {
  const [source, flags, lastIndex] = listOf(content)
  const pattern = new RegExp(textOf(source), textOf(flags))
  pattern.lastIndex = typeof lastIndex === 'number' ? lastIndex : fail('a pattern')
  return pattern
}

function textOf(content: unknown): string {
  return typeof content === 'string' ? content : fail('text')
}

function bytesOf(content: unknown): Uint8Array<ArrayBuffer> {
  return content instanceof Uint8Array ? (content as Uint8Array<ArrayBuffer>) : fail('binary data')
}

function listOf(content: unknown): readonly unknown[] {
  return Array.isArray(content) ? content : fail('a list')
}

function fieldsOf(content: unknown): Fields {
  return typeof content === 'object' && content !== null && isPlainObject(content) ? content : fail('fields')
}

function fail(what: string): never {
  throw new TypeError(`malformed bytes: not ${what}`)
}
