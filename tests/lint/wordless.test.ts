import { expect, it } from 'vitest'
import { wordless } from '../../scripts/lib/wordless.mjs'

/** A call of one argument after the other, as ESTree has it. */
function call(code: string, name: string, texts: readonly string[]) {
  const args = texts.map((text) => {
    const start = code.indexOf(`'${text}'`)
    return { type: 'Literal', value: text, start, end: start + text.length + 2 }
  })
  return {
    type: 'CallExpression',
    start: code.indexOf(`${name}(`),
    callee: { type: 'Identifier', name },
    arguments: args,
  }
}

const CODE = "const table = { a: field('What it is', 'a name', fallback(), parse, 'the first'), b: other('kept') }"
const TREE = {
  body: [
    {
      ...call(CODE, 'field', ['What it is', 'a name']),
      arguments: [
        ...call(CODE, 'field', ['What it is', 'a name']).arguments,
        {},
        {},
        ...call(CODE, '', ['the first']).arguments,
      ],
    },
    call(CODE, 'other', ['kept']),
  ],
}

it('leaves out of a table of options what only the reference needs, and says that it can go as a whole', () => {
  expect(wordless('/there/js/config/region-options.ts', CODE, () => TREE)).toBe(
    "const table = { a: /* @__PURE__ */ field('', 'a name', fallback(), parse, ''), b: other('kept') }",
  )
})

it('leaves all other modules as they are', () => {
  expect(wordless('/there/js/config/fields.ts', CODE, () => TREE)).toBeUndefined()
})

it('notices when a table is none any more', () => {
  expect(() => wordless('/there/js/memory/options.ts', CODE, () => ({}))).toThrow('has no words')
})
