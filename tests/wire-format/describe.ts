/**
 * Values as JSON, such that nothing is lost: what JSON does not have is an object whose `$` says what it
 * is. The manifest of the fixtures holds these, and the reader in Python compares with them.
 */

type Json = string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json }

/** A value in that form. Told from the value itself, not from its bytes. */
export function describeValue(value: unknown): Json {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value
  if (typeof value === 'number') return describeNumber(value)
  if (typeof value === 'bigint') return { $: 'bigint', text: String(value) }
  if (value === undefined) return { $: 'undefined' }
  if (Array.isArray(value)) {
    return Array.from({ length: value.length }, (_, i) => (i in value ? describeValue(value[i]) : { $: 'hole' }))
  }
  return describeObject(value)
}

function describeNumber(value: number): Json {
  const isPlain = Number.isFinite(value) && !Object.is(value, -0)
  return isPlain ? value : { $: 'number', text: Object.is(value, -0) ? '-0' : String(value) }
}

function describeObject(value: object): Json {
  if (value instanceof Uint8Array) return { $: 'bytes', hex: hexOf(value) }
  if (ArrayBuffer.isView(value)) return describeBuffer(value)
  if (value instanceof ArrayBuffer) return describeBuffer(new DataView(value), 'ArrayBuffer')
  if (value instanceof Date) return { $: 'date', ms: describeNumber(value.getTime()) }
  if (value instanceof Map) return { $: 'map', items: [...value].flat().map(describeValue) }
  if (value instanceof Set) return { $: 'set', items: [...value].map(describeValue) }
  if (value instanceof Error) return describeError(value)
  if (value instanceof RegExp) {
    return { $: 'regexp', source: value.source, flags: value.flags, lastIndex: value.lastIndex }
  }
  if (value instanceof URL) return { $: 'url', href: value.href }
  const kind = Object.getPrototypeOf(value) === null ? 'bare' : 'object'
  return { $: kind, fields: fieldsOf(value) }
}

function describeBuffer(view: ArrayBufferView, name = view.constructor.name): Json {
  return { $: 'buffer', class: name, hex: hexOf(new Uint8Array(view.buffer, view.byteOffset, view.byteLength)) }
}

function describeError(error: Error): Json {
  const hidden = ['message', 'stack', 'cause', 'errors'].filter((name) => Object.hasOwn(error, name))
  const fields = Object.fromEntries(hidden.map((name) => [name, error[name as keyof Error]]))
  return { $: 'error', class: error.name, hidden: fieldsOf(fields), shown: fieldsOf(error) }
}

function fieldsOf(value: object): Json {
  return Object.entries(value).map(([key, field]) => [key, describeValue(field)])
}

/** Bytes in hexadecimal. */
export function hexOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex')
}
