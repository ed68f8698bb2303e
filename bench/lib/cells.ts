import type { Line } from './figures.ts'
import type { Report } from './reports.ts'

/** A work with the number of entries that it was done with. */
export function titleOf({ title, entries }: Report): string {
  return `${title}, ${entries.toLocaleString('en-US')} entries`
}

/** The headings over a work's lines. `first` stands over the names. */
export function headings(first: string, baseline: string, hitRatio: boolean): string[] {
  return [first, 'ns', 'middle half', 'million/s', `ratio to ${baseline}`, ...(hitRatio ? ['hits'] : [])]
}

/** The figures of one line, as text. */
export function cells({ name, ns, low, high, ratio: relative, found }: Line, hitRatio: boolean): string[] {
  const range = `${nanoseconds(low)} – ${nanoseconds(high)}`
  const all = [name, nanoseconds(ns), range, (1_000 / ns).toFixed(2), ratio(relative)]
  return hitRatio ? [...all, `${(found * 100).toFixed(1)} %`] : all
}

export function nanoseconds(ns: number): string {
  return ns < 10 ? ns.toFixed(1) : Math.round(ns).toLocaleString('en-US')
}

export function ratio(value: number): string {
  return value < 0.1 ? value.toFixed(3) : value.toFixed(2)
}
