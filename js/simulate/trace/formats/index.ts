import { accessLog } from './access-log.ts'
import { adaptSize } from './adapt-size.ts'
import { address } from './address.ts'
import { arc } from './arc.ts'
import { wholeNumbers } from './binary.ts'
import { csv } from './csv.ts'
import type { Format } from './format.ts'
import { oracleGeneral } from './oracle-general.ts'
import { textKeys } from './text-keys.ts'

/** All formats, by what `--format` calls them. */
export const FORMATS = {
  keys: textKeys,
  arc,
  int32: wholeNumbers(32),
  int64: wholeNumbers(64),
  oracleGeneral,
  csv,
  adaptsize: adaptSize,
  address,
  log: accessLog,
} as const satisfies Readonly<Record<string, Format>>

/** What `--format` calls a format. */
export type FormatName = keyof typeof FORMATS
