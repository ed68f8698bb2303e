import { fileURLToPath } from 'node:url'
import { build, type Plugin } from 'esbuild'

const ROOT = fileURLToPath(new URL('../../', import.meta.url))

/** Takes omnicache from its bundle, as users get it. */
const fromDist: Plugin = {
  name: 'omnicache-from-dist',
  setup({ onResolve }) {
    onResolve({ filter: /\/js\/memory\/index\.ts$/ }, () => ({ path: `${ROOT}dist/memory.js` }))
  },
}

/** The page's script and that of its workers, by their paths on the server. */
export async function bundles(): Promise<ReadonlyMap<string, string>> {
  const { outputFiles } = await build({
    entryPoints: { bench: `${ROOT}bench/browser/page.ts`, 'bench-worker': `${ROOT}bench/browser/worker.ts` },
    outdir: '/',
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'browser',
    target: 'es2022',
    logLevel: 'silent',
    plugins: [fromDist],
  })
  return new Map(outputFiles.map(({ path, text }) => [path, text]))
}
