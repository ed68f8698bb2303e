import { expect, test } from 'vitest'
import { files, type SourceFile } from './tree.ts'

/** What only one machine, or one network, knows. */
const LOCAL: readonly { readonly pattern: RegExp; readonly what: string }[] = [
  { pattern: /(?<![\w.~$}-])\/(?:root|home|Users|work|farm)\/[\w.-]+(?:\/|\b)/g, what: 'the path of a machine' },
  {
    pattern: /https?:\/\/[^/\s"']*\b(?:registry|mirror|proxy|artifactory|nexus|verdaccio)\b/gi,
    what: 'the host of a registry',
  },
  { pattern: /"resolved": *"https?:/g, what: 'where a package was downloaded' },
  { pattern: /^\s*(?:\w*registry|\/\/.*:_\w+) *=/gim, what: 'the setting of a registry' },
]

function localThings(sources: readonly SourceFile[]): string[] {
  return sources.flatMap(({ path, text }) =>
    LOCAL.flatMap(({ pattern, what }) =>
      [...text.matchAll(pattern)].map((match) => `${path} names ${what}: ${match[0].trim()}`),
    ),
  )
}

/** Put together at run time, so that this file does not name what it looks for. */
const slash = '/'

test('no tracked file names a path of a machine or the host of a registry', () => {
  expect([...new Set(localThings(files(/./)))]).toEqual([])
})

test.each([
  [`cd ${slash}root/checkout`, 'the path of a machine'],
  [`panicked at ${slash}home/somebody/.cargo/src/lib.rs`, 'the path of a machine'],
  [`"${slash}Users/somebody/project"`, 'the path of a machine'],
  [`"resolved": "${'https:'}//host/x.tgz"`, 'where a package was downloaded'],
  [`see ${'https:'}//npm.mirror.example/x`, 'the host of a registry'],
  [`${'registry'}=https://host`, 'the setting of a registry'],
])('what only one machine knows is found: %s', (text, what) => {
  expect(localThings([{ path: 'x', text }]).join('\n')).toContain(what)
})

test('an address on the web and a path of a service are not of a machine', () => {
  const text = 'https://example.com/home/page and {base}/work/item and ./root/file'
  expect(localThings([{ path: 'x', text }])).toEqual([])
})
