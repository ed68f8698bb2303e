/** A server on loopback for a built site. */

import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { extname, join } from 'node:path'

const TYPES = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
}

/**
 * @param {string} folder
 * @param {{ policy?: string }} [options] Its Content-Security-Policy.
 * @returns {Promise<{ url: string, close(): void }>}
 */
export async function serve(folder, { policy } = {}) {
  const server = createServer(async (request, response) => {
    const { pathname } = new URL(request.url, 'http://localhost')
    const path = pathname === '/' ? '/index.html' : pathname
    try {
      const body = await readFile(join(folder, decodeURIComponent(path)))
      const type = TYPES[extname(path)] ?? 'application/octet-stream'
      response.writeHead(200, {
        'content-type': type.startsWith('text/') ? `${type}; charset=utf-8` : type,
        // A frame without an origin may load it too.
        'access-control-allow-origin': '*',
        ...(policy && { 'content-security-policy': path.endsWith('.html') ? withInlineScripts(policy, body) : policy }),
      })
      response.end(body)
    } catch {
      // No icon is no error.
      response.writeHead(pathname === '/favicon.ico' ? 204 : 404).end()
    }
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${server.address().port}/`,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** A policy names the scripts that a bundler writes into the page itself. @param {string} policy @param {Buffer} body */
function withInlineScripts(policy, body) {
  const scripts = [...String(body).matchAll(/<script(?![^>]*\bsrc\b)[^>]*>([\s\S]*?)<\/script>/g)]
  const hashes = scripts.map(([, text]) => ` 'sha256-${createHash('sha256').update(text).digest('base64')}'`)
  return policy.replace("script-src 'self'", `script-src 'self'${hashes.join('')}`)
}
