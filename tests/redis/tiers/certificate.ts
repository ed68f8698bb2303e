import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Whether this machine can make certificates. Tests that need one are skipped where it cannot. */
export const hasOpenssl = ((): boolean => {
  try {
    execFileSync('openssl', ['version'], { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
})()

/** A certificate of localhost, signed by itself. */
export interface Certificate {
  readonly pem: Buffer
  /** What `redis-server` takes to use it on a port. */
  serverArgs(port: number): string[]
  /** Removes its files. */
  dispose(): Promise<void>
}

/** Makes a certificate that holds for two days. */
export function makeCertificate(): Certificate {
  const directory = mkdtempSync(join(tmpdir(), 'omnicache-tls-'))
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')]
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1']
  const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-keyout', key, '-out', cert]
  execFileSync('openssl', [...request, ...subject], { stdio: 'ignore' })
  const files = ['--tls-cert-file', cert, '--tls-key-file', key, '--tls-ca-cert-file', cert]
  return {
    pem: readFileSync(cert),
    serverArgs: (port) => ['--tls-port', String(port), ...files, '--tls-auth-clients', 'no'],
    dispose: () => rm(directory, { recursive: true }),
  }
}
