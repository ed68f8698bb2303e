/** The levels that omnicache writes. */
export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** What a line is about, field by field. Never a value, never a key of an encrypted region. */
export type LogFields = Readonly<Record<string, unknown>>

/** Where omnicache writes: one method per level. */
export type Logger = Readonly<Record<LogLevel, (message: string, fields?: LogFields) => void>>

/**
 * A logger from outside, of any of these shapes:
 *
 * - console and winston: `warn(message, fields)`
 * - pino and bunyan: `warn(fields, message)`
 *
 * It counts as pino-shaped when it has the methods `child` and `fatal` and no `transports`,
 * which are winston's. Of the four levels, those that it has not are dropped. So is `debug` where it
 * is the console itself, which hides nothing in Node: that has a line for each try of an outage.
 */
export type LoggerLike = { readonly [Level in LogLevel]?: (...args: never[]) => unknown }

const LEVELS: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']

/** Writes nothing. */
export const silentLogger: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

/** What a URL may hold before its host. A password may hold anything, so all up to the last '@' goes. */
const CREDENTIALS = /\/\/\S*@/g
/** Names of fields whose values are never shown. */
const SECRET = /secret|password|passphrase|token|credential|authorization|keymaterial|^keys$/i

/**
 * A logger in omnicache's own shape. Lines lose the credentials of URLs and the fields that
 * are secrets by name; errors become their message and code; a logger that throws is ignored.
 */
export function toLogger(target: LoggerLike): Logger {
  const write = isObjectFirst(target) ? fieldsFirst : messageFirst
  const entries = LEVELS.map((level) => [level, writer(target, level, write)] as const)
  return Object.fromEntries(entries) as Logger
}

/** Whether `value` can be a logger: it has a method for a level at least. */
export function isLoggerLike(value: unknown): value is LoggerLike {
  if ((typeof value !== 'object' && typeof value !== 'function') || value === null) return false
  return LEVELS.some((level) => typeof (value as Record<string, unknown>)[level] === 'function')
}

/** A text without the credentials of the URLs in it. */
export function withoutCredentials(text: string): string {
  return text.replace(CREDENTIALS, '//***@')
}

type Write = (message: string, fields: LogFields | undefined) => unknown[]

const messageFirst: Write = (message, fields) => (fields === undefined ? [message] : [message, fields])
const fieldsFirst: Write = (message, fields) => [fields ?? {}, message]

function isObjectFirst(target: object): boolean {
  return hasMethod(target, 'child') && hasMethod(target, 'fatal') && !('transports' in target)
}

function writer(target: LoggerLike, level: LogLevel, write: Write): Logger[LogLevel] {
  if (!hasMethod(target, level) || (level === 'debug' && target === console)) return silentLogger.debug
  return (message, fields) => {
    try {
      const args = write(withoutCredentials(message), fields && cleaned(fields))
      // Looked up at each line: a logger's level can change, and loggers want their `this`.
      ;(target as Record<LogLevel, (...args: unknown[]) => unknown>)[level](...args)
    } catch {
      // A log line is not worth a failure of the cache.
    }
  }
}

function hasMethod(target: object, name: string): boolean {
  return typeof (target as Record<string, unknown>)[name] === 'function'
}

function cleaned(fields: LogFields): LogFields {
  return Object.fromEntries(
    Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => [name, SECRET.test(name) ? '***' : plain(value)]),
  )
}

function plain(value: unknown): unknown {
  if (typeof value === 'string') return withoutCredentials(value)
  if (value instanceof Error) return plainError(value)
  return value
}

/** An error without its stack, with the errors that caused it, as far as anyone wants to read. */
function plainError(error: Error, depth = 0): LogFields {
  const { code } = error as { code?: unknown }
  return {
    name: error.name,
    message: withoutCredentials(error.message),
    ...(code === undefined ? {} : { code }),
    ...(error.cause instanceof Error && depth < 3 ? { cause: plainError(error.cause, depth + 1) } : {}),
  }
}
