import { posix } from 'node:path'
import ts from 'typescript'
import type { SourceFile } from './tree.ts'

/** One `import`, `export … from` or `import()` of a file. */
export interface Import {
  /** As written. */
  readonly specifier: string
  /** The file meant, relative to the root, where the specifier is relative. */
  readonly file?: string
  /** Whether loading the file loads this one at once: neither `import type` nor `import()`. */
  readonly eager: boolean
}

/** The syntax tree of a file. */
export function parse({ path, text }: SourceFile): ts.SourceFile {
  return ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
}

/** Everything that a file imports. */
export function importsOf(file: SourceFile): Import[] {
  const found: Import[] = []
  const add = (specifier: string, eager: boolean): void => {
    const target = posix.normalize(posix.join(posix.dirname(file.path), specifier))
    found.push(specifier.startsWith('.') ? { specifier, file: target, eager } : { specifier, eager })
  }
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier)) {
      add(node.moduleSpecifier.text, node.importClause?.phaseModifier !== ts.SyntaxKind.TypeKeyword)
    } else if (ts.isExportDeclaration(node) && node.moduleSpecifier && ts.isStringLiteral(node.moduleSpecifier)) {
      add(node.moduleSpecifier.text, !node.isTypeOnly)
    } else if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [specifier] = node.arguments
      if (specifier && ts.isStringLiteral(specifier)) add(specifier.text, false)
    } else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) {
      if (ts.isStringLiteral(node.argument.literal)) add(node.argument.literal.text, false)
    }
    ts.forEachChild(node, visit)
  }
  visit(parse(file))
  return found
}
