/** The length of a plain envelope's header, and places in it: see docs/wire-format.md. */
export const HEADER_BYTES = 46
export const SERIALIZER_AT = 4
export const STAMP_AT = 8
export const CREATED_AT = 24
export const FRESH_AT = 30
export const STALE_AT = 36
export const LENGTH_AT = 42

/** The length of the checksum behind all else. */
export const CHECKSUM_BYTES = 4

/** A time that never comes: six bytes of ones. */
export const NEVER = 2 ** 48 - 1

/** 'oc', version 1. */
export const MAGIC = [0x6f, 0x63, 1] as const
