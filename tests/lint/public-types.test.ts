import ts from 'typescript'
import { expect, test } from 'vitest'
import { entrySources, isOfMethod, type PublicTypes, publicTypes } from './public-types.ts'

const all = publicTypes(entrySources())

/**
 * What has no doc comment. What an interface's method takes and answers is told in the method's own; well-known
 * symbols need none.
 */
function undocumented({ checker, exported, members }: PublicTypes): string[] {
  const isTold = (symbol: ts.Symbol) => symbol.getDocumentationComment(checker).length > 0
  return [
    ...[...exported].filter(([, symbol]) => !isTold(symbol)).map(([name]) => name),
    ...members
      .filter(({ symbol, name, node }) => !isTold(symbol) && !name.includes('[Symbol.') && !isOfMethod(node))
      .map(({ name }) => name),
  ].sort()
}

/** Types of what the cache tells and is never told, where nothing is there as `undefined`. */
const TOLD = /: (Alert|CacheErrorJson|CacheEvents|CacheMetrics)\./

/** Optional properties that may be left out, but not be given `undefined`: `{ ttl: maybe }` would not compile. */
function unforgiving({ members }: PublicTypes): string[] {
  return members
    .filter(({ node, name }) => {
      if (!ts.isPropertySignature(node) || node.questionToken === undefined || node.type === undefined) return false
      // What the cache hands to a method of somebody's client or storage.
      if (TOLD.test(name) || isOfMethod(node)) return false
      const parts = ts.isUnionTypeNode(node.type) ? node.type.types : [node.type]
      return !parts.some(({ kind }) => kind === ts.SyntaxKind.UndefinedKeyword || kind === ts.SyntaxKind.UnknownKeyword)
    })
    .map(({ name }) => name)
    .sort()
}

test('everything public has a doc comment', () => {
  expect(all.members.length).toBeGreaterThan(300)
  expect(undocumented(all)).toEqual([])
})

test('what is optional may be undefined', () => {
  expect(unforgiving(all)).toEqual([])
})
