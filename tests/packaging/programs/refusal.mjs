/**
 * What a tier says where it cannot work.
 *
 * @param {string} text What the message must name, such as what to use instead.
 * @param {() => unknown} use Makes the tier, or uses it.
 * @param {string} [code]
 */
export async function refused(text, use, code = 'UNSUPPORTED_RUNTIME') {
  let answer
  try {
    answer = await use()
  } catch (error) {
    if (error?.code !== code) throw new Error(`${error?.code ?? error}, not ${code}`, { cause: error })
    if (!error.message.includes(text)) throw new Error(`it does not name ${text}: ${error.message}`)
    return
  }
  throw new Error(`it was not refused: ${String(answer)}`)
}

/**
 * A cache over a Redis that cannot be reached from here serves from memory, and tells why.
 *
 * @param {typeof import('../../../js/index.ts')} omnicache
 * @param {string} text What the reason must name.
 * @param {string} [code]
 */
export async function redisIsRefused({ CacheManager }, text, code) {
  const cache = new CacheManager({ redis: 'redis://127.0.0.1:1/0', timeouts: { close: 50 } })
  if (!(await cache.set('metrics', 'key', 1))) throw new Error('it was not stored')
  if ((await cache.get('metrics', 'key')) !== 1) throw new Error('memory does not serve')
  const use = async () => {
    for (let turn = 0; ; turn++) {
      const { lastError } = cache.status().l2
      // On a busy machine it may take longer to load the tier than a call waits.
      if (lastError !== undefined && (lastError.code !== 'TIMEOUT' || turn === 100)) throw lastError
      await new Promise((resolve) => setTimeout(resolve, 50))
      await cache.get('metrics', `another ${turn}`)
    }
  }
  await refused(text, use, code)
  await cache.close()
}
