/** One contender in a process of its own, at its parent's orders, with the Redis at OMNICACHE_BENCH_REDIS. */

import { omnicache } from '../lib/omnicache.ts'
import { type Question, respondent } from '../lib/orders.ts'
import { SERVER } from './server.ts'
import { redisWorks } from './works.ts'

const respond = respondent(redisWorks(await omnicache(), process.env[SERVER] ?? ''))

process.on('message', async (question: Question) => {
  process.send?.(await respond(question))
})
