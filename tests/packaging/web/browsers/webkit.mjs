/** WebKit, by the WebDriver that its GTK port brings along. Its browser keeps nothing when it ends. */

import { spawn } from 'node:child_process'
import { createServer } from 'node:net'
import { findDisplay, PROGRAMS } from './programs.mjs'
import { makeTab, PATIENCE } from './tab.mjs'

/** It draws without a graphics card, and asks no other service of a desktop. */
const SETTINGS = {
  WEBKIT_DISABLE_COMPOSITING_MODE: '1',
  WEBKIT_DISABLE_DMABUF_RENDERER: '1',
  LIBGL_ALWAYS_SOFTWARE: '1',
  NO_AT_BRIDGE: '1',
  GTK_A11Y: 'none',
}

/** @type {import('./index.mjs').Kind} */
export const webkit = {
  async launch() {
    const screen = process.env.DISPLAY ? undefined : await startDisplay()
    const port = await freePort()
    const env = { ...process.env, ...SETTINGS, DISPLAY: screen?.name ?? process.env.DISPLAY }
    const driver = spawn(PROGRAMS.webkit(), [`--port=${port}`], { env, stdio: 'ignore' })
    const session = await Session.start(`http://127.0.0.1:${port}`)
    return {
      version: session.version,
      open: (url) => session.open(url),
      async close() {
        await session.end()
        driver.kill()
        screen?.end()
      },
    }
  },
}

/** A screen that nobody looks at. */
async function startDisplay() {
  const child = spawn(findDisplay(), ['-displayfd', '3', '-screen', '0', '1280x900x24', '-nolisten', 'tcp'], {
    stdio: ['ignore', 'ignore', 'ignore', 'pipe'],
  })
  const name = await new Promise((resolve, reject) => {
    child.stdio[3].once('data', (number) => resolve(`:${String(number).trim()}`))
    child.once('exit', () => reject(new Error('Xvfb does not start')))
  })
  return { name, end: () => child.kill() }
}

function freePort() {
  return new Promise((resolve) => {
    const server = createServer()
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address()
      server.close(() => resolve(port))
    })
  })
}

/** One session of the W3C's WebDriver. It has one window at a time in hand, so calls take turns. */
class Session {
  version
  #base
  #turn = Promise.resolve()

  constructor(base, { sessionId, capabilities }) {
    this.#base = `${base}/session/${sessionId}`
    this.version = capabilities.browserVersion
  }

  static async start(base) {
    const capabilities = { alwaysMatch: { timeouts: { script: PATIENCE, pageLoad: PATIENCE } } }
    const end = performance.now() + PATIENCE
    for (;;) {
      try {
        return new Session(base, await send('POST', `${base}/session`, { capabilities }))
      } catch (error) {
        // Until it listens.
        if (error.cause?.code !== 'ECONNREFUSED' || performance.now() > end) throw error
        await new Promise((resolve) => setTimeout(resolve, 50))
      }
    }
  }

  async open(url) {
    const handle = await this.#inTurn(async () => {
      const window = await this.#post('window/new', { type: 'tab' })
      await this.#post('window', window)
      await this.#post('url', { url })
      return window.handle
    })
    const within = (work) =>
      this.#inTurn(async () => {
        await this.#post('window', { handle })
        return work()
      })
    return makeTab({
      run: (script, given = null) => within(() => this.#run(script, given)),
      reload: () => within(() => this.#post('refresh', {})),
      close: () => within(() => send('DELETE', `${this.#base}/window`)),
    })
  }

  end() {
    return send('DELETE', this.#base)
  }

  #run(script, given) {
    const body = `const [given, done] = arguments; Promise.resolve((${script})(given)).then(done)`
    return this.#post('execute/async', { script: body, args: [given] })
  }

  #post(path, body) {
    return send('POST', `${this.#base}/${path}`, body)
  }

  #inTurn(work) {
    const done = this.#turn.then(work)
    this.#turn = done.catch(() => undefined)
    return done
  }
}

async function send(method, url, body) {
  const response = await fetch(url, { method, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
  const { value } = await response.json()
  if (!response.ok) throw new Error(`${url}: ${value.error}: ${value.message}`)
  return value
}
