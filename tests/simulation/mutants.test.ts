import { describe, expect, it } from 'vitest'
import { MUTANTS, mutated } from './mutants.ts'
import { runSeed } from './run.ts'

describe('the simulation', () => {
  it.each(MUTANTS)('knows where the flow says: $rule', (mutant) => {
    expect(mutated(mutant)).toContain(mutant.instead)
  })

  it('does the same again for the same seed', async () => {
    const first = await runSeed(42, true, true)
    expect((await runSeed(42, true, true)).trace).toEqual(first.trace)
    expect((await runSeed(43, true, true)).trace).not.toEqual(first.trace)
  })
})
