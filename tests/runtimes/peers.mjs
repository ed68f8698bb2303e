// @ts-check
/** For `--import`: lets the tier find better-sqlite3 by its name, though it is installed in this folder. */
import { createRequire, register } from 'node:module'
import { pathToFileURL } from 'node:url'

const found = pathToFileURL(createRequire(import.meta.url).resolve('better-sqlite3')).href
const hook = `export const resolve = (name, context, next) =>
  name === 'better-sqlite3' ? { url: '${found}', format: 'commonjs', shortCircuit: true } : next(name, context)`
register(`data:text/javascript,${encodeURIComponent(hook)}`)
