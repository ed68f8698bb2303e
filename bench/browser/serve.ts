import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import { bundles } from './bundles.ts'

const HTML = 'text/html; charset=utf-8'
const CSS = 'text/css; charset=utf-8'
const SCRIPT = 'text/javascript; charset=utf-8'

/** WebAssembly and nothing else that is compiled; and clocks as fine as a browser has them for an isolated page. */
const HEADERS = {
  'content-security-policy': "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'",
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-embedder-policy': 'require-corp',
} as const

/** Serves the page on loopback, at `port` or, with 0, at any that is free; answers the server and its address. */
export async function serve(port: number): Promise<{ server: Server; url: string }> {
  const www = (name: string) => readFileSync(new URL(`../../www/${name}`, import.meta.url), 'utf8')
  const files = new Map<string, readonly [type: string, text: string]>([
    ['/', [HTML, www('bench.html')]],
    ['/style.css', [CSS, www('style.css')]],
    ['/bench.css', [CSS, www('bench.css')]],
  ])
  for (const [path, text] of await bundles()) files.set(path, [SCRIPT, text])
  const server = createServer((request, response) => {
    const file = files.get(new URL(request.url ?? '/', 'http://localhost').pathname)
    // No icon is no error.
    if (file === undefined) response.writeHead(request.url === '/favicon.ico' ? 204 : 404).end()
    else response.writeHead(200, { ...HEADERS, 'content-type': file[0] }).end(file[1])
  })
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address()
  const bound = typeof address === 'object' && address !== null ? address.port : port
  return { server, url: `http://127.0.0.1:${bound}/` }
}
