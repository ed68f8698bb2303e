import type { Policy } from '../policies.ts'
import type { CellResult, Result } from '../simulate.ts'
import type { Size } from '../sizes.ts'

/** One plot: a line for each policy over sizes of one unit. */
export interface Panel {
  readonly title: string
  readonly unit: Size['unit']
  readonly series: readonly Series[]
}

/** One line of a plot, from the smallest size to the largest. */
export interface Series {
  readonly policy: Policy
  /** Whether this is no cache, but a bound that no cache can exceed. */
  readonly bound: boolean
  readonly points: readonly { readonly amount: number; readonly label: string; readonly percent: number }[]
}

/** The plots of a result: entries and bytes do not share an axis, nor do the two ratios. */
export function panelsOf({ cells, requests, bytes, trace }: Result): Panel[] {
  return (['entries', 'bytes'] as const).flatMap((unit) => {
    const own = cells.filter(({ size }) => size.unit === unit)
    if (own.length === 0) return []
    const hit = { title: 'Hit ratio', unit, series: seriesOf(own, ({ hits }) => hits / requests) }
    if (!trace.sized || bytes === 0) return [hit]
    return [hit, { title: 'Byte hit ratio', unit, series: seriesOf(own, ({ hitBytes }) => hitBytes / bytes) }]
  })
}

function seriesOf(cells: readonly CellResult[], ratio: (cell: CellResult) => number): Series[] {
  const policies = [...new Set(cells.map(({ policy }) => policy))]
  return policies.map((policy) => {
    const own = cells.filter((cell) => cell.policy === policy).sort((a, b) => a.size.amount - b.size.amount)
    const points = own.map((cell) => ({
      amount: cell.size.amount,
      label: cell.size.label,
      percent: 100 * ratio(cell),
    }))
    return { policy, bound: own.some(({ bound }) => bound), points }
  })
}
