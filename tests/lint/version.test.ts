import { expect, test } from 'vitest'
import { read } from './tree.ts'

/** The version that each file says the project has. */
function versions(text: {
  npm: string
  lock: string
  cargo: string
  changelog: string
}): Record<string, string | undefined> {
  return {
    'package.json': JSON.parse(text.npm).version,
    'package-lock.json': JSON.parse(text.lock).version,
    'Cargo.toml': /^\[package\]\n(?:(?!\[).*\n)*?version = "(.+)"$/m.exec(text.cargo)?.[1],
    'CHANGELOG.md': /^## \[?v?(\d+\.\d+\.\d+[\w.-]*)/m.exec(text.changelog)?.[1],
  }
}

function areOne(found: Record<string, string | undefined>): boolean {
  const all = new Set(Object.values(found))
  return all.size === 1 && !all.has(undefined)
}

test('all files agree on the version', () => {
  const found = versions({
    npm: read('package.json'),
    lock: read('package-lock.json'),
    cargo: read('Cargo.toml'),
    changelog: read('CHANGELOG.md'),
  })
  expect(found, JSON.stringify(found)).toSatisfy(areOne)
})

test('a version that was left behind, or is not there, is found', () => {
  const json = '{ "version": "1.2.3" }'
  const cargo = '[package]\nname = "x"\nversion = "1.2.3"\n\n[dependencies.y]\nversion = "9.9.9"\n'
  const right = { npm: json, lock: json, cargo, changelog: '# Changes\n\n## 1.2.3 (2026-01-01)\n\n## 1.2.2\n' }
  expect(versions(right)).toSatisfy(areOne)
  expect(versions({ ...right, changelog: '# Changes\n\n## 1.2.2\n' })).not.toSatisfy(areOne)
  expect(versions({ ...right, cargo: '[dependencies.y]\nversion = "1.2.3"\n' })).not.toSatisfy(areOne)
})
