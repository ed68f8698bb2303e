import { CacheType } from '../js/index.ts'
import type { LogLine } from '../js/simulate/trace/formats/access-log.ts'
import { Delay } from './origin.ts'
import { sentences } from './prose.ts'
import { Random, seedOf } from './random.ts'
import type { Latency, Resource, Sleep, Source } from './source.ts'

/** Bodies in a log can be disk images; the stand-ins are cut here, in bytes. */
export const MAX_BODY = 262_144

/** What is served where the log never tells a size, in bytes. */
const UNKNOWN_SIZE = 2_048

type Sort = 'page' | 'data' | 'asset'

const REGION: Readonly<Record<Sort, CacheType>> = {
  page: CacheType.ARTICLE_CONTENT,
  data: CacheType.API_RESPONSES,
  asset: CacheType.EXPORT_CACHE,
}

const LATENCY: Readonly<Record<Sort, Latency>> = {
  page: { minMs: 40, maxMs: 110 },
  data: { minMs: 30, maxMs: 90 },
  asset: { minMs: 20, maxMs: 60 },
}

const DATA = /\.(?:json|xml|rss|atom|csv|txt|log)$|[?&]flav=|\/feed/i
const TEXT_ASSET = /\.(?:css|js|mjs|svg|xsl|py|c|h|sh|conf|tex)$/i
const BINARY_ASSET =
  /\.(?:png|jpe?g|gif|ico|webp|avif|woff2?|ttf|otf|eot|pdf|zip|gz|tgz|bz2|xz|jar|war|exe|deb|rpm|iso|mp[34]|webm|swf)$/i

/**
 * Stands in for the web server that wrote an access log: each target has a body of the
 * size that the log gives (its largest, at most `MAX_BODY`). Pages and data are prose,
 * which compresses; images, fonts and archives are noise, which does not.
 */
export class SiteOrigin implements Source {
  readonly regions: readonly string[] = Object.values(REGION)
  readonly #seed: number
  readonly #sizes = new Map<string, number>()
  readonly #delay: Delay

  constructor(seed: number, lines: readonly LogLine[], sleep?: Sleep) {
    this.#seed = seed
    this.#delay = new Delay(seed, sleep)
    for (const { target, bytes } of lines) {
      const size = Math.min(bytes ?? 0, MAX_BODY)
      if (size >= (this.#sizes.get(target) ?? 0)) this.#sizes.set(target, size)
    }
  }

  find(target: string): Resource | undefined {
    const size = this.#sizes.get(target)
    if (size === undefined) return undefined
    const sort = sortOf(target)
    const load = async (signal?: AbortSignal): Promise<unknown> => {
      await this.#delay.wait(LATENCY[sort], signal)
      return body(new Random(seedOf(this.#seed, target)), pathOf(target), size || UNKNOWN_SIZE)
    }
    return { region: REGION[sort], key: target, load }
  }
}

/** Which region a target belongs to is told by its ending. */
function sortOf(target: string): Sort {
  const path = pathOf(target)
  if (BINARY_ASSET.test(path) || TEXT_ASSET.test(path)) return 'asset'
  return DATA.test(target) || DATA.test(path) ? 'data' : 'page'
}

function body(random: Random, path: string, size: number): string | Uint8Array {
  if (BINARY_ASSET.test(path)) return noise(random, size)
  const prose = sentences(random, Math.ceil(size / 5))
  return prose.slice(0, size).padEnd(size)
}

function noise(random: Random, size: number): Uint8Array {
  const words = Uint32Array.from({ length: Math.ceil(size / 4) }, () => random.next() * 2 ** 32)
  return new Uint8Array(words.buffer, 0, size)
}

function pathOf(target: string): string {
  return target.replace(/[?#].*$/s, '')
}
