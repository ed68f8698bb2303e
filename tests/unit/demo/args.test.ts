import { describe, expect, it } from 'vitest'
import { parseCommand, UsageError } from '../../../demo/args.ts'

describe('the command line', () => {
  it.each([
    [[], { kind: 'run', seed: 1, file: undefined, requests: undefined }],
    [['access.log'], { kind: 'run', seed: 1, file: 'access.log', requests: undefined }],
    [['--requests', '500', '--seed=9'], { kind: 'run', seed: 9, file: undefined, requests: 500 }],
    [['--serve'], { kind: 'serve', seed: 1, port: 0, load: true }],
    [['--serve', '--port', '8080', '--no-load'], { kind: 'serve', seed: 1, port: 8080, load: false }],
    [['--help', 'x', 'y'], { kind: 'help' }],
  ])('%j is understood', (argv, command) => {
    expect(parseCommand(argv)).toEqual(command)
  })

  it.each([
    [['--fast'], /--fast/],
    [['--requests'], /--requests/],
    [['--requests', 'many'], /--requests is a whole number from 100 to/],
    [['--requests', '99'], /not '99'/],
    [['--seed', '-1'], /--seed/],
    [['--seed', '1e3'], /not '1e3'/],
    [['--serve', '--port', '65536'], /from 0 to 65535/],
    [['a.log', 'b.log'], /one log file at a time/],
    [['--serve', 'a.log'], /replayed by the demo/],
    [['--serve', '--requests', '500'], /belongs to the demo/],
    [['--port', '80'], /needs --serve/],
    [['--no-load'], /needs --serve/],
  ])('%j is refused in one line', (argv, message) => {
    const parse = () => parseCommand(argv)
    expect(parse).toThrow(UsageError)
    expect(parse).toThrow(message)
    expect(parse).not.toThrow(/\n/)
  })
})
