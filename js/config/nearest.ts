import { CacheError } from '../errors.ts'

/** The one of `names` that `name` is probably meant to be, or `undefined` when none is close. */
export function nearest(name: string, names: Iterable<string>): string | undefined {
  const wanted = name.toLowerCase()
  let best: string | undefined
  // A third of the letters may be wrong, but never so many that anything would do.
  let limit = Math.min(Math.ceil(name.length / 3), 3)
  for (const candidate of names) {
    const distance = editDistance(wanted, candidate.toLowerCase())
    if (distance <= limit) {
      best = candidate
      limit = distance - 1
    }
  }
  return best ?? shortened(wanted, names)
}

/**
 * The only one of `names` that `name` shortens, to no less than half, as `usr` does `users`: it begins alike, and
 * has all letters in order.
 */
function shortened(name: string, names: Iterable<string>): string | undefined {
  if (name.length < 3) return undefined
  const begun = [...names].filter((candidate) => {
    let at = 0
    for (const letter of candidate.toLowerCase()) if (letter === name[at]) at++
    return at === name.length && candidate[0]?.toLowerCase() === name[0] && candidate.length <= 2 * name.length
  })
  return begun.length === 1 ? begun[0] : undefined
}

/** What other caches call an option. */
const ALIASES: Readonly<Record<string, string>> = {
  max: 'maxEntries',
  strategy: 'policy',
  expire: 'ttl',
  expires: 'ttl',
  maxage: 'ttl',
}

/** The option of `names` that another cache calls `name`, or the nearest one. */
export function optionMeant(name: string, names: readonly string[]): string | undefined {
  const lower = name.toLowerCase()
  const alias = Object.hasOwn(ALIASES, lower) ? ALIASES[lower] : undefined
  return alias !== undefined && names.includes(alias) ? alias : nearest(name, names)
}

/** `; did you mean 'x'?`, or nothing when no name is close. */
export function didYouMean(name: string, names: Iterable<string>): string {
  const meant = nearest(name, names)
  return meant === undefined ? '' : `; did you mean '${meant}'?`
}

/**
 * The error for an option that there is not.
 *
 * @param option Its full name: 'regions.sessions.tll'.
 * @param known The names that are allowed where its last part stands.
 * @param owner What it was given to, where its name does not say so: 'set'.
 */
export function unknownOption(option: string, known: readonly string[], owner?: string): CacheError {
  const name = option.slice(option.lastIndexOf('.') + 1)
  const meant = optionMeant(name, known)
  const hint = meant === undefined ? `; allowed: ${known.join(', ')}` : `; did you mean '${meant}'?`
  const text = `${option} is not an option${owner === undefined ? '' : ` of ${owner}`}${hint}`
  return new CacheError('INVALID_OPTION', text, { context: { option } })
}

/** How many letters must be inserted, removed, replaced or swapped with the next one. */
function editDistance(a: string, b: string): number {
  let before: number[] = []
  let above = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1]
      const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      const replaced = at(above, j - 1) + (same ? 0 : 1)
      const swap = swapped ? at(before, j - 2) + 1 : Number.POSITIVE_INFINITY
      row.push(Math.min(replaced, at(above, j) + 1, at(row, j - 1) + 1, swap))
    }
    before = above
    above = row
  }
  return at(above, b.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Number.POSITIVE_INFINITY
}
