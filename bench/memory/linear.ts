const memories: WebAssembly.Memory[] = []

/**
 * Watches which linear memories there are: import it before what instantiates them. Their sizes
 * cannot be seen from outside otherwise, and the process' resident memory is a sum of everything.
 */
WebAssembly.Instance = new Proxy(WebAssembly.Instance, {
  construct(target, args: ConstructorParameters<typeof WebAssembly.Instance>) {
    const instance = new target(...args)
    for (const value of Object.values(instance.exports)) if (value instanceof WebAssembly.Memory) memories.push(value)
    return instance
  },
})

/** The bytes of all linear memories together. */
export function linearBytes(): number {
  return memories.reduce((sum, { buffer }) => sum + buffer.byteLength, 0)
}
