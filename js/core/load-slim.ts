import { CacheError } from '../errors.ts'

/** What the core can be compiled from: `core.wasm` as a module, as bytes, or as the answer of a request for it. */
export type CoreSource = WebAssembly.Module | BufferSource | Response | PromiseLike<Response>

let given: WebAssembly.Module | undefined

/**
 * Hands over the core, `omnicache/core.wasm`, before the first cache is made. A module or bytes are taken at
 * once, so there is no need to wait; a response is compiled while it arrives.
 *
 * @example
 * await init(fetch('/core.wasm'))
 *
 * @throws CacheError `UNSUPPORTED_RUNTIME` where the response is no success, or what it holds is not WebAssembly.
 */
export function init(source: CoreSource): Promise<void> {
  try {
    if (isModule(source)) given = source
    else if (isBytes(source)) given = new WebAssembly.Module(source)
    else return receive(source)
    return Promise.resolve()
  } catch (cause) {
    return Promise.reject(refused(cause))
  }
}

/**
 * The core that was handed over.
 *
 * @throws CacheError `UNSUPPORTED_RUNTIME` where none was.
 */
export function load(): WebAssembly.Module {
  if (given !== undefined) return given
  throw new CacheError(
    'UNSUPPORTED_RUNTIME',
    'omnicache/slim: call `init` with omnicache/core.wasm before the first use',
  )
}

async function receive(source: Response | PromiseLike<Response>): Promise<void> {
  try {
    const response = await source
    if (typeof response?.ok !== 'boolean')
      throw new Error('it is no module, no bytes and no response, as `fetch` answers')
    if (!response.ok) throw new Error(`the request was answered with ${response.status}`)
    given = await compile(response)
  } catch (cause) {
    throw refused(cause)
  }
}

/** Servers that do not know the type `application/wasm` serve bytes: these are compiled when all are there. */
async function compile(response: Response): Promise<WebAssembly.Module> {
  const isWasm = response.headers.get('content-type')?.startsWith('application/wasm') === true
  if (isWasm && typeof WebAssembly.compileStreaming === 'function') return WebAssembly.compileStreaming(response)
  return WebAssembly.compile(await response.arrayBuffer())
}

/** Told by its name, like bytes: it may come from another realm. */
function isModule(source: CoreSource): source is WebAssembly.Module {
  return nameOf(source) === 'WebAssembly.Module'
}

function isBytes(source: CoreSource): source is BufferSource {
  return ArrayBuffer.isView(source) || nameOf(source) === 'ArrayBuffer'
}

function nameOf(source: object): string {
  return Object.prototype.toString.call(source).slice('[object '.length, -1)
}

function refused(cause: unknown): CacheError {
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new CacheError('UNSUPPORTED_RUNTIME', `omnicache/slim: what \`init\` was given is not the core: ${reason}`, {
    cause,
  })
}
