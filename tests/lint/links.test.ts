import { execFileSync } from 'node:child_process'
import { posix } from 'node:path'
import { expect, test } from 'vitest'
import { files, paths, ROOT, read, type SourceFile } from './tree.ts'

/** The text of a page, without its code. */
function prose(text: string): string {
  return text.replace(/^(```+|~~~+)[\s\S]*?^\1.*$/gm, '').replace(/`[^`\n]*`/g, '``')
}

/** The anchors of a page's headings, as GitHub makes them. */
function anchors(text: string): Set<string> {
  const seen = new Map<string, number>()
  const withoutFences = text.replace(/^(```+|~~~+)[\s\S]*?^\1.*$/gm, '')
  return new Set(
    [...withoutFences.matchAll(/^#{1,6} +(.+?) *#*$/gm)].map(([, heading = '']) => {
      const slug = heading
        .toLowerCase()
        .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
        .replaceAll(' ', '-')
      const times = seen.get(slug) ?? 0
      seen.set(slug, times + 1)
      return times === 0 ? slug : `${slug}-${times}`
    }),
  )
}

function brokenLinks(pages: readonly SourceFile[], existing: ReadonlySet<string>): string[] {
  const texts = new Map(pages.map(({ path, text }) => [path, text]))
  return pages.flatMap(({ path, text }) =>
    [...prose(text).matchAll(/\]\(<?([^)\s>]+)>?(?: "[^"]*")?\)|^\[[^\]]+\]: *(\S+)/gm)].flatMap((match) => {
      const link = match[1] ?? match[2] ?? ''
      if (/^[a-z][a-z+.-]*:/i.test(link)) return []
      const [target = '', anchor] = decodeURI(link).split('#')
      const file = target === '' ? path : posix.normalize(posix.join(posix.dirname(path), target)).replace(/\/$/, '')
      const page = texts.get(file)
      const missingAnchor = anchor !== undefined && page !== undefined && !anchors(page).has(anchor)
      return existing.has(file) && !missingAnchor ? [] : [`${path}: ${link}`]
    }),
  )
}

/** These files, and the folders that they are in. */
function withFolders(files: readonly string[]): Set<string> {
  const all = new Set<string>()
  for (const path of files) {
    for (let at = path; at !== '.'; at = posix.dirname(at)) all.add(at)
  }
  return all
}

test('every relative link leads somewhere', () => {
  const pages = files(/\.md$/).map(({ path, text }) => ({ path, text: Buffer.from(text, 'latin1').toString() }))
  expect(pages.length).toBeGreaterThan(0)
  expect(brokenLinks(pages, withFolders(paths()))).toEqual([])
})

test('no link of the README leads out of the package', () => {
  const pack = ['pack', '--dry-run', '--json', '--ignore-scripts']
  const [packed] = JSON.parse(execFileSync('npm', pack, { cwd: ROOT, stdio: ['ignore', 'pipe', 'ignore'] }).toString())
  const shipped = withFolders(packed.files.map(({ path }: { path: string }) => path))
  expect(brokenLinks([{ path: 'README.md', text: read('README.md') }], shipped)).toEqual([])
})

test('a link that leads nowhere is found', () => {
  const text = [
    '# Start here: `now`',
    '[right](docs/a.md) [folder](docs/) [self](#start-here-now) [web](https://example.com) `[code](none.md)`',
    '```md\n[example](none.md)\n```',
    '[gone](docs/none.md) [no heading](docs/a.md#other) [heading](docs/a.md#there)',
    '[reference]: docs/lost.md',
  ].join('\n')
  const pages = [
    { path: 'README.md', text },
    { path: 'docs/a.md', text: '## There' },
  ]
  expect(brokenLinks(pages, new Set(['README.md', 'docs', 'docs/a.md']))).toEqual([
    'README.md: docs/none.md',
    'README.md: docs/a.md#other',
    'README.md: docs/lost.md',
  ])
})
