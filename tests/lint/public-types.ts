import { join } from 'node:path'
import ts from 'typescript'
import { ROOT, read } from './tree.ts'

/** A member of a type that users of the package see: of a class, of an interface or of an object's type. */
export interface Member {
  /** Where it is declared, for messages: 'js/config/types.ts: RegionOptions.ttl'. */
  readonly name: string
  readonly node: ts.Declaration
  readonly symbol: ts.Symbol
}

/** All that users see of the package's types. */
export interface PublicTypes {
  readonly checker: ts.TypeChecker
  /** What the entries export, by the entry's path and the name. */
  readonly exported: ReadonlyMap<string, ts.Symbol>
  /** The members of what is exported, and of whatever its types name. */
  readonly members: readonly Member[]
}

/** The sources of the package's entries. */
export function entrySources(): string[] {
  const config = read('tsdown.config.ts')
  return [...new Set(config.match(/js\/[\w/-]+\.ts/g))].filter((path) => path !== 'js/cli.ts')
}

/** Reads the types behind `entries`, paths from the root of the repository. */
export function publicTypes(entries: readonly string[]): PublicTypes {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile)
  const { options } = ts.parseJsonConfigFileContent({ ...config, include: entries }, ts.sys, ROOT)
  const program = ts.createProgram(
    entries.map((path) => join(ROOT, path)),
    options,
  )
  const checker = program.getTypeChecker()
  const exported = new Map<string, ts.Symbol>()
  for (const path of entries) {
    const file = program.getSourceFile(join(ROOT, path))
    const module = file && checker.getSymbolAtLocation(file)
    for (const symbol of module ? checker.getExportsOfModule(module) : []) {
      exported.set(`${path}: ${symbol.name}`, unaliased(checker, symbol))
    }
  }
  return { checker, exported, members: membersOf(checker, exported.values()) }
}

/** Goes from each declaration to what its types name, as far as that is declared in js/. */
function membersOf(checker: ts.TypeChecker, roots: Iterable<ts.Symbol>): Member[] {
  const members: Member[] = []
  const seen = new Set<ts.Symbol>()
  const queue = [...roots]
  for (let symbol = queue.pop(); symbol !== undefined; symbol = queue.pop()) {
    if (seen.has(symbol)) continue
    seen.add(symbol)
    for (const declaration of symbol.declarations ?? []) {
      if (isOurs(declaration)) visit(declaration, symbol.name)
    }
  }
  return members

  function visit(node: ts.Node, owner: string): void {
    if (ts.isBlock(node) || isHidden(node)) return
    if (ts.isTypeReferenceNode(node) || ts.isExpressionWithTypeArguments(node)) {
      const named = checker.getSymbolAtLocation(ts.isTypeReferenceNode(node) ? node.typeName : node.expression)
      if (named !== undefined) queue.push(unaliased(checker, named))
    }
    let inside = owner
    if (isMember(node)) {
      const symbol = checker.getSymbolAtLocation(node.name)
      inside = `${owner}.${node.name.getText()}`
      const file = node.getSourceFile().fileName.slice(ROOT.length + 1)
      if (symbol !== undefined) members.push({ name: `${file}: ${inside}`, node, symbol })
    }
    node.forEachChild((child) => {
      // What a value or a parameter is by default tells users nothing.
      if (!('initializer' in node) || child !== node.initializer) visit(child, inside)
    })
  }
}

function isMember(node: ts.Node): node is ts.Declaration & { readonly name: ts.PropertyName } {
  return (
    (ts.isPropertySignature(node) ||
      ts.isMethodSignature(node) ||
      ts.isPropertyDeclaration(node) ||
      ts.isMethodDeclaration(node) ||
      ts.isGetAccessor(node)) &&
    node.name !== undefined
  )
}

/** Whether `node` is handed to a method of an interface, or answered by one. */
export function isOfMethod(node: ts.Node): boolean {
  return ts.findAncestor(node.parent, ts.isMethodSignature) !== undefined
}

/** Whether users do not see it: it is private, or `@internal`, and so not in the declarations. */
function isHidden(node: ts.Node): boolean {
  const name = (node as Partial<ts.NamedDeclaration>).name
  if (name !== undefined && ts.isPrivateIdentifier(name)) return true
  if (ts.canHaveModifiers(node) && ts.getModifiers(node)?.some(({ kind }) => kind === ts.SyntaxKind.PrivateKeyword)) {
    return true
  }
  return ts.getJSDocTags(node).some(({ tagName }) => tagName.text === 'internal')
}

function isOurs(node: ts.Node): boolean {
  return node.getSourceFile().fileName.startsWith(join(ROOT, 'js/'))
}

function unaliased(checker: ts.TypeChecker, symbol: ts.Symbol): ts.Symbol {
  return symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol
}
