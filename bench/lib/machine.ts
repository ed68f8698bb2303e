import { readFileSync } from 'node:fs'
import { cpus, loadavg, release, totalmem, type } from 'node:os'

/** Where and with what a run was made, by name. */
export function machine(): ReadonlyMap<string, string> {
  const [cpu] = cpus()
  const memory = `${(totalmem() / 2 ** 30).toFixed(0)} GB`
  return new Map([
    ['Date', new Date().toISOString().slice(0, 10)],
    ['Machine', `${cpus().length} × ${cpu?.model ?? 'unknown'}, ${memory}, ${type()} ${release()}`],
    ['Load before', `${loadavg()[0]?.toFixed(1)} (one minute's average)`],
    ['Runtime', `Node ${process.versions.node}, V8 ${process.versions.v8}`],
    ['omnicache', versionOf('../../package.json')],
    ['Others', others()],
  ])
}

function others(): string {
  const { dependencies } = readPackage('../package.json')
  return Object.keys(dependencies)
    .map((name) => `${name} ${versionOf(`../node_modules/${name}/package.json`)}`)
    .join(', ')
}

function versionOf(path: string): string {
  return readPackage(path).version
}

function readPackage(path: string): { version: string; dependencies: Record<string, string> } {
  return JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'))
}
