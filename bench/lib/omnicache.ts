import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))
const INDEX = join(ROOT, 'dist', 'index.js')
const MEMORY = join(ROOT, 'dist', 'memory.js')

/** Bundles omnicache as users get it, unless that was done since its sources changed. */
export function ensureBundle(): void {
  const built = existsSync(INDEX) && existsSync(MEMORY) ? statSync(INDEX).mtimeMs : 0
  if (built > Math.max(newest('js'), newest('pkg'))) return
  execFileSync(process.execPath, [join(ROOT, 'scripts', 'build.mjs'), '--dist'], { cwd: ROOT, stdio: 'pipe' })
}

/** The bundle of the whole package. */
export function omnicache(): Promise<typeof import('../../js/index.ts')> {
  return import(INDEX)
}

/** The bundle of the synchronous cache alone. */
export function omnicacheMemory(): Promise<typeof import('../../js/memory/index.ts')> {
  return import(MEMORY)
}

/** When a file of the folder was last changed, in ms since 1970. */
function newest(folder: string): number {
  const files = readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
  return Math.max(...files.filter((file) => file.isFile()).map(({ path, name }) => statSync(join(path, name)).mtimeMs))
}
