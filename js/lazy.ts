/**
 * Looks for something when it is first asked for: loading one of Node's modules takes 1 or 2 ms of a process that
 * begins. What a runtime only seems to have, as where finding it throws, is as good as missing.
 */
export function lazy<T>(find: () => T | undefined): () => T | undefined {
  let isSought = false
  let result: T | undefined
  return () => {
    if (isSought) return result
    isSought = true
    try {
      result = find()
    } catch {
      // Then there is none.
    }
    return result
  }
}
