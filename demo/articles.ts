import { sentences, title } from './prose.ts'
import { Random, seedOf } from './random.ts'

/** The content of `/<route>/<id>`: the same for the same seed, route and id. */
export function content(seed: number, route: string, id: string): unknown {
  const make = MAKERS[route]
  return make?.(new Random(seedOf(seed, `${route}/${id}`)), id)
}

type Maker = (random: Random, id: string) => unknown

const MAKERS: Readonly<Record<string, Maker>> = {
  status: (random, id) => ({
    generation: id,
    state: random.pick(['queued', 'outlining', 'writing', 'reviewing', 'done']),
    progress: random.between(0, 100),
    startedAt: dateOf(random),
    model: random.pick(MODELS),
    steps: Array.from({ length: random.between(1, 4) }, () => ({
      name: title(random, 3),
      tookMs: random.between(200, 9_000),
    })),
  }),
  exports: (random, id) => ({
    article: id,
    format: random.pick(['markdown', 'html', 'epub']),
    madeAt: dateOf(random),
    document: paragraphs(random, random.between(20, 60)).join('\n\n'),
  }),
  preferences: (random, id) => ({
    user: id,
    email: `reader-${id}@example.org`,
    language: random.pick(['en', 'de', 'fr', 'pt', 'uk', 'ja']),
    theme: random.pick(['light', 'dark', 'system']),
    tone: random.pick(['plain', 'formal', 'warm', 'terse']),
    topics: Array.from({ length: random.between(3, 12) }, () => title(random, 2)),
    since: dateOf(random),
  }),
  api: (random, id) => ({
    query: `${id} ${title(random, 3)}`,
    results: Array.from({ length: random.between(5, 15) }, (_, position) => ({
      id: random.between(1, 9_999),
      position,
      title: title(random, 6),
      summary: sentences(random, 35),
      score: Number(random.next().toFixed(4)),
    })),
  }),
  measurements: (random, id) => ({
    name: `requests.${id}`,
    unit: 'ms',
    points: Array.from({ length: 60 }, () => Number((random.next() * 250).toFixed(1))),
  }),
  articles: (random, id) => ({
    id,
    title: title(random, 7),
    author: title(random, 2),
    publishedAt: dateOf(random),
    tags: Array.from({ length: random.between(2, 6) }, () => title(random, 1)),
    paragraphs: paragraphs(random, random.between(6, 24)),
  }),
  prompts: (random, id) => ({
    prompt: `${id}: ${sentences(random, random.between(30, 90))}`,
    model: random.pick(MODELS),
    completion: sentences(random, random.between(80, 350)),
    tokens: { prompt: random.between(50, 200), completion: random.between(120, 600) },
  }),
}

const MODELS = ['writer-small', 'writer-large', 'editor-1']

function paragraphs(random: Random, count: number): string[] {
  return Array.from({ length: count }, () => sentences(random, random.between(40, 90)))
}

function dateOf(random: Random): Date {
  return new Date(Date.UTC(2026, 0, 1) + random.between(0, 300 * 86_400) * 1_000)
}
