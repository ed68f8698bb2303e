import type { StandardSchema } from '../../config/types.ts'

/** What a schema made of a value; `undefined` where it refused it. */
export type Checked = { readonly value: unknown } | undefined

/** Asks a schema what it makes of a value. One that throws refuses it. */
export async function check(schema: StandardSchema, value: unknown): Promise<Checked> {
  try {
    const result = await schema['~standard'].validate(value)
    return result.issues === undefined ? { value: result.value } : undefined
  } catch {
    return undefined
  }
}
