import { describe, expect, test } from 'vitest'
import { read } from './tree.ts'

/** What npm would run while it installs us. */
const INSTALL_SCRIPTS = ['preinstall', 'install', 'postinstall', 'preprepare', 'prepare', 'postprepare', 'dependencies']

/** Development's packages that run a script when they are installed, and what for. */
const WITH_INSTALL_SCRIPTS: Readonly<Record<string, string>> = {
  esbuild: 'checks its program',
  'msgpackr-extract': 'an addon that makes msgpackr faster; the tests do without',
  fsevents: 'macOS alone, and built only where no binary fits',
}

interface Locked {
  readonly version?: string
  readonly integrity?: string
  readonly resolved?: string
  readonly hasInstallScript?: boolean
}

interface Manifest {
  readonly scripts: Readonly<Record<string, string>>
  readonly dependencies?: Readonly<Record<string, string>>
  readonly optionalDependencies?: Readonly<Record<string, string>>
  readonly peerDependencies: Readonly<Record<string, string>>
  readonly peerDependenciesMeta: Readonly<Record<string, { readonly optional: boolean }>>
}

const manifest: Manifest = JSON.parse(read('package.json'))

/** The packages of an npm lockfile by their paths, without the one whose lockfile it is. */
function npmLocked(path: string): [path: string, Locked][] {
  const { packages } = JSON.parse(read(path)) as { packages: Record<string, Locked> }
  return Object.entries(packages).filter(([key]) => key !== '')
}

/** The crates of a Cargo.lock: each a section of `key = "value"`. */
function crates(text: string): Record<string, string>[] {
  const sections = text.split('[[package]]\n').slice(1)
  return sections.map((section) =>
    Object.fromEntries([...section.matchAll(/^(\w+) = "(.*)"$/gm)].map((m) => [m[1], m[2]])),
  )
}

const CRATES_IO = 'registry+https://github.com/rust-lang/crates.io-index'
const OURS = /^(?:omnicache(?:-.*)?|xtask)$/

function untrusted(locked: readonly Record<string, string>[]): string[] {
  return locked
    .filter(({ name = '', source, checksum }) =>
      OURS.test(name) ? source !== undefined : source !== CRATES_IO || !/^[0-9a-f]{64}$/.test(checksum ?? ''),
    )
    .map(({ name = '' }) => name)
}

describe('the package that users install', () => {
  test('runs nothing when it is installed', () => {
    expect(INSTALL_SCRIPTS.filter((name) => name in manifest.scripts)).toEqual([])
  })

  test('brings no other package along', () => {
    expect(Object.keys({ ...manifest.dependencies, ...manifest.optionalDependencies })).toEqual([])
    const peers = Object.keys(manifest.peerDependencies)
    expect(peers.length).toBeGreaterThan(0)
    expect(peers.filter((name) => manifest.peerDependenciesMeta[name]?.optional !== true)).toEqual([])
  })
})

describe.each(['package-lock.json', 'bench/package-lock.json'])('%s', (path) => {
  const locked = npmLocked(path)

  test('holds every package by its hash, and from no place in particular', () => {
    expect(locked.length).toBeGreaterThan(20)
    const wrong = locked.filter(
      ([, { integrity, resolved }]) => !/^sha512-/.test(integrity ?? '') || resolved !== undefined,
    )
    expect(wrong.map(([name]) => name)).toEqual([])
  })

  test('has install scripts only where we know what for', () => {
    const running = locked.filter(([, { hasInstallScript }]) => hasInstallScript === true)
    const names = running.map(([name]) => name.slice(name.lastIndexOf('node_modules/') + 'node_modules/'.length))
    expect(names.filter((name) => !(name in WITH_INSTALL_SCRIPTS))).toEqual([])
  })
})

describe('crates', () => {
  test.each(['Cargo.lock', 'bench/native/Cargo.lock', 'fuzz/Cargo.lock'])(
    'of %s come from crates.io, by their hash',
    (path) => {
      const locked = crates(read(path))
      expect(locked.length).toBeGreaterThan(10)
      expect(untrusted(locked)).toEqual([])
    },
  )

  test('from elsewhere are found', () => {
    const hash = '0'.repeat(64)
    const text = [
      `[[package]]\nname = "good"\nversion = "1.0.0"\nsource = "${CRATES_IO}"\nchecksum = "${hash}"\n`,
      '[[package]]\nname = "omnicache-core"\nversion = "0.1.0"\n',
      '[[package]]\nname = "local"\nversion = "1.0.0"\n',
      `[[package]]\nname = "unhashed"\nversion = "1.0.0"\nsource = "${CRATES_IO}"\n`,
      `[[package]]\nname = "forked"\nversion = "1.0.0"\nsource = "git+https://example.org/x"\nchecksum = "${hash}"\n`,
      `[[package]]\nname = "xtask"\nversion = "1.0.0"\nsource = "${CRATES_IO}"\nchecksum = "${hash}"\n`,
    ].join('\n')
    expect(untrusted(crates(text))).toEqual(['local', 'unhashed', 'forked', 'xtask'])
  })
})

test('packages of Python are pinned by version and hash', () => {
  const text = read('tests/wire-format/requirements.txt').replaceAll('\\\n', ' ')
  const lines = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'))
  expect(lines.length).toBeGreaterThan(1)
  expect(lines.filter((line) => !/^[\w-]+==[\w.]+ .*--hash=sha256:[0-9a-f]{64}/.test(line))).toEqual([])
})
