/** What stands in a cell where there is nothing to tell. */
export const NOTHING = '–'

/** A whole number with thousands marked: `12,345`. */
export function count(value: number): string {
  return Math.round(value).toLocaleString('en-US')
}

/** Milliseconds with what digits make sense: `0.42`, `7.3`, `118`. */
export function milliseconds(value: number | undefined): string {
  if (value === undefined) return NOTHING
  return value.toFixed(value < 1 ? 2 : value < 100 ? 1 : 0)
}

/** Bytes in the unit that fits: `812 B`, `3.4 KB`, `12.0 MB`. */
export function bytes(value: number): string {
  if (value < 1_024) return `${Math.round(value)} B`
  const units = ['KB', 'MB', 'GB', 'TB']
  let scaled = value / 1_024
  let unit = 0
  while (scaled >= 1_023.95 && unit < units.length - 1) {
    scaled /= 1_024
    unit++
  }
  return `${scaled.toFixed(1)} ${units[unit]}`
}

/** A part of a whole in percent: `87.3 %`; nothing of nothing is no number. */
export function percent(part: number, whole: number): string {
  return whole === 0 ? NOTHING : `${((100 * part) / whole).toFixed(1)} %`
}
