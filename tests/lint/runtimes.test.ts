import ts from 'typescript'
import { expect, test } from 'vitest'
import { importsOf, parse } from './imports.ts'
import { files, type SourceFile } from './tree.ts'

/** Modules that only one runtime has, or that only some users install. */
const RUNTIME_MODULE = /^(node:.*|ioredis|redis|idb|better-sqlite3)$/

/** Globals that only some runtimes have. */
const RUNTIME_GLOBALS = new Set([
  ...['process', 'Buffer', 'require', '__dirname', '__filename', 'global'],
  ...['indexedDB', 'localStorage', 'window', 'document', 'navigator', 'BroadcastChannel'],
  ...['Deno', 'Bun'],
])

/** Files outside js/tiers that ask `globalThis` for one of these, and do without where it has none. */
const PROBES = new Map([
  ['js/clock.ts', 'whether this is a page, whose timers may be slowed down'],
  ['js/core/base64.ts', 'the fastest decoder that there is'],
  ['js/core/hex.ts', 'the same'],
  ['js/core/byte-slab.ts', 'how a buffer is kept from being transferred'],
  ['js/core/text-reader.ts', 'strings straight from memory'],
  ['js/cache/host.ts', 'the environment, the limit of memory, whether this is a page'],
])

const TIERS = /^js\/tiers\//

/** The program `omnicache`, which runs in Node and is imported by nobody. */
const PROGRAM = /^js\/(simulate\/|dictionary\/|cli\.ts$)/

/** Names that a file declares itself: they hide the global. */
function declaredIn(tree: ts.SourceFile): Set<string> {
  const names = new Set<string>()
  const visit = (node: ts.Node): void => {
    const declares = ts.isVariableDeclaration(node) || ts.isBindingElement(node) || ts.isParameter(node)
    if ((declares || ts.isImportSpecifier(node)) && ts.isIdentifier(node.name)) names.add(node.name.text)
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return names
}

/** Whether an identifier is the name of a member rather than a reference of its own. */
function isMemberName(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent) || ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent)) {
    return parent.name === node
  }
  if (ts.isBindingElement(parent)) return parent.propertyName === node
  return ts.isPropertyDeclaration(parent) || ts.isMethodDeclaration(parent) || ts.isMethodSignature(parent)
}

/** Whether a member is asked of `globalThis`: `globalThis.process`, `const { process } = globalThis`. */
function isAskedOfGlobal(node: ts.Identifier): boolean {
  const { parent } = node
  if (ts.isPropertyAccessExpression(parent))
    return parent.name === node && /\bglobalThis\b/.test(parent.expression.getText())
  if (!ts.isBindingElement(parent) || parent.name !== node) return false
  const declaration = parent.parent.parent
  return ts.isVariableDeclaration(declaration) && /\bglobalThis\b/.test(declaration.initializer?.getText() ?? '')
}

function runtimeNames(source: SourceFile): string[] {
  const tree = parse(source)
  const declared = declaredIn(tree)
  const found: string[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && RUNTIME_GLOBALS.has(node.text)) {
      if (isAskedOfGlobal(node)) {
        if (!PROBES.has(source.path)) found.push(`${source.path} asks globalThis for ${node.text}`)
      } else if (!isMemberName(node) && !declared.has(node.text)) {
        found.push(`${source.path} names ${node.text}`)
      }
    }
    ts.forEachChild(node, visit)
  }
  visit(tree)
  return found
}

function outsideTiers(sources: readonly SourceFile[]): string[] {
  return sources
    .filter(({ path }) => !TIERS.test(path) && !PROGRAM.test(path))
    .flatMap((source) => [
      ...importsOf(source)
        .filter(({ specifier }) => RUNTIME_MODULE.test(specifier))
        .map(({ specifier }) => `${source.path} imports ${specifier}`),
      ...runtimeNames(source),
    ])
}

/** What importing `entry` loads at once and not every runtime has. */
function eagerlyLoaded(entry: string, sources: readonly SourceFile[]): string[] {
  const byPath = new Map(sources.map((source) => [source.path, source]))
  const seen = new Set<string>()
  const found: string[] = []
  const load = (path: string): void => {
    const source = byPath.get(path)
    if (!source || seen.has(path)) return
    seen.add(path)
    for (const { specifier, file, eager } of importsOf(source)) {
      if (!eager) continue
      if (file !== undefined) load(file)
      else if (RUNTIME_MODULE.test(specifier)) found.push(`${path} loads ${specifier}`)
    }
  }
  load(entry)
  return found
}

const sources = files(/^js\/.*\.ts$/)

test("a runtime's own API is named in js/tiers alone", () => {
  expect(outsideTiers(sources)).toEqual([])
})

test.each([
  ["import { readFileSync } from 'node:fs'", 'imports node:fs'],
  ["import type { Redis } from 'ioredis'", 'imports ioredis'],
  ["const client = () => import('redis')", 'imports redis'],
  ['export const url = process.env.REDIS_URL', 'names process'],
  ['export const bytes = (text: string): Buffer => Buffer.from(text)', 'names Buffer'],
  ['const open = () => indexedDB.open("x")', 'names indexedDB'],
  ['const env = (globalThis as Node).process?.env', 'asks globalThis for process'],
  ['const { Buffer } = globalThis as Node', 'asks globalThis for Buffer'],
])('a runtime that is named elsewhere is found: %s', (text, complaint) => {
  expect(outsideTiers([{ path: 'js/flow/x.ts', text }])).toContain(`js/flow/x.ts ${complaint}`)
  expect(outsideTiers([{ path: 'js/tiers/x.ts', text }])).toEqual([])
})

test('a member or a variable of the same name is not a runtime', () => {
  const text = 'const sizes = { Buffer: 8 }\nexport const sum = (window: number) => window + sizes.Buffer'
  expect(outsideTiers([{ path: 'js/flow/x.ts', text }])).toEqual([])
})

test('every file that may ask globalThis exists', () => {
  expect([...PROBES.keys()].filter((path) => !sources.some((source) => source.path === path))).toEqual([])
})

test('importing omnicache loads no client and no Node module', () => {
  expect(sources.map(({ path }) => path)).toContain('js/index.ts')
  expect(eagerlyLoaded('js/index.ts', sources)).toEqual([])
})

test('what is loaded by a detour is found, what is loaded later is not', () => {
  const detour = [
    { path: 'js/index.ts', text: "export { a } from './tiers/a.ts'" },
    { path: 'js/tiers/a.ts', text: "import { Redis } from 'ioredis'\nimport type { Db } from 'idb'\nimport('redis')" },
  ]
  expect(eagerlyLoaded('js/index.ts', detour)).toEqual(['js/tiers/a.ts loads ioredis'])
})
