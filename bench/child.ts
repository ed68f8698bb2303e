/** One contender in a process of its own, at its parent's orders. */

import { omnicache, omnicacheMemory } from './lib/omnicache.ts'
import { type Question, respondent } from './lib/orders.ts'
import { allWorks } from './works/index.ts'

const respond = respondent(allWorks({ ...(await omnicacheMemory()), ...(await omnicache()) }))

process.on('message', async (question: Question) => {
  process.send?.(await respond(question))
})
