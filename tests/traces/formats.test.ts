import { describe, expect, test } from 'vitest'
import { Survey } from '../../js/simulate/engine/survey.ts'
import { hasTraces, openFile, tableAfter } from './shared.ts'

interface Expected {
  readonly file: string
  readonly requests: number
  readonly keys: number
}

/** Each file with what the page says is in it: `505,500/1,011`, or `10,000 / 1,498 paths`, parted by `·`. */
function expected(): Expected[] {
  if (!hasTraces) return []
  return tableAfter('file', 'what').flatMap(([files = '', , counts = '']) => {
    const [, shared] = /\((\.[\w.]+)\)/.exec(files) ?? []
    const names = files.replace(/ *\(.*\)/, '').split(/, */)
    return [...counts.matchAll(/(\d[\d,]*) ?\/ ?(\d[\d,]*)/g)].map(([, requests = '', keys = ''], i) => ({
      file: `${names[i]}${shared ?? ''}`,
      requests: Number(requests.replaceAll(',', '')),
      keys: Number(keys.replaceAll(',', '')),
    }))
  })
}

const all = expected()

test.skipIf(!hasTraces)('the page tells of all traces', () => {
  expect(all).toHaveLength(12)
})

describe.skipIf(!hasTraces)('the format of a real trace is told, and all of it read', () => {
  for (const { file, requests, keys } of all) {
    test(file, async () => {
      const survey = new Survey()
      const trace = await openFile(file)
      expect(await trace.read((batch) => survey.run(batch))).toBe(0)
      expect(survey.requests).toBe(requests)
      expect(survey.keys).toBe(keys)
    })
  }
})
