/** Polls the figures of the service and draws them. */

const POLL_MS = 1_000
const SVG = 'http://www.w3.org/2000/svg'
const NOTHING = '–'

const count = new Intl.NumberFormat('en').format
const byId = (id) => document.getElementById(id)

poll()

async function poll() {
  if (!document.hidden) {
    try {
      const response = await fetch('/metrics.json')
      if (!response.ok) throw new Error(`status ${response.status}`)
      draw(await response.json())
      byId('problem').hidden = true
    } catch {
      byId('problem').textContent = 'The service does not answer; these are its last figures.'
      byId('problem').hidden = false
    }
  }
  setTimeout(poll, POLL_MS)
}

function draw(figures) {
  drawTiers(figures.tiers)
  drawTotals(figures)
  drawLatency(figures.seconds)
  drawRegions(figures.regions)
}

function drawTiers(tiers) {
  fill(
    byId('tiers'),
    tiers.map(({ name, state, detail }) => element('li', `${name}: ${detail}`, state)),
  )
}

function drawTotals({ totals, seconds }) {
  const last = seconds.at(-1)
  const behind = totals.l2Hits > 0 ? ` (${count(totals.l2Hits)} from Redis)` : ''
  const tiles = [
    ['Requests', count(totals.requests), `${count(last?.requests ?? 0)} in the last second`],
    ['Hit ratio', percent(totals.hitRatio), `${count(totals.hits)} hits${behind}, ${count(totals.misses)} misses`],
    ['Entries', count(totals.entries), `${count(totals.evictions)} evicted`],
    ['Memory', bytes(totals.bytes), `of ${bytes(totals.maxBytes)}`],
  ]
  fill(
    byId('totals'),
    tiles.map(([name, value, detail]) => {
      const tile = document.createElement('div')
      tile.append(element('dt', name), element('dd', value), element('dd', detail, 'detail'))
      return tile
    }),
  )
}

function drawLatency(seconds) {
  const top = scale(Math.max(...seconds.map((second) => second.p95Ms ?? 0)))
  const svg = shape('svg', { viewBox: '0 0 100 100', preserveAspectRatio: 'none', role: 'img' })
  svg.setAttribute('aria-label', `p50 and p95 of ${seconds.length} seconds, from 0 to ${top} ms`)
  for (const y of [0.5, 50, 99.5]) svg.append(shape('line', { class: 'grid', x1: 0, x2: 100, y1: y, y2: y }))
  for (const name of ['p95', 'p50']) {
    svg.append(
      shape('path', {
        class: name,
        d: path(
          seconds.map((second) => second[`${name}Ms`]),
          top,
        ),
      }),
    )
  }
  fill(byId('latency'), [svg, element('span', `${top} ms`, 'top')])
  const last = seconds.findLast((second) => second.p50Ms !== null)
  byId('latency-now').textContent = last
    ? `now ${milliseconds(last.p50Ms)} and ${milliseconds(last.p95Ms)}`
    : 'no request yet'
}

/** One line through the points that there are; a second without a request is a gap. */
function path(values, top) {
  let pen = 'M'
  let result = ''
  values.forEach((value, i) => {
    if (value === null) {
      pen = 'M'
      return
    }
    const x = (100 * i) / (values.length - 1)
    const y = 99.5 - (99 * value) / top
    result += `${pen}${x.toFixed(2)} ${y.toFixed(2)}`
    // A lone point is drawn as a short dash.
    if (pen === 'M') result += 'h0.2'
    pen = 'L'
  })
  return result
}

/** The next of 1, 2, 5, 10, … that is no less than `value`. */
function scale(value) {
  const power = 10 ** Math.floor(Math.log10(Math.max(value, 1)))
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value)
}

function drawRegions(regions) {
  fill(
    byId('regions'),
    regions.map((region) => {
      const row = document.createElement('tr')
      const name = element('th', region.name)
      name.scope = 'row'
      row.append(
        name,
        cell('Policy', region.policy),
        cell('Hit ratio', region.hits + region.misses === 0 ? NOTHING : percent(region.hitRatio), 'number'),
        fillCell(region),
        cell('Entries', count(region.entries), 'number'),
        cell('Evicted', count(region.evictions), 'number'),
        cell('Of raw size', ofRaw(region), 'number'),
      )
      return row
    }),
  )
}

function fillCell(region) {
  const share = Math.min(100, region.utilisationPercent)
  const level = element('span', '', 'level')
  level.style.width = `${share}%`
  const track = element('span', '', 'track')
  track.append(level)
  const bar = element('div', '', 'bar')
  bar.append(track, element('span', `${bytes(region.bytes)} of ${bytes(region.maxBytes)}`, 'amount'))
  const result = cell('Fill', '', 'wide')
  result.append(bar)
  return result
}

function ofRaw({ bytesRaw, bytesStored }) {
  return bytesRaw === 0 ? NOTHING : `${Math.round((100 * bytesStored) / bytesRaw)} %`
}

function cell(label, text, className = '') {
  const result = element('td', text, className)
  result.dataset.label = label
  return result
}

function element(name, text, className = '') {
  const result = document.createElement(name)
  result.textContent = text
  result.className = className
  return result
}

function shape(name, attributes) {
  const result = document.createElementNS(SVG, name)
  for (const [key, value] of Object.entries(attributes)) result.setAttribute(key, value)
  return result
}

function fill(parent, children) {
  parent.replaceChildren(...children)
}

function percent(share) {
  return `${(100 * share).toFixed(1)} %`
}

function milliseconds(value) {
  return `${value.toFixed(value < 1 ? 2 : 1)} ms`
}

function bytes(value) {
  const units = ['B', 'KB', 'MB', 'GB']
  let unit = 0
  while (value >= 1_024 && unit < units.length - 1) {
    value /= 1_024
    unit++
  }
  return `${unit === 0 ? value : value.toFixed(1)} ${units[unit]}`
}

// Last, since `const` above is not hoisted.
byId('try').textContent = [
  `curl ${location.origin}/articles/1`,
  `curl -H 'x-no-cache: 1' ${location.origin}/articles/1     # past the cache`,
  `curl -o /dev/null '${location.origin}/exports/[1-300]'    # 300 requests`,
  `curl -X DELETE ${location.origin}/articles/1              # forget it`,
].join('\n')
