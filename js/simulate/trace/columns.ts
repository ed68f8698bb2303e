/** Which columns of a table hold what: a name of its header, or a number from 1 on. */
export interface Columns {
  readonly key?: string | undefined
  readonly size?: string | undefined
}
