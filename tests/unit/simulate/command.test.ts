import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { simulateCommand } from '../../../js/simulate/command.ts'
import { file } from './helpers.ts'

const CLI = join(import.meta.dirname, '..', '..', '..', 'js', 'cli.ts')

/** Where the program has its temporary files. */
const temporary = mkdtempSync(join(tmpdir(), 'omnicache-program-'))
afterAll(() => rmSync(temporary, { recursive: true, force: true }))

/** 30 requests for ten keys in turn. */
const LOOP = Array.from({ length: 30 }, (_, i) => `k${i % 10}`).join('\n')
const SIZED = 'time,key,size\n1,a,10\n2,b,30\n3,a,10\n4,c,50\n'

/** Runs the command in this process; answers what it wrote. */
async function run(...argv: string[]): Promise<{ stdout: string; stderr: string }> {
  const written = { stdout: '', stderr: '' }
  const output = (name: keyof typeof written) => ({
    isTTY: false,
    write: (text: string) => {
      written[name] += text
    },
  })
  const stdin = (async function* () {
    yield Buffer.from(LOOP)
  })()
  await simulateCommand(argv, { stdin, stdout: output('stdout'), stderr: output('stderr') })
  return written
}

/** Starts the program, as a shell does. */
function start(...argv: string[]): ChildProcess {
  const env = { ...process.env, TMPDIR: temporary }
  return spawn(process.execPath, ['--import', 'tsx', CLI, ...argv], { stdio: ['pipe', 'pipe', 'pipe'], env })
}

/** Runs the program to its end. */
function program(input: string, ...argv: string[]): Promise<{ code: number | null; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    const child = start(...argv)
    const written = { stdout: '', stderr: '' }
    child.stdout?.on('data', (data) => (written.stdout += data))
    child.stderr?.on('data', (data) => (written.stderr += data))
    child.on('close', (code) => resolve({ code, ...written }))
    child.stdin?.on('error', () => {})
    child.stdin?.end(input)
  })
}

describe('the report', () => {
  it('is a table of policies and sizes', async () => {
    const { stdout, stderr } = await run(file(LOOP, 'loop'), '--sizes', '5,10,50%', '--policy', 'lru,optimum')
    const lines = stdout.split('\n')
    expect(lines[0]).toMatch(/loop$/)
    expect(lines[1]).toBe('keys, one a line · 30 requests for 10 keys')
    expect(lines.slice(3, -3)).toEqual([
      'Hit ratio, %',
      '',
      'policy       5     10',
      '───────  ─────  ─────',
      'lru       0.00  66.67',
      '───────  ─────  ─────',
      'optimum  33.33  66.67',
    ])
    expect(lines.at(-2)).toMatch(/^4 caches in \d+\.\d s: [\d,]+ requests\/s$/)
    expect(stderr).toBe('')
  })

  it('tells bytes where the trace does, and marks what is a bound', async () => {
    const { stdout } = await run(file(SIZED, 'x.csv'), '--sizes', '50%,45%B', '--policy', 'lru,optimum')
    expect(stdout).toContain(
      'CSV with a header, key in column 2, size in column 3 · 4 requests for 3 keys · 100 B (the keys: 90 B)',
    )
    const [, ratios = '', bytes = ''] = stdout.split('atio, %\n')
    expect(ratios).toMatch(/ 50% .* 45% /)
    expect(ratios).toMatch(/lru +25\.00 +25\.00\n/)
    expect(ratios).toMatch(/optimum +25\.00 +≤ 25\.00\n/)
    expect(bytes).toMatch(/lru +10\.00 +10\.00\n/)
    expect(stdout).toContain('≤ is a bound')
  })

  it('does not count keys where nobody needs to know', async () => {
    const { stdout } = await run(file(LOOP), '--sizes', '5', '--policy', 'fifo')
    expect(stdout).toContain('30 requests\n')
    expect(stdout).toContain('1 cache in')
  })

  it('follows for each trace, or for all together', async () => {
    const [a, b] = [file(LOOP, 'a'), file('k0\nk1\n', 'b')]
    const each = await run(a, b, '--sizes', '10', '--policy', 'lru', '--json')
    expect(
      each.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).hits),
    ).toEqual([20, 0])
    const both = await run(a, b, '--join', '--sizes', '10', '--policy', 'lru,optimum', '--json')
    expect(
      both.stdout
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      { trace: `${a}+${b}`, requests: 32, hits: 22 },
      { policy: 'optimum', hits: 22 },
    ])
    const first = await run(a, b, '--join', '--requests', '31', '--sizes', '10', '--policy', 'lru', '--json')
    expect(JSON.parse(first.stdout)).toMatchObject({ requests: 31, hits: 21 })
  })

  it('has the optimum of a long trace in parts at several sizes', async () => {
    const part = file(Array.from({ length: 70_001 }, (_, i) => i % 1_000).join('\n'), 'part')
    const { stdout } = await run(part, part, '--join', '--policy', 'optimum', '--sizes', '100,500,1000', '--json')
    const hits = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).hits)
    expect(hits[2]).toBe(139_002)
    // Of each turn of a loop, all but one of those that are kept are hits.
    expect(hits[0] / 140_002).toBeCloseTo(0.1, 2)
    expect(hits[1] / 140_002).toBeCloseTo(0.5, 2)
  })
})

describe('for programs', () => {
  it('there is a line of JSON for each cell, the same names in the same order', async () => {
    const path = file(SIZED, 'x.csv')
    const { stdout } = await run(path, '--sizes', '2,40B', '--policy', 'lru,optimum', '--json')
    const lines = stdout.trim().split('\n')
    expect(lines).toHaveLength(4)
    expect(lines[0]).toBe(
      `{"trace":${JSON.stringify(path)},"policy":"lru","size":2,"requests":4,"hits":1,"hitRatio":0.25,` +
        '"unit":"entries","asked":"2","bytes":100,"hitBytes":10,"byteHitRatio":0.1}',
    )
    expect(
      lines.map((line) => JSON.parse(line)).map(({ policy, size, unit, bound }) => [policy, size, unit, bound]),
    ).toEqual([
      ['lru', 2, 'entries', undefined],
      ['optimum', 2, 'entries', undefined],
      ['lru', 40, 'bytes', undefined],
      ['optimum', 40, 'bytes', true],
    ])
  })

  it('it has no bytes where the trace has no sizes', async () => {
    const { stdout } = await run(file(LOOP), '--sizes', '10', '--policy', 'lru', '--json')
    expect(Object.keys(JSON.parse(stdout))).toEqual([
      'trace',
      'policy',
      'size',
      'requests',
      'hits',
      'hitRatio',
      'unit',
      'asked',
    ])
  })
})

describe('the plot', () => {
  it('is an SVG that tells what it shows', async () => {
    const svg = file('', 'plot.svg')
    await run(file(SIZED, 'a&b.csv'), '--sizes', '1,2,3,45B', '--svg', svg)
    const text = readFileSync(svg, 'utf8')
    expect(text).toMatch(/^<svg [^>]*role="img" aria-labelledby="title description">/)
    expect(text).toMatch(/<title id="title">Hit ratios of \d+-a&amp;b\.csv<\/title>/)
    expect(text).toContain('lru 0.0 at 1, 25.0 at 2, 25.0 at 3')
    expect(text.match(/class="panel"/g)).toHaveLength(4)
    expect(text).not.toMatch(/NaN|undefined|Infinity/)
    expect(text.match(/<g[ >]/g)).toHaveLength(text.match(/<\/g>/g)?.length ?? 0)
  })

  it('can be drawn of a single size, and where nothing is ever hit', async () => {
    const svg = file('', 'plot.svg')
    await run(file('a\nb\nc\n'), '--sizes', '2', '--svg', svg)
    expect(readFileSync(svg, 'utf8')).not.toMatch(/NaN|undefined|Infinity/)
  })

  it('never takes the place of a trace, however that is named', async () => {
    const trace = file(LOOP)
    const link = file('', 'link.svg')
    rmSync(link)
    symlinkSync(trace, link)
    for (const svg of [trace, link]) {
      await expect(run(trace, '--sizes', '2', '--svg', svg)).rejects.toThrow(/would overwrite the trace/)
    }
    await expect(run(file(LOOP), trace, '--join', '--sizes', '2', '--svg', trace)).rejects.toThrow(/would overwrite/)
    expect(readFileSync(trace, 'utf8')).toBe(LOOP)
  })

  it('that cannot be written is told', async () => {
    await expect(run(file(LOOP), '--sizes', '2', '--svg', '/no/such/folder/x.svg')).rejects.toThrow(
      /x\.svg: the plot cannot be written/,
    )
  })
})

describe('what a trace cannot tell', () => {
  it('is bytes, where it has no sizes', async () => {
    await expect(run(file(LOOP), '--sizes', '64MB')).rejects.toThrow(
      /does not tell the bytes of its objects.*--sizes in entries or %/,
    )
  })

  it('is anything, where it has no request', async () => {
    await expect(run(file('*\n'), '--format', 'keys')).rejects.toThrow(/there is no request in it/)
  })
})

describe('the program omnicache', () => {
  it('reads the standard input, and leaves nothing behind', async () => {
    const { code, stdout, stderr } = await program(
      LOOP,
      'simulate',
      '-',
      '--sizes',
      '10',
      '--policy',
      'lru,optimum',
      '--json',
    )
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
    expect(JSON.parse(stdout.split('\n')[0] ?? '')).toMatchObject({ trace: 'stdin', requests: 30, hits: 20 })
    expect(readdirSync(temporary).filter((name) => name.startsWith('omnicache-'))).toEqual([])
  })

  it.each([
    [2, [], /^omnicache: which command\?/],
    [2, ['simulat'], /^omnicache: there is no command 'simulat'; did you mean 'simulate'\?/],
    [2, ['simulate'], /^omnicache: which trace\?.*\n$/],
    [1, ['simulate', '/no/such/trace'], /^omnicache: \/no\/such\/trace: there is no such file\n$/],
  ])('ends with exit code %d: %j', async (expected, argv, message) => {
    const { code, stdout, stderr } = await program('', ...argv)
    expect({ code, stdout }).toEqual({ code: expected, stdout: '' })
    expect(stderr).toMatch(message)
  })

  it('helps', async () => {
    expect(await program('', '--help')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('simulate'),
      stderr: '',
    })
    expect(await program('', 'simulate', '--help')).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('--sizes'),
    })
  })

  it('tells its version', async () => {
    const { version } = JSON.parse(readFileSync(join(CLI, '..', '..', 'package.json'), 'utf8'))
    expect(await program('', '--version')).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: '' })
  })

  it('removes its temporary files when it is stopped', async () => {
    const child = start('simulate', '-', '--policy', 'optimum')
    child.stdin?.write('a\n')
    await vi.waitFor(() => expect(readdirSync(temporary).join()).toContain('omnicache-'), 10_000)
    child.kill('SIGINT')
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(130)
    expect(readdirSync(temporary).filter((name) => name.startsWith('omnicache-'))).toEqual([])
  })

  it('ends without a word when nobody reads on', async () => {
    const child = start('simulate', file(LOOP), '--json')
    let stderr = ''
    child.stderr?.on('data', (data) => (stderr += data))
    child.stdout?.destroy()
    expect(await new Promise((resolve) => child.on('close', resolve))).toBe(0)
    expect(stderr).toBe('')
  })
})
