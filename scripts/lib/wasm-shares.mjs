// @ts-check
/** Where the bytes of a WebAssembly module are, by the names of its functions. */

/** @typedef {{ readonly name: string, readonly bytes: number }} Share */

const CUSTOM = 0
const IMPORTS = 2
const CODE = 10
const FUNCTION_NAMES = 1
const FUNCTION_IMPORT = 0

const SECTIONS = ['custom', 'types', 'imports', 'functions', 'tables', 'memory', 'globals', 'exports', 'start']
const LATER_SECTIONS = ['elements', 'code', 'data', 'data count']

/** Reads the binary format: what this needs of it. */
class Reader {
  at = 0

  /** @param {Uint8Array} bytes */
  constructor(bytes) {
    this.bytes = bytes
  }

  get ended() {
    return this.at >= this.bytes.length
  }

  byte() {
    return this.bytes[this.at++] ?? 0
  }

  /** A number in LEB128. */
  number() {
    let value = 0
    for (let shift = 0; ; shift += 7) {
      const byte = this.byte()
      value += (byte & 0x7f) * 2 ** shift
      if (byte < 0x80) return value
    }
  }

  /** So many bytes, with a reader of their own. @param {number} length */
  part(length) {
    this.at += length
    return new Reader(this.bytes.subarray(this.at - length, this.at))
  }

  text() {
    return new TextDecoder().decode(this.part(this.number()).bytes)
  }
}

/**
 * Every function by its name, heaviest first, and the other sections.
 *
 * @param {Uint8Array} wasm With its section of names.
 * @returns {{ functions: Share[], sections: Share[] }}
 */
export function sharesOf(wasm) {
  const reader = new Reader(wasm)
  reader.part(8)
  let imported = 0
  /** @type {number[]} */
  let bodies = []
  /** @type {Map<number, string>} */
  let names = new Map()
  /** @type {Share[]} */
  const sections = []
  while (!reader.ended) {
    const id = reader.byte()
    const section = reader.part(reader.number())
    const bytes = section.bytes.length
    if (id === CUSTOM) {
      const name = section.text()
      if (name === 'name') names = functionNames(section)
      else sections.push({ name, bytes })
    } else if (id === CODE) bodies = Array.from({ length: section.number() }, () => skip(section))
    else {
      if (id === IMPORTS) imported = importedFunctions(section)
      sections.push({ name: [...SECTIONS, ...LATER_SECTIONS][id] ?? String(id), bytes })
    }
  }
  const functions = bodies.map((bytes, index) => ({ name: names.get(imported + index) ?? '(unnamed)', bytes }))
  return { functions: functions.sort((a, b) => b.bytes - a.bytes), sections }
}

/** @param {Reader} section */
function skip(section) {
  const length = section.number()
  section.part(length)
  return length
}

/** How many of the imports are functions: all, in a module of wasm-bindgen's. @param {Reader} section */
function importedFunctions(section) {
  let functions = 0
  for (let left = section.number(); left > 0; left--) {
    section.text()
    section.text()
    if (section.byte() !== FUNCTION_IMPORT) throw new Error('an import that is no function')
    section.number()
    functions++
  }
  return functions
}

/** @param {Reader} section */
function functionNames(section) {
  /** @type {Map<number, string>} */
  const names = new Map()
  while (!section.ended) {
    const kind = section.byte()
    const part = section.part(section.number())
    if (kind !== FUNCTION_NAMES) continue
    for (let left = part.number(); left > 0; left--) names.set(part.number(), part.text())
  }
  return names
}

/**
 * The functions taken together by the module that they are of.
 *
 * @param {readonly Share[]} functions
 * @returns {Share[]}
 */
export function byModule(functions) {
  /** @type {Map<string, number>} */
  const sums = new Map()
  for (const { name, bytes } of functions) {
    const module = moduleOf(name)
    sums.set(module, (sums.get(module) ?? 0) + bytes)
  }
  return [...sums].map(([name, bytes]) => ({ name, bytes })).sort((a, b) => b.bytes - a.bytes)
}

/** The first path in a demangled name: `<core::…::Adapter as …>::write_str` is of `core::…`. @param {string} name */
function moduleOf(name) {
  const path = /(?:[a-z_]\w*::)+/.exec(name)?.[0].split('::') ?? []
  const [crate = '', ...rest] = path
  if (crate === '') return '(exports and runtime)'
  return [crate, ...rest.slice(0, crate === 'omnicache_core' ? 2 : 1)].filter((part) => part !== '').join('::')
}
