/**
 * What kind of object a value is, wherever it was made: values cross realms (vm contexts,
 * Jest, Next's edge runtime), so classes are told by name and by tag, not by `instanceof`.
 */

/** Whether `value` is `{}`-like: its prototype is the `Object.prototype` of some realm. */
export function isPlainObject(value: object): value is Record<string, unknown> {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || isRootPrototype(prototype)
}

/** Whether `value` is an array, and not one of a subclass. */
export function isPlainArray(value: object): value is unknown[] {
  if (!Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  // The `Array.prototype` of any realm is an array itself; that of a subclass is not.
  return prototype === Array.prototype || Array.isArray(prototype)
}

/** The class that an object has by the language's own account: 'Date', 'Map', 'Object', … */
export function tagOf(value: object): string {
  return Object.prototype.toString.call(value).slice('[object '.length, -1)
}

/** The name of an object's class, or '' when it has none. */
export function classNameOf(value: object): string {
  const type: unknown = Object.getPrototypeOf(value)?.constructor
  return typeof type === 'function' ? type.name : ''
}

/** Whether `prototype` is an `Object.prototype`: the root of a realm's objects. */
function isRootPrototype(prototype: unknown): boolean {
  return (
    typeof prototype === 'object' &&
    prototype !== null &&
    Object.getPrototypeOf(prototype) === null &&
    Object.hasOwn(prototype, 'hasOwnProperty') &&
    Object.hasOwn(prototype, 'constructor')
  )
}
