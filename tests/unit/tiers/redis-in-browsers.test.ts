import { expect, test } from 'vitest'
import { redisDriver } from '../../../js/tiers/redis/none.ts'

test('a bundle for browsers says what there is in place of Redis over TCP', () => {
  expect(redisDriver).toThrow(
    expect.objectContaining({
      code: 'UNSUPPORTED_RUNTIME',
      message: expect.stringMatching(/omnicache\/indexeddb.*omnicache\/upstash/),
    }),
  )
})
