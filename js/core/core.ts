import { type Glue, instantiate } from '../../pkg/glue.js'
import { CacheError } from '../errors.ts'
import { load } from './load-inline.ts'

let compiled: WebAssembly.Module | undefined
let shared: Core | undefined

/**
 * One instance of the WebAssembly core and typed-array views on its memory.
 *
 * A view is detached when the memory grows, and a read of a detached view answers
 * `undefined`. So whoever reads through a view must treat `undefined` as a miss and take
 * the slow path, which gets fresh views here, in one place.
 */
export class Core {
  readonly glue: Glue
  #bytes: Uint8Array
  #numbers: Float64Array
  #crashed = false
  #crash: CacheError | undefined

  private constructor(glue: Glue) {
    this.glue = glue
    this.#bytes = new Uint8Array(glue.memory.buffer)
    this.#numbers = new Float64Array(glue.memory.buffer)
  }

  /** The instance that regions share unless they are large. Made anew after a trap. */
  static shared(): Core {
    if (shared === undefined || shared.crashed) shared = Core.create()
    return shared
  }

  /** An instance of its own: its memory goes back to the system when it is dropped. */
  static create(): Core {
    try {
      compiled ??= load()
      return new Core(instantiate(compiled))
    } catch (cause) {
      if (cause instanceof CacheError) throw cause
      throw new CacheError('UNSUPPORTED_RUNTIME', loadFailure(cause), { cause })
    }
  }

  /** Whether the instance trapped; then its memory can be read and nothing in it called. */
  get crashed(): boolean {
    return this.#crashed
  }

  /** All of linear memory as bytes. Not to be held across a call that may allocate. */
  get bytes(): Uint8Array {
    if (this.#bytes.length === 0) this.#bytes = new Uint8Array(this.glue.memory.buffer)
    return this.#bytes
  }

  /** All of linear memory as 64-bit floats, under the same rule as `bytes`. */
  get numbers(): Float64Array {
    if (this.#numbers.length === 0) this.#numbers = new Float64Array(this.glue.memory.buffer)
    return this.#numbers
  }

  /** `length` unsigned words from the address `pointer` on. */
  words(pointer: number, length: number): Uint32Array {
    return new Uint32Array(this.glue.memory.buffer, pointer, length)
  }

  /** `length` 64-bit floats from the address `pointer` on. */
  floats(pointer: number, length: number): Float64Array {
    return new Float64Array(this.glue.memory.buffer, pointer, length)
  }

  /**
   * Whether `error` is a trap, or a stack overflow inside of the instance, or what an object
   * says that such an overflow left locked: then its state may be half changed, so it is marked
   * as crashed and must be replaced. What JavaScript throws on its own is none. The name is
   * compared, not the class, which differs between realms.
   */
  trapped(error: unknown): boolean {
    const name = error instanceof Error || typeof error === 'object' ? (error as Error | null)?.name : undefined
    // Where the stack is at its end a further call may fail: the name does without.
    const crash =
      name === 'RuntimeError' || isPoisoned(error) || (name !== undefined && overflowed(name, error as Error))
    if (crash) this.#crashed = true
    return crash
  }

  /**
   * The error that tells of this instance's crash: one and the same for all that were in it.
   */
  crash(): CacheError {
    this.#crash ??= new CacheError('CORE_RESTARTED', `the core was restarted after a crash: ${this.#panicMessage()}`)
    return this.#crash
  }

  #panicMessage(): string {
    try {
      return this.glue.panicMessage() || 'it trapped'
    } catch {
      return 'it trapped'
    }
  }
}

/** How every engine calls a function of WebAssembly in a stack trace. */
const WASM_FRAME = 'wasm-function['

/**
 * Whether the stack was at its end inside of an instance. JavaScript may be there, too, when it reads a deep value,
 * and throws such errors for other reasons: of these nothing is half done. Where the trace says nothing, a method that
 * was left in its middle is locked, and the next call tells.
 */
function overflowed(name: string, error: Error): boolean {
  // Firefox has a name of its own for it.
  if (name !== 'RangeError' && name !== 'InternalError') return false
  try {
    const [first = '', second = ''] = String(error.stack).split('\n')
    // The first line is the message in some engines, and a frame in others.
    return (first.startsWith(name) ? second : first).includes(WASM_FRAME)
  } catch {
    // There is no room even for that.
    return true
  }
}

function isPoisoned(error: unknown): boolean {
  return error instanceof Error && error.message.includes('recursive use of an object')
}

function loadFailure(cause: unknown): string {
  const reason = cause instanceof Error ? cause.message : String(cause)
  if (typeof WebAssembly === 'undefined') return 'omnicache needs WebAssembly, which this runtime does not offer'
  // V8 says so in a Worker, and where else the host forbids it: there is no policy to be changed.
  if (reason.includes('by embedder')) {
    return "this runtime compiles no WebAssembly: bundle by its condition, 'workerd' or 'edge-light' (docs/loading.md)"
  }
  // Chromium and WebKit name the policy or the directive, Firefox says "blocked by CSP", Node has a flag for it.
  if (/Content Security Policy|unsafe-eval|code generation|\bCSP\b/i.test(reason)) {
    return "the page's Content Security Policy forbids WebAssembly: add 'wasm-unsafe-eval' to its script-src"
  }
  return `the WebAssembly core could not be started: ${reason}`
}
