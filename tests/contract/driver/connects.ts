import { describe, expect, it } from 'vitest'
import { bytes, list, type Trial } from './trial.ts'

/** What `connect`, `close` and `now` must do, and what other drivers see. */
export function connects(trial: Trial): void {
  describe('connecting and closing', () => {
    it('tells the time in ms since 1970', async () => {
      const first = await trial.driver.now()
      expect(Math.abs(first - Date.now())).toBeLessThan(366 * 86_400_000)
      await trial.under.elapse(20)
      expect(await trial.driver.now()).toBeGreaterThanOrEqual(first)
    })

    it('connects as often as it is told to', async () => {
      await Promise.all([trial.driver.connect(), trial.driver.connect()])
      await trial.driver.connect()
      expect(await trial.read('none')).toBeUndefined()
    })

    it('sees what another driver over the same data wrote', async () => {
      const other = await trial.under.another?.()
      expect(trial.driver.shared).toBe(other !== undefined)
      if (other === undefined) return
      await other.setMany([trial.entry('a', bytes(1))])
      expect(list(await trial.read('a'))).toEqual([1])
      await other.close()
    })

    it('closes as often as it is told to, and does nothing afterwards', async () => {
      const other = (await trial.under.another?.()) ?? trial.driver
      await Promise.all([other.close(), other.close()])
      await other.close()
      const late = [
        () => other.getMany([trial.key('a')]),
        () => other.setMany([trial.entry('a', bytes(1))]),
        () => other.exchangeMany([trial.entry('a', bytes(1))], true),
        () => other.setIfAbsent(trial.key('a'), bytes(1)),
        () => other.commit([trial.entry('a', bytes(1))]),
        () => other.deleteMany([trial.key('a')]),
        () => other.deletePrefix(trial.key('a')),
        () => other.now(),
        () => other.connect(),
      ]
      for (const call of late) await expect(call()).rejects.toMatchObject({ code: 'CLOSED' })
    })
  })
}
