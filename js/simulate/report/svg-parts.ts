import { bytes } from '../../terminal/figures.ts'

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }

/** Text that may stand anywhere in XML; characters that XML cannot have are left out. */
export function xml(text: string): string {
  return text
    .replace(/[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/gu, '')
    .replace(/[&<>"]/g, (character) => ESCAPES[character] ?? '')
}

/** A coordinate, to a tenth of a pixel. */
export function pixels(value: number): string {
  return String(Math.round(value * 10) / 10)
}

/** `12 MB`, and `1.5 MB` where the fraction says something. */
export function bytesShort(amount: number): string {
  return bytes(amount).replace('.0 ', ' ')
}

/** Levels of percent, from just below the least value to just above the greatest, four to eight of them. */
export function niceTicks(percents: readonly number[]): number[] {
  const low = Math.min(...percents)
  const high = Math.max(...percents)
  const step = [1, 2, 5, 10, 20].find((size) => (high - low) / size <= 6) ?? 20
  const first = Math.max(0, Math.floor(low / step) * step)
  const last = Math.min(100, Math.max(Math.ceil(high / step) * step, first + step))
  const from = last === first ? first - step : first
  return Array.from({ length: Math.round((last - from) / step) + 1 }, (_, i) => from + i * step)
}
