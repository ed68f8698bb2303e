import { didYouMean } from './nearest.ts'
import type { Entry, Field, Group } from './schema.ts'
import {
  BYTES_ALLOWED,
  DURATION_ALLOWED,
  formatBytes,
  formatDuration,
  invalidOption,
  parseBytes,
  parseDuration,
  show,
} from './units.ts'

/** A field of any type, with a default that is always the same. */
export function field<T>(
  doc: string,
  allowed: string,
  fallback: T,
  parse: (value: unknown, option: string) => T,
  fallbackDoc = fallback === undefined ? 'none' : show(fallback),
): Field<T> {
  return { kind: 'field', doc, allowed, fallbackDoc, parse, fallback: () => fallback }
}

/** The same field, with a default that depends on the fields above it or is known elsewhere. */
export function derived<T, U>(base: Field<T>, fallbackDoc: string, fallback: Field<U>['fallback']): Field<T | U> {
  return { ...base, fallbackDoc, fallback }
}

/** An object of options. */
export function group<T>(
  doc: string,
  fields: { readonly [K in keyof T]-?: Entry<T[K]> },
  check: (options: T, path: string) => void = () => {},
): Group<T> {
  return {
    kind: 'group',
    doc,
    fields: fields as Group<T>['fields'],
    switchable: false,
    check: check as Group<T>['check'],
  }
}

/** An object of options that `false` switches off as a whole. */
export function switchable<T>(base: Group<T>): Group<T | false> {
  return { ...(base as unknown as Group<T | false>), switchable: true }
}

/** A time span, in ms when read. */
export function duration(doc: string, fallback: number): Field<number> {
  return field(doc, DURATION_ALLOWED, fallback, parseDuration, formatDuration(fallback))
}

/** A size, in bytes when read. */
export function bytes(doc: string, fallback: number): Field<number> {
  return field(doc, BYTES_ALLOWED, fallback, parseBytes, formatBytes(fallback))
}

/** `true` or `false`. */
export function flag(doc: string, fallback: boolean): Field<boolean> {
  return oneOf(doc, [true, false], fallback)
}

/** One of some values. */
export function oneOf<const T>(doc: string, values: readonly T[], fallback: T): Field<T> {
  const allowed = values.map(show).join(', ')
  const names = values.filter((value) => typeof value === 'string')
  return field(doc, allowed, fallback, (value, option) => {
    if (values.includes(value as T)) return value as T
    const meant = typeof value === 'string' ? didYouMean(value, names) : ''
    throw invalidOption(option, value, allowed + meant)
  })
}

/** A whole number from `least` up; `Infinity` too where the default is `Infinity`. */
export function count(doc: string, least: number, fallback: number): Field<number> {
  const endless = fallback === Infinity
  const allowed = `a whole number from ${least} up${endless ? ', or Infinity' : ''}`
  return field(doc, allowed, fallback, (value, option) => {
    if ((Number.isSafeInteger(value) && Number(value) >= least) || (endless && value === Infinity)) return Number(value)
    throw invalidOption(option, value, allowed)
  })
}

/** A part of a whole: above 0, up to 1. */
export function ratio(doc: string, fallback: number): Field<number> {
  const allowed = 'a number above 0 and up to 1'
  return field(doc, allowed, fallback, (value, option) => {
    if (typeof value === 'number' && value > 0 && value <= 1) return value
    throw invalidOption(option, value, allowed)
  })
}

/** A function, or none. */
export function method<T extends (...args: never) => unknown>(doc: string, fallbackDoc: string): Field<T | undefined> {
  const allowed = 'a function'
  const parse = (value: unknown, option: string): T => {
    if (typeof value === 'function') return value as T
    throw invalidOption(option, value, allowed)
  }
  return field<T | undefined>(doc, allowed, undefined, parse, fallbackDoc)
}

/** Reads an object that has these methods. */
export function withMethods<T extends object>(allowed: string, methods: readonly (keyof T & string)[]) {
  return (value: unknown, option: string): T => {
    const members = (value ?? {}) as Record<string, unknown>
    const missing = methods.filter((method) => typeof members[method] !== 'function')
    if (missing.length === 0) return value as T
    const lack = typeof value === 'object' && value !== null ? ` without ${missing.join(', ')}` : ''
    throw invalidOption(option, value, allowed, lack)
  }
}
