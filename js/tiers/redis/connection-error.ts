import { CacheError } from '../../errors.ts'
import { isErrorReply, TIER } from './link.ts'

/** Where ioredis puts a command, or other errors that have one. */
const REVEALING = ['command', 'previousErrors', 'lastNodeError']

/** Where a client of ours is to connect, for messages. */
export interface Destination {
  /** Host and port, or a path; the seeds of a cluster. */
  readonly name: string
  /** The database that is selected on every connection. */
  readonly database: number
  readonly tls: boolean
}

/**
 * What is said of a connection that failed: what happened and where, each once.
 *
 * @param to - Unknown for a client that was made elsewhere.
 * @param established - Whether the connection stood already, TLS included.
 */
export function connectionError(reported: unknown, to: Destination | undefined, established: boolean): CacheError {
  if (reported instanceof CacheError) return reported
  const cause = withoutCommand(ofNode(reported))
  const said = text(cause)
  return new CacheError('TIER_UNAVAILABLE', `${TIER}: ${placed(said, cause, to, established)}`, {
    cause,
    context: { tier: TIER },
  })
}

/**
 * The same error without the command that ioredis hangs on it with all arguments: passwords,
 * keys and values have no place in a log.
 */
export function withoutCommand(error: unknown): Error {
  if (!(error instanceof Error)) return new Error(String(error))
  if (!REVEALING.some((property) => property in error)) return error
  const bare = new Error(error.message)
  bare.name = error.name
  return bare
}

function placed(said: string, cause: Error, to: Destination | undefined, established: boolean): string {
  if (to === undefined || namesPlace(cause)) return said
  const database = to.database === 0 ? '' : `, database ${to.database}`
  if (established || !to.tls || isErrorReply(cause)) return `${to.name}${database}: ${said}`
  return `TLS handshake with ${to.name} failed: ${said}`
}

/** Whether the message of a system error ends with what could not be reached. */
function namesPlace(error: Error): boolean {
  const [first = error] = error instanceof AggregateError ? error.errors : []
  return 'address' in first || 'hostname' in first
}

/** Node reports the attempts on all addresses of a host as one error without a message. */
function text(error: Error): string {
  const all = error instanceof AggregateError && error.message === '' ? error.errors.map(text) : []
  return [...new Set(all)].join('; ') || error.message || error.name
}

/** What a node said, where an ioredis cluster only says that none could be used. */
function ofNode(error: unknown): unknown {
  return (error as { lastNodeError?: unknown } | null | undefined)?.lastNodeError ?? error
}
