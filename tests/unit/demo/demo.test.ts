import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const ENTRY = fileURLToPath(new URL('../../../demo/main.ts', import.meta.url))

interface Ended {
  readonly code: number | null
  readonly out: string
  readonly error: string
}

/** Runs the demo as a user does; `onOutput` sees what it has printed so far, and may stop it. */
async function demo(
  args: readonly string[],
  environment: Record<string, string> = {},
  onOutput: (out: string, stop: () => void) => void = () => {},
): Promise<Ended> {
  const { REDIS_URL: _, ...rest } = process.env
  const child = spawn(process.execPath, ['--import', 'tsx', ENTRY, ...args], { env: { ...rest, ...environment } })
  let out = ''
  let error = ''
  child.stdout.on('data', (chunk) => {
    out += chunk
    onOutput(out, () => child.kill('SIGINT'))
  })
  child.stderr.on('data', (chunk) => {
    error += chunk
  })
  const [code] = await once(child, 'close')
  return { code, out, error }
}

describe('the demo', () => {
  it('drives the service with and without the cache, and tells what it measured', async () => {
    const { code, out, error } = await demo(['--requests', '300'])
    expect({ code, error }).toEqual({ code: 0, error: '' })
    expect(out).toContain('memory only')
    expect(out).toContain('100 %  300 of 300')
    expect(
      out.match(
        /^(?:generation_status|export_cache|user_preferences|api_responses|metrics|article_content|prompt_cache) /gm,
      ),
    ).toHaveLength(14)
    expect(out).toMatch(/^total +300 /m)
    expect(out).toMatch(/: [1-9]\d* the same, 0 different\.$/m)
    expect(out).toContain('What to try next')
  })

  it('replays an access log and tells which lines it left out', async () => {
    const line = (method: string, path: string) =>
      `10.0.0.1 - - [10/Oct/2000:13:55:36 -0700] "${method} ${path} HTTP/1.0" 200 512`
    const file = join(mkdtempSync(join(tmpdir(), 'omnicache-demo-')), 'access.log')
    const lines = ['/', '/a.png', '/', '/feed.xml', '/a.png'].map((path) => line('GET', path))
    writeFileSync(file, [...lines, 'nonsense', line('POST', '/')].join('\n'))
    const { code, out } = await demo([file])
    expect(code).toBe(0)
    expect(out).toContain('5 requests for 3 targets')
    expect(out).toContain('1 lines in no known format, 1 requests that are neither GET nor HEAD')
    expect(out).toMatch(/^total +5 /m)
  })

  it('works with a Redis that is not there, says so, and never shows its password', async () => {
    const { code, out, error } = await demo(['--requests', '100'], { REDIS_URL: 'redis://user:secret@127.0.0.1:1/0' })
    expect(code).toBe(0)
    expect(out).toMatch(/^Redis: 127\.0\.0\.1:1 is away \(.+\), memory serves/m)
    expect(out + error).not.toContain('secret')
  })

  it.each([
    ['an unknown flag', ['--fast'], {}, /^demo: Unknown option '--fast'/],
    ['a file that is not there', ['/no/such.log'], {}, /^demo: cannot read \/no\/such\.log: there is no such file$/],
    ['a wrong REDIS_URL', [], { REDIS_URL: 'http://x' }, /^demo: REDIS_URL .+'http:\/\/x'/],
  ])('answers %s in one line and with exit code 2', async (_, args, environment, message) => {
    const { code, error } = await demo(args, environment)
    expect(error.trimEnd()).toMatch(message)
    expect(error.trimEnd()).not.toContain('\n')
    expect(code).toBe(2)
  })

  it('stops at Ctrl-C', async () => {
    const { code, out } = await demo([], {}, (seen, stop) => seen.includes('25 %') && stop())
    expect(code).toBe(130)
    expect(out).not.toContain('What to try next')
  })
})

describe('the service that is kept up', () => {
  it('prints its address, serves, and stops cleanly at Ctrl-C', async () => {
    let answered: Promise<number> | undefined
    const { code, out, error } = await demo(['--serve'], {}, (seen, stop) => {
      const address = /http:\S+?\/(?=\s)/.exec(seen)?.[0]
      if (address === undefined || answered !== undefined) return
      answered = fetch(address).then((response) => response.status)
      answered.finally(stop)
    })
    expect(await answered).toBe(200)
    expect(out).toMatch(/Stopped\.\n$/)
    expect({ code, error }).toEqual({ code: 0, error: '' })
  })
})
