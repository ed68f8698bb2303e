import { expect, test } from 'vitest'
import { GROUPS } from '../packaging/groups.mjs'
import { read } from './tree.ts'

const DECISIONS = 'docs/decisions.md'

/** The packages of a package.json, of every kind. */
function npmPackages(text: string): string[] {
  const manifest: Record<string, unknown> = JSON.parse(text)
  const kinds = ['dependencies', 'devDependencies', 'peerDependencies', 'optionalDependencies']
  return kinds.flatMap((kind) => Object.keys(manifest[kind] ?? {}))
}

/** The crates of a Cargo.toml, of every kind and target. */
function crates(text: string): string[] {
  const sections = text.matchAll(/^\[(?:target\..+\.)?(?:dev-|build-)?dependencies\]\n((?:(?!\[).*\n?)*)/gm)
  return [...sections].flatMap(([, body = '']) => [...body.matchAll(/^([\w-]+) *=/gm)].map(([, name = '']) => name))
}

/** The packages of a requirements file. */
function pythonPackages(text: string): string[] {
  return [...text.matchAll(/^([\w-]+)==/gm)].map(([, name = '']) => name)
}

/** Those that no line of the decisions names as code. */
function unnamed(names: readonly string[], decisions: string): string[] {
  return [...new Set(names)].filter((name) => !decisions.includes(`\`${name}\``))
}

test('every dependency is a decision that was written down', () => {
  const groups = GROUPS.map(({ id }) => `tests/packaging/${id}/package.json`)
  const packages = ['package.json', 'bench/package.json', 'tests/runtimes/package.json', ...groups].flatMap((path) =>
    npmPackages(read(path)),
  )
  const all = [
    ...packages,
    ...['Cargo.toml', 'xtask/Cargo.toml', 'bench/native/Cargo.toml', 'fuzz/Cargo.toml'].flatMap((path) =>
      crates(read(path)),
    ),
    ...pythonPackages(read('tests/wire-format/requirements.txt')),
  ]
  expect(all.length).toBeGreaterThan(20)
  expect(unnamed(all, read(DECISIONS))).toEqual([])
})

test('one that nobody wrote down is found', () => {
  const toml = [
    '[package]\nname = "x"\n',
    '[dependencies]\naes-gcm = "1"\n',
    '[target.\'cfg(unix)\'.dev-dependencies]\nproptest = { version = "1" }\n',
    '[profile.release]\nlto = "fat"\n',
  ].join('\n')
  const found = [
    ...npmPackages('{ "devDependencies": { "@scope/tool": "1" }, "peerDependencies": { "idb": "8" } }'),
    ...crates(toml),
  ]
  expect(found).toEqual(['@scope/tool', 'idb', 'aes-gcm', 'proptest'])
  expect(unnamed(found, 'We use `idb` and `aes-gcm`, but not aes-gcm-siv.')).toEqual(['@scope/tool', 'proptest'])
})
