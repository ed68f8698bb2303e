import { CacheError } from '../../errors.ts'

/** Where a Redis listens and how to get in, read from a URL. */
export interface RedisAddress {
  readonly host?: string
  readonly port?: number
  /** A Unix socket, instead of host and port. */
  readonly path?: string
  readonly tls: boolean
  readonly username?: string
  readonly password?: string
  readonly database?: number
}

const SHAPES = 'redis://[user:password@]host[:port][/database], rediss://… for TLS, or unix:///path[?db=database]'

/** A host and perhaps a port: nothing in it can be a password. */
const BARE = /^[a-z][a-z0-9-]*(\.[a-z0-9-]+)*(:\d{1,5})?$/i

/**
 * Reads `redis://`, `rediss://` and `unix://` URLs.
 *
 * @param port - The port where the URL names none.
 * @throws CacheError `INVALID_OPTION`; the message never repeats the URL, which may hold a password.
 */
export function parseAddress(url: string, port = 6379): RedisAddress {
  const parsed = parse(url)
  switch (parsed?.protocol) {
    case 'redis:':
    case 'rediss:':
      return overTcp(parsed, port)
    case 'unix:':
      return overSocket(parsed)
    default:
      throw invalid(`a Redis URL has the shape ${SHAPES}${BARE.test(url) ? `; did you mean redis://${url}?` : ''}`)
  }
}

/** `URL.parse`, which not every runtime has. */
function parse(url: string): URL | undefined {
  try {
    return new URL(url)
  } catch {
    return undefined
  }
}

function overTcp(url: URL, port: number): RedisAddress {
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1') || 'localhost',
    port: url.port === '' ? port : Number(url.port),
    tls: url.protocol === 'rediss:',
    ...credentials(url),
    ...database(url.searchParams.get('db') ?? url.pathname.slice(1)),
  }
}

function overSocket(url: URL): RedisAddress {
  const path = decoded(url.pathname)
  if (path.length < 2 || url.hostname !== '') throw invalid('a unix: URL has the shape unix:///path[?db=database]')
  return { path, tls: false, ...credentials(url), ...database(url.searchParams.get('db') ?? '') }
}

function credentials({ username, password }: URL): Pick<RedisAddress, 'username' | 'password'> {
  return {
    ...(username === '' ? {} : { username: decoded(username) }),
    ...(password === '' ? {} : { password: decoded(password) }),
  }
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    throw invalid("a '%' in a Redis URL is written as %25")
  }
}

function database(text: string): Pick<RedisAddress, 'database'> {
  if (text === '') return {}
  if (!/^\d{1,9}$/.test(text)) throw invalid('the database in a Redis URL is a whole number, such as …/0')
  return { database: Number(text) }
}

function invalid(message: string): CacheError {
  return new CacheError('INVALID_OPTION', `redis: ${message}`, { context: { option: 'redis' } })
}
