import { median, ratioOf } from './figures.ts'
import type { Measured } from './measure.ts'
import type { Report } from './reports.ts'

/** What is to be reached beside a peer, at every size at which both were measured. */
export interface Target {
  readonly work: string
  readonly ours: string
  readonly peer: string
  /**
   * `time`: ours relative to the peer's, at most; `ahead`: less than the peer's; `rate`: operations
   * per second relative to the peer's, at least; `hits`: points of hit ratio more than the peer, at least.
   */
  readonly kind: 'time' | 'ahead' | 'rate' | 'hits'
  readonly limit: number
}

/** How one target was met in one report. */
export interface Check {
  readonly report: Report
  readonly target: Target
  readonly ours: Measured
  readonly peer: Measured
  /** What `kind` says: a ratio, or points. */
  readonly value: number
  readonly reached: boolean
}

/** Each target in each report of its work in which both took part. */
export function check(reports: readonly Report[], targets: readonly Target[]): Check[] {
  return reports.flatMap((report) =>
    targets
      .filter(({ work }) => work === report.work)
      .flatMap((target) => {
        const ours = report.measured.find(({ name }) => name === target.ours)
        const peer = report.measured.find(({ name }) => name === target.peer)
        if (ours === undefined || peer === undefined) return []
        const value = resultOf(target, ours, peer)
        return [{ report, target, ours, peer, value, reached: isReached(target, value) }]
      }),
  )
}

function resultOf({ kind }: Target, ours: Measured, peer: Measured): number {
  if (kind === 'hits') return 100 * (ours.found - peer.found)
  return kind === 'rate' ? ratioOf(peer, ours) : ratioOf(ours, peer)
}

function isReached({ kind, limit }: Target, value: number): boolean {
  if (kind === 'ahead') return value < 1
  return kind === 'time' ? value <= limit : value >= limit
}

/** A check as the cells of a row: work, ours, peer, its figure, what came out, what was to, and whether. */
export function checkCells({ report, target, ours, peer, value, reached }: Check): string[] {
  const { kind, limit } = target
  const figure = (one: Measured) => (kind === 'hits' ? `${(100 * one.found).toFixed(1)} %` : ns(median(one.samples)))
  const came = kind === 'hits' ? `${value > 0 ? '+' : ''}${value.toFixed(1)} points` : `${value.toFixed(2)} ×`
  const wanted = {
    time: `≤ ${limit} ×`,
    ahead: 'ahead',
    rate: `≥ ${limit} × as many`,
    hits: `≥ ${limit} points more`,
  }[kind]
  const name = target.ours === 'omnicache' ? '' : ` (${target.ours.replace('omnicache, ', '')})`
  return [report.name + name, figure(ours), peer.name, figure(peer), came, wanted, reached ? 'yes' : 'NO']
}

/** The headings over those cells. */
export const CHECK_HEADINGS = ['work', 'omnicache', 'peer', "peer's", 'came out', 'target', 'reached'] as const

function ns(value: number): string {
  return `${value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en-US')} ns`
}
