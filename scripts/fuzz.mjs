// @ts-check
/**
 * Fuzzes the core. It needs nightly Rust and `cargo install cargo-fuzz`.
 *
 *   npm run fuzz                              ten minutes, all targets
 *   npm run fuzz -- --minutes 60 envelope     an hour of one of them
 */

import { parseArgs } from 'node:util'
import { build, fuzz, TARGETS } from './lib/fuzz.mjs'

const { values, positionals } = parseArgs({ options: { minutes: { type: 'string' } }, allowPositionals: true })
const minutes = Number(values.minutes ?? 10)
const targets = positionals.length > 0 ? positionals : TARGETS
const unknown = targets.filter((name) => !TARGETS.includes(name))
if (unknown.length > 0 || !(minutes > 0)) {
  console.error(`usage: npm run fuzz -- [--minutes N] [target …]; the targets are ${TARGETS.join(', ')}`)
  process.exit(2)
}
process.exitCode = (await runAll()) ? 0 : 1

async function runAll() {
  const built = await build()
  if (!built.ok) {
    console.error(built.output)
    return false
  }
  const seconds = Math.max(1, Math.round((minutes * 60) / targets.length))
  let [failed, total] = [0, 0]
  for (const target of targets) {
    const { ok, output, executions } = await fuzz(built.folder, target, seconds)
    console.log(
      `${target.padEnd(12)}${ok ? 'ok' : 'FAILED'}  ${executions.toLocaleString('en')} executions in ${seconds} s`,
    )
    if (!ok) console.log(output.split('\n').slice(-60).join('\n'))
    failed += ok ? 0 : 1
    total += executions
  }
  console.log(`${total.toLocaleString('en')} executions`)
  console.log(`${targets.length - failed} passed, ${failed} failed`)
  return failed === 0
}
