import { execFile } from 'node:child_process'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { hasChromium, startBrowser } from '../helpers/browser.ts'
import { hasRedis, type RedisServer, startRedis } from '../helpers/redis-server.ts'
import { checked, REDIS, type Snippet, snippets, snippetsOf } from './snippets.ts'

const ROOT = join(import.meta.dirname, '..', '..')
/** Inside of the repository, so that the peers are found, and ignored by git. */
const FOLDER = join(ROOT, 'target', 'docs-examples')
const TYPED = join(FOLDER, 'typed')
const CHECKED = join(FOLDER, 'checked')

const ENTRIES = {
  omnicache: 'js/index.ts',
  'omnicache/memory': 'js/memory/index.ts',
  'omnicache/slim': 'js/entries/slim.ts',
  'omnicache/redis': 'js/tiers/redis/index.ts',
  'omnicache/indexeddb': 'js/tiers/indexeddb.ts',
  'omnicache/sqlite': 'js/tiers/sqlite.ts',
  'omnicache/upstash': 'js/tiers/upstash.ts',
  'omnicache/cloudflare-kv': 'js/tiers/cloudflare-kv.ts',
  'omnicache/cache-api': 'js/tiers/cache-api.ts',
  'omnicache/unstorage': 'js/tiers/unstorage.ts',
  'omnicache/deno-kv': 'js/tiers/deno-kv.ts',
  'omnicache/testing': 'js/testing/index.ts',
}

const all = snippets()

/** The environment of a user who has set nothing. */
const { PATH, HOME, TMPDIR } = process.env

let server: RedisServer | undefined
afterAll(() => server?.stop())

beforeAll(async () => {
  rmSync(FOLDER, { recursive: true, force: true })
  for (const folder of [TYPED, CHECKED]) {
    mkdirSync(folder, { recursive: true })
    const paths = Object.fromEntries(Object.entries(ENTRIES).map(([name, path]) => [name, [join(ROOT, path)]]))
    const tsconfig = {
      extends: relative(folder, join(ROOT, 'tsconfig.json')),
      compilerOptions: { paths },
      include: ['*.ts'],
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(tsconfig))
  }
  const same = `import { same as __same } from ${JSON.stringify(join(import.meta.dirname, 'same.ts'))}\n`
  if (hasRedis) server = await startRedis({ args: ['--databases', String(all.length)] })
  for (const [index, { file, source, typed }] of all.entries()) {
    if (typed) writeFileSync(join(TYPED, `${file}.ts`), `${source}\nexport {}\n`)
    const own = source.replaceAll(new RegExp(`${REDIS}(/0)?`, 'g'), `${server?.url}/${index}`)
    writeFileSync(join(CHECKED, `${file}.ts`), `${same}${checked(own, '__same')}\nglobalThis.__ended = true\n`)
  }
  await Promise.all([bundle('node'), bundle('browser')])
})

describe('the examples do what the pages say, and end by themselves', () => {
  for (const snippet of all.filter(({ runtime }) => runtime === 'node')) {
    test.skipIf(snippet.redis && !hasRedis)(snippet.name, () => runInNode(snippet))
  }
  for (const snippet of all.filter(({ runtime }) => runtime === 'browser')) {
    test.skipIf(!hasChromium)(`${snippet.name}, in a browser`, () => runInBrowser(snippet))
  }
})

/** What is wrong in the sources themselves is told by other checks. */
test('the examples are right by their types', async () => {
  const tsc = node([
    join(ROOT, 'node_modules', 'typescript', 'bin', 'tsc'),
    '--noEmit',
    '--pretty',
    'false',
    '-p',
    TYPED,
  ])
  const said = await tsc.catch(({ message }: Error) => message)
  expect(said.match(/^typed\/.*error.*$/gm) ?? []).toEqual([])
}, 120_000)

test('a block is a program, alone or after the one that it goes on from', () => {
  const page = '# Page\n\n```ts\nimport x\n```\n\n```ts browser\nuse(x)\n```\n\n```sh\nnpm test\n```\n'
  expect(snippetsOf('docs/Page.md', page)).toEqual([
    { name: 'docs/Page.md:3', file: 'page-3', typed: true, runtime: 'node', redis: false, source: 'import x\n' },
    {
      name: 'docs/Page.md:7',
      file: 'page-7',
      typed: true,
      runtime: 'browser',
      redis: false,
      source: 'import x\n\nuse(x)\n',
    },
  ])
})

test('a result that a page tells is compared', () => {
  const lines = [
    "const a: number | undefined = await f('=')  // → 1",
    '  f() // → { b: 2 }',
    'console.log(await f()) // → undefined',
    'f() // tells nothing',
  ]
  expect(checked(lines.join('\n'), 'same').split('\n')).toEqual([
    "const a: number | undefined = await f('='); same(a, 1)",
    '  same(f(), { b: 2 })',
    'same(await f(), undefined)',
    'f() // tells nothing',
  ])
})

async function runInNode({ file }: Snippet): Promise<void> {
  await node([join(CHECKED, 'node', `${file}.mjs`)])
}

/** Bundles the snippets of a runtime. The clients of Redis stay outside, as they must in a browser. */
async function bundle(runtime: Snippet['runtime']): Promise<void> {
  const chosen = all.filter((snippet) => snippet.runtime === runtime)
  await build({
    entryPoints: chosen.map(({ file }) => join(CHECKED, `${file}.ts`)),
    outdir: join(CHECKED, runtime),
    outExtension: { '.js': '.mjs' },
    bundle: true,
    splitting: runtime === 'node',
    format: 'esm',
    platform: runtime,
    target: 'es2022',
    external: ['ioredis', 'redis'],
    logLevel: 'silent',
  })
}

async function runInBrowser({ file }: Snippet): Promise<void> {
  const browser = await startBrowser(join(import.meta.dirname, 'same.ts'))
  try {
    const page = await browser.open()
    const failed = new Promise<never>((_, reject) => page.once('pageerror', reject))
    await page.addScriptTag({ type: 'module', path: join(CHECKED, 'browser', `${file}.mjs`) })
    await Promise.race([page.waitForFunction('globalThis.__ended'), failed])
  } finally {
    await browser.close()
  }
}

/** Runs Node until it ends by itself, and answers what it wrote; rejects with all it said where that is not with success, or not in time. */
function node(args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    execFile(
      process.execPath,
      args,
      { cwd: FOLDER, env: { PATH, HOME, TMPDIR }, timeout: 60_000 },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout)
        else reject(new Error(`${error.killed ? 'it did not end\n' : ''}${stdout}${stderr}`))
      },
    )
  })
}
