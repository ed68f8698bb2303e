import { accessSync, constants } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { type BrowserContext, chromium, type Page } from 'playwright-core'

const CHROMIUM = '/usr/bin/chromium'

/** Whether this machine has the Chromium that tests use. Tests that need one are skipped where it has not. */
export const hasChromium = ((): boolean => {
  try {
    accessSync(CHROMIUM, constants.X_OK)
    return true
  } catch {
    return false
  }
})()

/** A Chromium with a profile of its own, and a server on loopback with one page for it. */
export interface Browser {
  /** The address of the page. */
  readonly url: string
  readonly context: BrowserContext
  /**
   * Opens the page in a new tab and waits until its module has run. Another `host`, any name
   * under `localhost`, is another origin: with a storage of its own.
   */
  open(host?: string): Promise<Page>
  /** Ends the browser and the server and removes the profile. */
  close(): Promise<void>
}

/** What the page is made of, and what the server sends besides it. */
export interface BrowserOptions {
  /** Packages that modules import by a name, and the modules that the page has in their place. */
  readonly alias?: Readonly<Record<string, string>>
  /** Headers of the page, such as a Content-Security-Policy. */
  readonly headers?: Readonly<Record<string, string>>
}

const ARGUMENTS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Bundles the module at `entry` for a browser, serves a page that runs it, and starts Chromium. */
export async function startBrowser(entry: string, options: BrowserOptions = {}): Promise<Browser> {
  const server = await serve(await bundle(entry, options.alias ?? {}), options.headers ?? {})
  const profile = await mkdtemp(join(tmpdir(), 'omnicache-chromium-'))
  const context = await chromium.launchPersistentContext(profile, {
    executablePath: CHROMIUM,
    headless: true,
    args: ARGUMENTS,
  })
  const port = portOf(server)
  return {
    url: `http://127.0.0.1:${port}/`,
    context,
    async open(host = '127.0.0.1') {
      const page = await context.newPage()
      await page.goto(`http://${host}:${port}/`)
      return page
    },
    async close() {
      await context.close()
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await rm(profile, { recursive: true, force: true, maxRetries: 5 })
    },
  }
}

async function bundle(entry: string, alias: Readonly<Record<string, string>>): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    alias,
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    sourcemap: 'inline',
    logLevel: 'silent',
  })
  return outputFiles[0]?.text ?? ''
}

async function serve(script: string, headers: Readonly<Record<string, string>>): Promise<Server> {
  const page =
    '<!doctype html><meta charset="utf-8"><title>omnicache</title><script type="module" src="/page.js"></script>'
  const server = createServer((request, response) => {
    if (request.url === '/page.js') {
      // Pages of opaque origins may load it too.
      const type = 'text/javascript; charset=utf-8'
      response.writeHead(200, { 'content-type': type, 'access-control-allow-origin': '*' }).end(script)
    } else {
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8', ...headers }).end(page)
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return server
}

function portOf(server: Server): number {
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('no TCP address')
  return address.port
}
