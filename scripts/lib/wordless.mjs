// @ts-check
/**
 * What bundles leave out: the words of the options' reference, which docs/options.md is made of. And what they say: that
 * making a table has no effects, so that a program that does without its options is without the table too.
 */

/** The modules that have tables of options. */
const TABLES = /[/\\]js[/\\](config[/\\](alert|call|manager|read|region)-options|memory[/\\]options)\.ts$/

/** What makes a row of a table, and which of its arguments are such words. @type {Readonly<Record<string, readonly number[]>>} */
const WORDS = {
  bytes: [0],
  clear: [1],
  count: [0],
  derived: [1],
  duration: [0],
  field: [0, 4],
  flag: [0],
  group: [0],
  limit: [0],
  method: [0, 1],
  oneOf: [0],
  option: [0, 1, 2],
  part: [0],
  ratio: [0],
  span: [0],
  withMethods: [],
}

/**
 * A module's code without these words; nothing where it has no table.
 *
 * @param {string} id
 * @param {string} code
 * @param {(code: string) => unknown} parse Answers the syntax tree, as ESTree has it.
 */
export function wordless(id, code, parse) {
  if (!TABLES.test(id)) return undefined
  /** @type {Edit[]} */
  const edits = []
  collect(parse(code), edits)
  if (edits.length === 0)
    throw new Error(`${id} has no words for the reference: does it still have a table of options?`)
  return edits
    .sort(([a], [b]) => b - a)
    .reduce((left, [start, end, text]) => left.slice(0, start) + text + left.slice(end), code)
}

/** @typedef {[start: number, end: number, text: string]} Edit */

/** @param {any} node @param {Edit[]} edits */
function collect(node, edits) {
  if (typeof node !== 'object' || node === null) return
  if (node.type === 'CallExpression') {
    const words = WORDS[node.callee.name]
    if (words !== undefined) edits.push([node.start, node.start, '/* @__PURE__ */ '])
    for (const at of words ?? []) {
      const word = node.arguments[at]
      if (word?.type === 'Literal' && typeof word.value === 'string') edits.push([word.start, word.end, "''"])
    }
  }
  for (const child of Object.values(node)) collect(child, edits)
}
