import * as library from 'xz-decompress'

interface Library {
  readonly XzReadableStream: typeof library.XzReadableStream
}

// It is CommonJS packed by webpack: Node finds none of its names, only a default that has them.
const found: Library = 'default' in library ? (library.default as Library) : library

/** What is in the xz data of another stream. */
export const XzReadableStream = found.XzReadableStream
