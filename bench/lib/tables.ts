import { type Column, table } from '../../js/terminal/table.ts'
import { ALLOCATION_HEADINGS, type Allocated, allocationCells } from './allocated.ts'
import { cells, headings, titleOf } from './cells.ts'
import type { Figures } from './figures.ts'
import { CHECK_HEADINGS, type Check, checkCells } from './targets.ts'

/** A work's figures for a terminal. */
export function figuresTable({ report, baseline, lines }: Figures): string {
  const rows = lines.map((line) => cells(line, report.hitRatio))
  return `${titled(titleOf(report), headings(report.name, baseline, report.hitRatio), rows)}\n`
}

/** Which targets were reached, for a terminal. */
export function checksTable(checks: readonly Check[]): string {
  const reached = checks.filter((one) => one.reached).length
  return titled(`Targets: ${reached} of ${checks.length} reached`, CHECK_HEADINGS, checks.map(checkCells))
}

/** What hits allocate, for a terminal. */
export function allocationsTable(allocated: readonly Allocated[]): string {
  return `${titled('Allocated by an awaited hit', ALLOCATION_HEADINGS, allocated.map(allocationCells))}\n`
}

function titled(title: string, names: readonly string[], rows: readonly (readonly string[])[]): string {
  const columns: Column[] = names.map((heading, i) => ({ heading, align: i === 0 ? 'left' : 'right' }))
  return `${title.replaceAll('`', '')}\n\n${table(columns, rows, false)}\n`
}
