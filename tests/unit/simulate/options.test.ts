import { describe, expect, it } from 'vitest'
import { HELP, parseOptions } from '../../../js/simulate/options.ts'
import { POLICIES } from '../../../js/simulate/policies.ts'
import { FORMATS } from '../../../js/simulate/trace/formats/index.ts'

describe('the options of simulate', () => {
  it('have defaults', () => {
    expect(parseOptions(['a'])).toEqual({
      traces: ['a'],
      join: false,
      policies: POLICIES,
      sizes: [0.001, 0.003, 0.01, 0.03, 0.1, 0.3].map((share) => ({ kind: 'share', share })),
      sizesChosen: false,
      favor: 'objects',
      format: undefined,
      columns: {},
      requests: undefined,
      json: false,
      svg: undefined,
    })
  })

  it('are read, in any order', () => {
    const argv = '--json --policy lru,optimum,lru a --sizes 5,1% --favor bytes --format ORACLEGENERAL b --requests 9'
    expect(parseOptions([...argv.split(' '), '--columns', 'key=url, size=3', '--join', '--svg', 'x.svg'])).toEqual({
      traces: ['a', 'b'],
      join: true,
      policies: ['lru', 'optimum'],
      sizes: [
        { kind: 'entries', amount: 5 },
        { kind: 'share', share: 0.01 },
      ],
      sizesChosen: true,
      favor: 'bytes',
      format: 'oracleGeneral',
      columns: { key: 'url', size: '3' },
      requests: 9,
      json: true,
      svg: 'x.svg',
    })
  })

  it('may only ask for help, which names every option, policy and format', () => {
    expect(parseOptions(['--help', '--svg', 'x'])).toBe('help')
    expect(parseOptions(['-h'])).toBe('help')
    for (const name of [...POLICIES, ...Object.keys(FORMATS)]) expect(HELP).toContain(name)
    expect(Math.max(...HELP.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100)
  })

  it.each([
    [[], /which trace\?/],
    [['a', '--sizs', '5'], /Unknown option '--sizs'; did you mean 'sizes'\? \(--help tells all\)/],
    [['a', '--sizes'], /--sizes/],
    [['a', '--policy', 'lruu'], /no policy 'lruu'; did you mean 'lru'\?/],
    [['a', '--policy', 'ttl'], /lifetimes/],
    [['a', '--policy', ''], /no policy ''/],
    [['a', '--favor', 'both'], /objects or bytes, not 'both'/],
    [['a', '--format', 'oraclegenral'], /no format 'oraclegenral'; did you mean 'oracleGeneral'\?; there are keys/],
    [['a', '--columns', 'url'], /key=url,size=bytes/],
    [['a', '--columns', 'time=1'], /key=url,size=bytes/],
    [['a', '--requests', '0'], /from 1 up, not '0'/],
    [['a', 'b', '--svg', 'x'], /one trace at a time/],
    [['-', '-', '--join'], /only once/],
  ])('are refused in one line where they are wrong: %j', (argv, message) => {
    const wrong = expect.objectContaining({ name: 'UsageError', message: expect.stringMatching(message) })
    expect(() => parseOptions(argv)).toThrow(wrong)
  })
})
