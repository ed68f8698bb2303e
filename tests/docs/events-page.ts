import ts from 'typescript'
import { read } from '../lint/tree.ts'

const INTRODUCTION = `# Events

\`cache.on(name, listener)\` calls \`listener\` each time, \`cache.once(name, listener)\` the next time alone; both answer a
function that stops it, and so does \`cache.off(name, listener)\`. A name that there is not is an \`INVALID_OPTION\`.

Listeners are called at once, in the order in which they came, while the call that caused the event goes on: what takes
long belongs elsewhere. What a listener throws, or its promise rejects with, is logged once and goes no further. Events
are of this process alone, and cost next to nothing where nobody listens.

This page is made from [the type](../js/observe/events.ts), \`CacheEvents\`.
`

/** The page of events, made from the type's declaration and its doc comments. */
export function eventsPage(): string {
  const file = ts.createSourceFile('events.ts', read('js/observe/events.ts'), ts.ScriptTarget.Latest, true)
  const alerts = ts.createSourceFile('alerts.ts', read('js/observe/alerts.ts'), ts.ScriptTarget.Latest, true)
  const named = new Map([
    ['EntryEvent', membersOf(file, 'EntryEvent')],
    ['Alert', membersOf(alerts, 'Alert')],
  ])
  const sections = membersOf(file, 'CacheEvents').map((event) => {
    const rows = fieldsOf(event.type, named).map(
      (field) =>
        `| \`${field.name.getText()}${field.questionToken ? '?' : ''}\` | ${typeOf(field)} | ${textOf(field)} |`,
    )
    const name = event.name.getText().replaceAll("'", '')
    return `## ${name}\n\n${textOf(event)}\n\n| field | type | meaning |\n| --- | --- | --- |\n${rows.join('\n')}\n`
  })
  return [INTRODUCTION, ...sections].join('\n')
}

type Fields = readonly ts.PropertySignature[]

function membersOf(file: ts.SourceFile, name: string): Fields {
  const found = file.statements.find((one) => ts.isInterfaceDeclaration(one) && one.name.text === name)
  return (found as ts.InterfaceDeclaration).members.filter(ts.isPropertySignature)
}

/** The fields of a payload: of a name, of a type written out, or of both joined by `&`. */
function fieldsOf(type: ts.TypeNode | undefined, named: ReadonlyMap<string, Fields>): Fields {
  if (type === undefined) return []
  if (ts.isIntersectionTypeNode(type)) return type.types.flatMap((part) => fieldsOf(part, named))
  if (ts.isTypeLiteralNode(type)) return type.members.filter(ts.isPropertySignature)
  const known = named.get(type.getText())
  if (known === undefined) throw new Error(`the fields of ${type.getText()} are not known`)
  return known
}

function typeOf({ type }: ts.PropertySignature): string {
  return `\`${type?.getText().replaceAll(' | ', '` or `') ?? 'unknown'}\``
}

function textOf(node: ts.Node): string {
  const [doc] = ts.getJSDocCommentsAndTags(node)
  return (ts.getTextOfJSDocComment(doc?.comment as string) ?? '').replaceAll(/\s+/g, ' ')
}
