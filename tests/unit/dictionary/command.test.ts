import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { dictionaryCommand } from '../../../js/dictionary/command.ts'
import { UsageError } from '../../../js/simulate/usage-error.ts'
import { file } from '../simulate/helpers.ts'

const LINES = Array.from({ length: 100 }, (_, i) =>
  JSON.stringify({ id: i * 7919, name: `user ${i * 31}`, plan: i % 2 > 0 ? 'enterprise' : 'starter', active: true }),
)

/** Runs the command; answers what it wrote to the terminal, and to its file. */
async function run(...argv: string[]): Promise<{ stdout: string; dictionary: Uint8Array }> {
  const written: string[] = []
  const output = file('')
  await dictionaryCommand([...argv, '-o', output], {
    stdout: { isTTY: false, write: (text: string) => void written.push(text) },
  })
  return { stdout: written.join(''), dictionary: readFileSync(output) }
}

describe('omnicache dictionary train', () => {
  it('writes a dictionary, and tells what it makes of samples that it was not made from', async () => {
    const { stdout, dictionary } = await run('train', file(LINES.join('\n'), 'users.ndjson'), '--size', '1KB')
    expect(dictionary.length).toBeGreaterThan(20)
    expect(dictionary.length).toBeLessThanOrEqual(1_024)
    expect(stdout).toContain(`: ${dictionary.length.toLocaleString('en-US')} bytes, of 100 samples`)
    const [, with_, without] = /with it\D+([\d,]+) bytes[\s\S]*without it\D+([\d,]+) bytes/.exec(stdout) ?? []
    expect(Number(with_?.replace(',', '')) * 2).toBeLessThan(Number(without?.replace(',', '')))
  })

  it('takes a sample from each line, or from each file', async () => {
    const paths = LINES.slice(0, 20).map((line) => file(line))
    const apart = await run('train', ...paths)
    const lines = await run('train', file(LINES.slice(0, 20).join('\n')), '--lines')
    expect(apart.dictionary).toEqual(lines.dictionary)
    expect(apart.stdout).toContain('of 20 samples')
  })

  it('takes them in the form in which the region stores them', async () => {
    const path = file(LINES.join('\n'), 'users.jsonl')
    const text = async (form: string) => (await run('train', path, '--serializer', form)).dictionary.toString()
    expect(await text('json')).toContain('"name":"user ')
    expect(await text('none')).toBe(await text('json'))
    expect(await text('omnicache')).not.toContain('"name":')
  })

  it('tells how to use it', async () => {
    expect((await run('--help')).stdout).toContain('omnicache dictionary train SAMPLES... -o FILE')
  })

  it.each<[string, string[], string]>([
    ['nothing', [], 'what about a dictionary?'],
    ['another verb', ['teach', 'x'], 'what about a dictionary?'],
    ['no samples', ['train'], 'which samples?'],
    ['a file that is not there', ['train', '/nowhere'], '/nowhere cannot be read'],
    ['no samples at all', ['train', file(''), file('\n', 'x.ndjson')], 'are empty'],
    ['samples that are not JSON', ['train', file('a\nb', 'x.ndjson')], 'line 1 is not JSON'],
    ['an unknown serializer', ['train', 'x', '--serializer', 'jsn'], "did you mean 'json'?"],
    ['an unknown option', ['train', 'x', '--sise', '1'], "Unknown option '--sise'"],
  ])('refuses %s as wrong use', async (_, argv, message) => {
    const refused = await run(...argv).catch((error: unknown) => error)
    expect(refused).toBeInstanceOf(UsageError)
    expect((refused as Error).message).toContain(message)
  })

  it('says where the file should be named', async () => {
    await expect(dictionaryCommand(['train', 'x'], { stdout: { isTTY: false, write: () => {} } })).rejects.toThrow(
      '-o FILE',
    )
  })
})
