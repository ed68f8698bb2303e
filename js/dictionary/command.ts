import { readFile, writeFile } from 'node:fs/promises'
import { RegionCodec } from '../cache/entries/region-codec.ts'
import { trainDictionary } from '../cache/train-dictionary.ts'
import { jsonSerializer, ValueSerializer } from '../codec/serializer.ts'
import { encodeUtf8 } from '../codec/text.ts'
import { Core } from '../core/core.ts'
import { UsageError } from '../simulate/usage-error.ts'
import type { Output } from '../terminal/progress.ts'
import { type Form, HELP, parseTrainCommand, type TrainCommand } from './options.ts'

/** One sample in so many is kept apart. */
const HELD_OUT = 5

/** What is beside the body in an envelope: header and checksum. */
const AROUND = 50

const TIMES = { stamp: new Uint8Array(16), created: 0, freshUntil: 1, staleUntil: 1 }

/**
 * Runs `omnicache dictionary` with the arguments after it.
 *
 * @throws UsageError, CacheError
 */
export async function dictionaryCommand(argv: readonly string[], { stdout }: { stdout: Output }): Promise<void> {
  const command = parseTrainCommand(argv)
  if (command === 'help') {
    stdout.write(`${HELP}\n`)
    return
  }
  const samples = await readSamples(command)
  const isTested = (_: Uint8Array, i: number) => i % HELD_OUT === HELD_OUT - 1
  const tested = samples.filter(isTested)
  const dictionary = trainDictionary(
    samples.filter((sample, i) => !isTested(sample, i)),
    { size: command.size },
  )
  await written(command.output, dictionary)
  stdout.write(`${command.output}: ${count(dictionary.length)} bytes, of ${count(samples.length)} samples\n`)
  stdout.write(`${verdict(tested, dictionary)}\n`)
}

/** What the dictionary makes of samples that it was not made from. */
function verdict(tested: readonly Uint8Array[], dictionary: Uint8Array): string {
  if (tested.length === 0) return `too few samples to keep some apart: ${HELD_OUT} are needed`
  const total = tested.reduce((sum, { length }) => sum + length, 0)
  const told = (bytes: number) => `${count(bytes)} bytes (${(total / bytes).toFixed(2)} times smaller)`
  return [
    `${count(tested.length)} samples that it was not made from, ${count(total)} bytes, but for the ${AROUND} that each entry takes besides:`,
    `  with it     ${told(stored(tested, dictionary))}`,
    `  without it  ${told(stored(tested, undefined))}`,
  ].join('\n')
}

/** How many bytes the samples take in a region that compresses all of them. */
function stored(samples: readonly Uint8Array[], dictionary: Uint8Array | undefined): number {
  const codec = new RegionCodec(Core.shared(), {
    region: 'samples',
    serializer: new ValueSerializer(),
    compression: 'deflate',
    compressAbove: 1,
    dictionary: dictionary && { current: dictionary, others: [] },
    keys: undefined,
  })
  const sizes = samples.map((sample) => codec.seal('', sample, TIMES, undefined).envelope.length - AROUND)
  codec.dispose()
  return sizes.reduce((sum, size) => sum + size, 0)
}

async function readSamples({ samples, lines, form }: TrainCommand): Promise<Uint8Array[]> {
  const all: Uint8Array[] = []
  for (const path of samples) {
    const bytes = await readFile(path).catch((cause: Error) => {
      throw new UsageError(`${path} cannot be read (${cause.message})`, { cause })
    })
    const parts = lines || /\.(ndjson|jsonl)$/.test(path) ? linesOf(bytes) : [bytes]
    for (const [i, part] of parts.entries()) {
      if (part.length > 0) all.push(sampleOf(part, form, parts.length > 1 ? `${path}, line ${i + 1}` : path))
    }
  }
  if (all.length === 0)
    throw new UsageError(`there are no samples: ${samples.join(', ')} ${samples.length > 1 ? 'are' : 'is'} empty`)
  return all
}

function linesOf(bytes: Uint8Array): Uint8Array[] {
  const lines: Uint8Array[] = []
  for (let from = 0; from < bytes.length; ) {
    const end = bytes.indexOf(10, from)
    lines.push(bytes.subarray(from, end < 0 ? bytes.length : end))
    from = end < 0 ? bytes.length : end + 1
  }
  return lines
}

/** The bytes that a region compresses. */
function sampleOf(bytes: Uint8Array, form: Form, place: string): Uint8Array {
  if (form === 'none') return bytes
  const { data } = new ValueSerializer(form === 'json' ? jsonSerializer : undefined).serialize(parsed(bytes, place))
  return typeof data === 'string' ? encodeUtf8(data) : data.slice()
}

function parsed(bytes: Uint8Array, place: string): unknown {
  try {
    return jsonSerializer.deserialize(bytes)
  } catch (cause) {
    throw new UsageError(`${place} is not JSON; samples that are not take --serializer none`, { cause })
  }
}

async function written(path: string, dictionary: Uint8Array): Promise<void> {
  await writeFile(path, dictionary).catch((cause: Error) => {
    throw new UsageError(`${path} cannot be written (${cause.message})`, { cause })
  })
}

function count(value: number): string {
  return value.toLocaleString('en-US')
}
