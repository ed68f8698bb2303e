/** What Node calls to print an object, and others who follow it; known by name, so that nothing is imported. */
export const INSPECT: unique symbol = Symbol.for('nodejs.util.inspect.custom') as never

/** How the runtime prints what stands inside; handed in by it. */
export type Inspect = (value: unknown, options?: unknown) => string

/** `Name { size: 3, … }`: figures only, never keys or values. */
export function inspected(
  name: string,
  figures: Readonly<Record<string, unknown>>,
  depth: number,
  options: unknown,
  inspect: Inspect,
): string {
  return depth < 0 ? `[${name}]` : `${name} ${inspect(figures, options)}`
}
