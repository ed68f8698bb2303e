// @ts-check
/** Where this machine has its browsers. */

import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/**
 * The path of the first of these programs that there is.
 *
 * @param {string | undefined} named What the environment says.
 * @param {readonly string[]} programs
 */
function find(named, programs) {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean)
  const paths = [...(named ? [named] : []), ...programs.flatMap((name) => folders.map((folder) => join(folder, name)))]
  return paths.find((path) => {
    try {
      accessSync(path, constants.X_OK)
      return true
    } catch {
      return false
    }
  })
}

/** A screen that nobody looks at, for a browser that wants one. */
export const findDisplay = () => find(process.env.XVFB, ['Xvfb'])

/** Each answers the path of a program, and `undefined` where there is none. */
export const PROGRAMS = {
  chromium: () => find(process.env.CHROMIUM, ['chromium', 'chromium-browser', 'google-chrome']),
  firefox: () => find(process.env.FIREFOX, ['firefox-esr', 'firefox']),
  webkit: () =>
    process.env.DISPLAY || findDisplay() ? find(process.env.WEBKIT_DRIVER, ['WebKitWebDriver']) : undefined,
}
