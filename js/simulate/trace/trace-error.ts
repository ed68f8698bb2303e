/** A trace cannot be read: told in one line, with the place in it. */
export class TraceError extends Error {
  override readonly name = 'TraceError'
}
