// wasm-bindgen's bundler-target glue keeps one instance in module variables. The cache needs
// several (a large packed region has its own; a trapped one is replaced), so the glue is
// wrapped into a function that makes a fresh set of classes around each instance.

/** The glue as one `instantiate(module)` function, and the names that it answers. */
export function makeGlue(source) {
  const exported = [...source.matchAll(/^export (?:class|function) (\w+)/gm)].map((match) => match[1])
  const imports = exported.filter((name) => name.startsWith('__wb'))
  const api = exported.filter((name) => !name.startsWith('__wb'))
  const body = source
    .replace(/^export (class|function) /gm, '$1 ')
    .replace(/^let wasm;\n[\s\S]*$/m, '')
    .trimEnd()
  if (!/^let wasm;$/m.test(source) || /^export /m.test(body))
    throw new Error('wasm-bindgen changed the shape of its glue')
  const code = [
    '/** Makes one instance of the core and the classes around it. Generated: see scripts/build-glue.mjs. */',
    'export function instantiate(module) {',
    'let wasm;',
    body,
    `const imports = { ${imports.filter((name) => name !== '__wbg_set_wasm').join(', ')} };`,
    "const instance = new WebAssembly.Instance(module, { './core_bg.js': imports });",
    'wasm = instance.exports;',
    'wasm.__wbindgen_start();',
    `return { memory: wasm.memory, ${api.join(', ')} };`,
    '}',
    '',
  ].join('\n')
  return { classes: api, code }
}

/** The types of `instantiate` and of the classes that it answers. */
export function makeGlueTypes(source, names) {
  const declarations = source.replace(/\/\* tslint:disable \*\/\n\/\* eslint-disable \*\/\n/, '').trimEnd()
  const members = names.map((name) => `  readonly ${name}: typeof ${name};`)
  return [
    declarations
      .replace(/^export (class|function)/gm, 'declare $1')
      .replace(/^declare class (\w+)/gm, 'export declare class $1'),
    '',
    '/** One instance of the core. */',
    'export interface Glue {',
    '  readonly memory: WebAssembly.Memory;',
    ...members,
    '}',
    '',
    '/** Makes one instance of the core and the classes around it. */',
    'export declare function instantiate(module: WebAssembly.Module): Glue;',
    '',
  ].join('\n')
}
