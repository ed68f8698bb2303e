import { bytes, count } from '../../terminal/figures.ts'
import { type Column, table } from '../../terminal/table.ts'
import type { Policy } from '../policies.ts'
import type { CellResult, Result } from '../simulate.ts'
import type { Size } from '../sizes.ts'

/** The report for people: what the trace is, and a table of each kind of ratio. */
export function textReport(result: Result): string {
  const { trace, requests, bytes: total, cells } = result
  const parts = [heading(result), ratios('Hit ratio, %', cells, ({ hits }) => hits / requests)]
  if (trace.sized && total > 0) parts.push(ratios('Byte hit ratio, %', cells, ({ hitBytes }) => hitBytes / total))
  const bounded = cells.some(({ bound }) => bound)
  if (bounded) parts.push('≤ is a bound: no cache of so many bytes can exceed it, and perhaps none can reach it.')
  parts.push(pace(result))
  return `${parts.join('\n\n')}\n`
}

function heading({ trace, requests, keys, uniqueBytes, bytes: total, skipped }: Result): string {
  const facts = [
    trace.title,
    `${several(requests, 'request')}${keys === undefined ? '' : ` for ${several(keys, 'key')}`}`,
    ...(trace.sized ? [`${bytes(total)}${uniqueBytes === undefined ? '' : ` (the keys: ${bytes(uniqueBytes)})`}`] : []),
    ...(skipped > 0 ? [`${several(skipped, 'line')} left out that are no requests`] : []),
  ]
  return `${trace.name}\n${facts.join(' · ')}`
}

function ratios(title: string, cells: readonly CellResult[], ratio: (cell: CellResult) => number): string {
  const sizes = [...new Set(cells.map(({ size }) => size))]
  const policies = [...new Set(cells.map(({ policy }) => policy))]
  const cellOf = (policy: Policy, size: Size) => cells.find((cell) => cell.policy === policy && cell.size === size)
  const columns: Column[] = [
    { heading: 'policy', align: 'left' },
    ...sizes.map((size): Column => {
      const amount = size.unit === 'bytes' ? bytes(size.amount) : count(size.amount)
      return size.label.endsWith('%')
        ? { heading: amount, align: 'right', group: size.label }
        : { heading: amount, align: 'right' }
    }),
  ]
  const rows = policies.map((policy) => [
    policy,
    ...sizes.map((size) => {
      const cell = cellOf(policy, size)
      return cell === undefined ? '' : `${cell.bound ? '≤ ' : ''}${(100 * ratio(cell)).toFixed(2)}`
    }),
  ])
  const body = table(columns, rows, policies.length > 1 && policies.at(-1) === 'optimum')
  return `${title}\n\n${body}`
}

function pace({ cells, requests, seconds }: Result): string {
  const perSecond = (cells.length * requests) / Math.max(seconds, 0.001)
  return `${several(cells.length, 'cache')} in ${seconds.toFixed(1)} s: ${count(perSecond)} requests/s`
}

function several(amount: number, thing: string): string {
  return `${count(amount)} ${thing}${amount === 1 ? '' : 's'}`
}
