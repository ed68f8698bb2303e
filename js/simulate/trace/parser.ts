/** Reads the bytes of one trace and tells its requests. */
export interface Parser {
  /** The next bytes; they may end in the middle of a request. */
  write(bytes: Uint8Array): void
  /** There are no more bytes. */
  end(): void
}
