import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'

test('the build refuses a flag that there is not, and builds nothing', () => {
  // Without a path, whatever it would run is not found.
  const env = { ...process.env, PATH: '' }
  const { status, stderr } = spawnSync(process.execPath, ['scripts/build.mjs', '--chek'], { env, encoding: 'utf8' })
  expect(stderr).toBe("There is no flag '--chek'; there are --check, --dist, --pkg.\n")
  expect(status).toBe(2)
})
