import { createHash } from 'node:crypto'

/** What the secrets of a scenario are called. */
export const NAMES = ['key', 'other', 'tag', 'etag', 'text', 'bytes', 'field', 'item'] as const

export type Name = (typeof NAMES)[number]

/** Short enough for the names of fields that the reader of values keeps to find them again. */
const FIELD = 24

/** A secret has 64 characters, of a field 24; a part of so many is looked for, so that what is left of half of one is found. */
const PART = 16

/**
 * A secret of a scenario: a text that occurs nowhere else. It is made from its name each time, so that
 * nobody has to hold it.
 */
export function secret(scenario: string, name: Name): string {
  const digits = createHash('sha256').update(`${scenario}: ${name}`).digest('hex')
  return name === 'field' ? digits.slice(0, FIELD) : digits
}

/** 32 bytes that are known by their name. */
export function secretBytes(name: string): Uint8Array {
  return new Uint8Array(createHash('sha256').update(`bytes ${name}`).digest())
}

/** The names of the secrets of which a part is somewhere. */
export function found(scenario: string, holds: (part: string) => boolean): string[] {
  return NAMES.filter((name) => {
    const parts = secret(scenario, name).match(new RegExp(`.{${PART}}`, 'g')) ?? []
    return parts.some(holds)
  })
}
