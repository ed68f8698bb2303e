/** One contender in a worker of its own, at the page's orders. */

import { type Question, respondent } from '../lib/orders.ts'
import { browserWorks } from './works.ts'

const respond = respondent(browserWorks)

addEventListener('message', async ({ data }: MessageEvent<Question>) => {
  postMessage(await respond(data))
})
