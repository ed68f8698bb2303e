import type { ScanStep } from '../driver.ts'
import { tierError } from '../tier-error.ts'
import { escapeGlob } from './commands.ts'
import { type RedisLink, TIER } from './link.ts'

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/**
 * One SCAN on one of the nodes that hold keys of their own. The cursor is the node's number, and
 * where it is to go on: while a cluster hands slots from one node to another, keys may be missed.
 */
export async function scanPrefix(link: RedisLink, prefix: string, cursor = '0:0'): Promise<ScanStep> {
  const [first = '0', at = '0'] = cursor.split(':')
  const node = Number(first)
  const skip = Buffer.byteLength(link.keyPrefix)
  try {
    const scanners = await link.scanners()
    const scan = scanners[node]
    if (scan === undefined) return { keys: [], cursor: undefined }
    const step = await scan(at, `${escapeGlob(link.keyPrefix + prefix)}*`)
    const keys = step.keys.flatMap((key) => text(key.subarray(skip)))
    if (step.cursor !== '0') return { keys, cursor: `${node}:${step.cursor}` }
    return { keys, cursor: node + 1 < scanners.length ? `${node + 1}:0` : undefined }
  } catch (error) {
    throw tierError(TIER, error)
  }
}

/** The key, or none where it is no text: then it is not one of ours. */
function text(key: Uint8Array): string[] {
  try {
    return [decoder.decode(key)]
  } catch {
    return []
  }
}
