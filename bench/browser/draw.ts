import { nanoseconds, ratio } from '../lib/cells.ts'
import type { Figures, Line } from '../lib/figures.ts'
import { OURS } from '../peers/names.ts'
import type { Work } from '../works/work.ts'

/** @throws Error where the page has no such element. */
export function byId<E extends HTMLElement = HTMLElement>(id: string): E {
  const found = document.getElementById(id)
  if (found === null) throw new Error(`the page has no element ${id}`)
  return found as E
}

/** Adds a section for a work; answers its button. */
export function drawWork({ name, title, about }: Work): HTMLButtonElement {
  const section = document.createElement('section')
  const heading = element('h2', title)
  heading.id = `${name}-title`
  section.setAttribute('aria-labelledby', heading.id)
  const button = element('button', 'Run')
  button.type = 'button'
  const figures = element('div', '')
  figures.id = name
  section.append(heading, element('p', about.replaceAll('`', ''), 'about'), figures, button)
  byId('works').append(section)
  return button
}

/** Draws a work's figures into its section. */
export function drawFigures({ report, baseline, lines }: Figures): void {
  const table = document.createElement('table')
  const head = document.createElement('tr')
  const headings = ['Cache', 'Time', `To ${baseline}`, 'Million/s', ...(report.hitRatio ? ['Hits'] : [])]
  head.append(
    ...headings.map((text, i) => {
      const cell = element('th', text, ['', 'wide'][i] ?? 'number')
      cell.scope = 'col'
      return cell
    }),
  )
  const body = document.createElement('tbody')
  const slowest = Math.max(...lines.map(({ ns }) => ns))
  body.append(...lines.map((line) => row(line, slowest, headings, report.hitRatio)))
  const top = document.createElement('thead')
  top.append(head)
  table.append(top, body)
  byId(report.work).replaceChildren(table)
}

function row(line: Line, slowest: number, headings: readonly string[], hitRatio: boolean): HTMLElement {
  const { name, ns, found } = line
  const result = element('tr', '', name.startsWith(OURS) ? 'ours' : '')
  const title = element('th', name)
  title.scope = 'row'
  const numbers = [ratio(line.ratio), (1_000 / ns).toFixed(1), ...(hitRatio ? [`${(100 * found).toFixed(1)} %`] : [])]
  result.append(title, timeCell(line, slowest), ...numbers.map((text, i) => labelled(headings[i + 2], text, 'number')))
  return result
}

function timeCell({ ns, low, high }: Line, slowest: number): HTMLElement {
  const level = element('span', '', 'level')
  level.style.width = `${(100 * ns) / slowest}%`
  const track = element('span', '', 'track')
  track.append(level)
  const amount = element('span', `${nanoseconds(ns)} ns`, 'amount short')
  amount.title = `middle half of the rounds: ${nanoseconds(low)} – ${nanoseconds(high)} ns`
  const bar = element('div', '', 'bar')
  bar.append(track, amount)
  const cell = labelled('Time', '', 'wide')
  cell.append(bar)
  return cell
}

function labelled(label: string | undefined, text: string, className: string): HTMLElement {
  const cell = element('td', text, className)
  cell.dataset.label = label ?? ''
  return cell
}

function element<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  text: string,
  className = '',
): HTMLElementTagNameMap[Name] {
  const result = document.createElement(name)
  result.textContent = text
  result.className = className
  return result
}
