/** All that an error says: a stack does not begin with the message in every browser. @param {unknown} error */
export function told(error) {
  const stack = error?.stack ?? ''
  return stack.includes(String(error)) ? stack : `${error}\n${stack}`
}
