/** One contender in a process of its own, at its parent's orders. */

import type { Turn } from './lib/measure.ts'
import { omnicache, omnicacheMemory } from './lib/omnicache.ts'
import { type Answer, carryOut, failed, type Order } from './lib/orders.ts'
import { allWorks } from './works/index.ts'

const works = allWorks({ ...(await omnicacheMemory()), ...(await omnicache()) })
let takeTurn: (() => Promise<Turn>) | undefined

process.on('message', async (question: Order | 'turn') => {
  process.send?.(await answer(question))
})

async function answer(question: Order | 'turn'): Promise<Answer> {
  try {
    if (question === 'turn') return takeTurn === undefined ? {} : { turn: await takeTurn() }
    takeTurn = await carryOut(works, question)
    return {}
  } catch (error) {
    return failed(error)
  }
}
