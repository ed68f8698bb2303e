/** One column of a table: its heading, and where its cells are flushed to. */
export interface Column {
  readonly heading: string
  readonly align: 'left' | 'right'
}

/**
 * Sets `rows` in columns two spaces apart, with a rule under the headings and one above
 * the last row if `total` says that this sums up the others.
 */
export function table(columns: readonly Column[], rows: readonly (readonly string[])[], total: boolean): string {
  const widths = columns.map((column, i) => Math.max(column.heading.length, ...rows.map((row) => row[i]?.length ?? 0)))
  const line = (cells: readonly string[]): string =>
    columns
      .map((column, i) => pad(cells[i] ?? '', widths[i] ?? 0, column.align))
      .join('  ')
      .trimEnd()
  const rule = widths.map((width) => '─'.repeat(width)).join('  ')
  const body = rows.map(line)
  if (total) body.splice(-1, 0, rule)
  return [line(columns.map((column) => column.heading)), rule, ...body].join('\n')
}

function pad(text: string, width: number, align: Column['align']): string {
  return align === 'left' ? text.padEnd(width) : text.padStart(width)
}
