// @ts-check
/** What the scripts print of a command that failed, and of the time that passed. */

/** Of a long output only this much of the end is shown. */
const SHOWN_LINES = 400

/** @param {string} output */
export function show(output) {
  const lines = output.trimEnd().split('\n')
  const hidden = lines.length - SHOWN_LINES
  if (hidden > 0) console.log(`    (${hidden} lines before these)`)
  for (const line of lines.slice(-SHOWN_LINES)) console.log(`    ${line}`)
}

/** @param {number} began What `performance.now()` was. */
export function secondsSince(began) {
  return (performance.now() - began) / 1000
}
