/** One column of a table: its heading, and where its cells are flushed to. */
export interface Column {
  readonly heading: string
  readonly align: 'left' | 'right'
  /** A heading over this column and its neighbours of the same group. */
  readonly group?: string
}

const GAP = '  '

/**
 * Sets `rows` in columns two spaces apart, with a rule under the headings and one above
 * the last row if `total` says that this sums up the others.
 */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], total: boolean): string {
  const groups = groupsOf(columns)
  const widths = columns.map((column, i) => Math.max(column.heading.length, ...rows.map((row) => row[i]?.length ?? 0)))
  for (const group of groups) {
    const missing = headingOf(group).length - span(widths, group)
    widths[group.start] = (widths[group.start] ?? 0) + Math.max(0, missing)
  }
  const line = (cells: readonly string[]): string =>
    columns
      .map((column, i) => pad(cells[i] ?? '', widths[i] ?? 0, column.align))
      .join(GAP)
      .trimEnd()
  const rule = widths.map((width) => '─'.repeat(width)).join(GAP)
  const body = rows.map(line)
  if (total) body.splice(-1, 0, rule)
  const top = groups.some((group) => group.name !== undefined) ? [groupLine(groups, widths)] : []
  return [...top, line(columns.map((column) => column.heading)), rule, ...body].join('\n')
}

/** Neighbouring columns under one heading, or a column without one. */
interface Group {
  readonly name: string | undefined
  readonly start: number
  readonly end: number
}

function groupsOf(columns: readonly Column[]): Group[] {
  const groups: Group[] = []
  for (let start = 0, end = 0; start < columns.length; start = end) {
    const name = columns[start]?.group
    do end++
    while (name !== undefined && columns[end]?.group === name)
    groups.push({ name, start, end })
  }
  return groups
}

/** Each group's heading, in the middle of a dashed line over its columns. */
function groupLine(groups: readonly Group[], widths: readonly number[]): string {
  return groups
    .map((group) => centred(headingOf(group), span(widths, group), group.name === undefined ? ' ' : '╌'))
    .join(GAP)
    .trimEnd()
}

function headingOf(group: Group): string {
  return group.name === undefined ? '' : ` ${group.name} `
}

function span(widths: readonly number[], { start, end }: Group): number {
  return widths.slice(start, end).reduce((sum, width) => sum + GAP.length + width, -GAP.length)
}

function centred(text: string, width: number, fill: string): string {
  return text.padStart(Math.ceil((width + text.length) / 2), fill).padEnd(width, fill)
}

function pad(text: string, width: number, align: Column['align']): string {
  return align === 'left' ? text.padEnd(width) : text.padStart(width)
}
