/**
 * Browsers, each by the way it can be driven. What they have in common is small: a page is opened, asked
 * for something by name, and loaded anew.
 *
 * @typedef {object} LaunchOptions
 * @property {'remembers' | 'private' | 'refuses'} [storage] Whether it keeps what pages store, only until it ends, or lets them store nothing.
 * @property {number} [quota] How many bytes an origin may store, where the browser can be told so.
 *
 * @typedef {object} Tab
 * @property {(name: string, ...args: unknown[]) => Promise<any>} ask What the page's `does` has.
 * @property {() => Promise<void>} reload
 * @property {() => Promise<void>} close
 *
 * @typedef {object} Browser
 * @property {string} version
 * @property {(url: string) => Promise<Tab>} open
 * @property {() => Promise<void>} close
 *
 * @typedef {object} Kind
 * @property {(options?: LaunchOptions) => Promise<Browser>} launch
 * @property {boolean} [refuses] Whether it can be told to let pages store nothing.
 * @property {boolean} [quota] Whether it can be told a quota.
 */

import { chromium } from './chromium.mjs'
import { firefox } from './firefox.mjs'
import { webkit } from './webkit.mjs'

/** @type {Record<string, Kind>} */
export const BROWSERS = { chromium, firefox, webkit }
