/**
 * Uses encrypted regions in every way, drops what it was given, and looks at what is left: after each
 * scenario in the memory of all instances of the core, which it tells of as JSON; and in the end, when
 * the garbage is collected, it writes the heap to a file.
 *
 *     node --expose-gc --import tsx program.ts <file>
 */
import { writeHeapSnapshot } from 'node:v8'
import { Core } from '../../../js/core/core.ts'
import { SCENARIOS, wordsOf } from './scenarios.ts'
import { found } from './secrets.ts'

const cores = new Set<Core>()
const create = Core.create.bind(Core)
Core.create = () => {
  const core = create()
  cores.add(core)
  return core
}

const [file = ''] = process.argv.slice(2)
const kept: unknown[] = []
const left: Record<string, string[]> = {}
for (const [name, scenario] of Object.entries(SCENARIOS)) {
  kept.push(await scenario(wordsOf(name)))
  const memories = Array.from(cores, ({ bytes }) => Buffer.from(bytes.buffer))
  left[name] = memories.flatMap((memory) => found(name, (part) => memory.includes(part, 0, 'latin1')))
}
console.log(JSON.stringify(left))
// The engine may still hold what came last: that is nobody's secret.
kept.push(await SCENARIOS['set and get']?.(wordsOf('the last one')))
for (let round = 0; round < 5; round++) {
  await new Promise((resolve) => setTimeout(resolve, 10))
  ;(globalThis as { gc?: () => void }).gc?.()
}
writeHeapSnapshot(file)
// What is looked at is what is reachable from here.
if (kept.length === 0) throw new Error('there is nothing to look at')
process.exit(0)
