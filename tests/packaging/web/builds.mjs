/**
 * Builds the page with a bundler: `node builds.mjs <bundler> <folder>`. What comes out is in that folder,
 * with an `index.html`.
 */

import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expectBrowserCode } from './browser-code.mjs'

const SITE = resolve('site')
/** Those that find workers by themselves need the first of these alone. */
const ENTRIES = ['main', 'worker', 'shared-worker', 'service-worker']
const entryOf = (name) => join(SITE, `${name}.mjs`)

/** For bundlers that know nothing of HTML. @param {string} folder @param {string} script */
function writePage(folder, script) {
  const html = readFileSync(join(SITE, 'index.html'), 'utf8')
  const [tag] = html.match(/<script.*<\/script>/)
  writeFileSync(join(folder, 'index.html'), html.replace(tag, script))
}

const MODULE = '<script type="module" src="/main.mjs"></script>'

const BUILDS = {
  async esbuild(outdir) {
    const { build } = await import('esbuild')
    const settings = { bundle: true, minify: true, platform: 'browser', target: 'es2022', outdir, logLevel: 'error' }
    const outExtension = { '.js': '.mjs' }
    const entryPoints = ENTRIES.map(entryOf)
    const service = entryOf('service-worker')
    await build({
      ...settings,
      outExtension,
      format: 'esm',
      splitting: true,
      entryPoints: entryPoints.filter((path) => path !== service),
    })
    // Not every browser takes a module here.
    await build({ ...settings, outExtension, format: 'iife', entryPoints: [service] })
    writePage(outdir, MODULE)
  },

  async vite(outDir) {
    const { build } = await import('vite')
    await build({ root: SITE, logLevel: 'error', build: { outDir, emptyOutDir: true }, worker: { format: 'es' } })
  },

  async 'vite-slim'(outDir) {
    const { build } = await import('vite')
    await build({ root: resolve('slim'), logLevel: 'error', build: { outDir, emptyOutDir: true } })
    const assets = join(outDir, 'assets')
    const core = readdirSync(assets).filter((name) => name.endsWith('.wasm'))
    const scripts = readdirSync(assets).filter((name) => name.endsWith('.js'))
    // How WebAssembly begins, in base64 and in hexadecimal.
    const inlined = scripts.filter((name) => /AGFzbQ|0061736d/.test(readFileSync(join(assets, name), 'utf8')))
    if (core.length !== 1 || inlined.length > 0)
      throw new Error(`its core is not a file alone: ${[...core, ...inlined]}`)
  },

  async webpack(path) {
    const { default: webpack } = await import('webpack')
    const stats = await new Promise((done, fail) => {
      const settings = {
        mode: 'production',
        target: 'web',
        entry: entryOf('main'),
        output: { path, filename: 'main.js' },
        performance: { hints: false },
      }
      webpack(settings, (error, result) => (error ? fail(error) : done(result)))
    })
    if (stats.hasErrors() || stats.hasWarnings())
      throw new Error(stats.toString({ all: false, errors: true, warnings: true }))
    writePage(path, '<script defer src="/main.js"></script>')
  },

  async rollup(dir) {
    const { rollup } = await import('rollup')
    const { nodeResolve } = await import('@rollup/plugin-node-resolve')
    const onwarn = ({ message }) => {
      throw new Error(message)
    }
    const input = ['main', 'worker'].map(entryOf)
    const bundle = await rollup({ input, plugins: [nodeResolve({ browser: true })], onwarn })
    await bundle.write({ dir, format: 'es', entryFileNames: '[name].mjs' })
    await bundle.close()
    writePage(dir, MODULE)
  },

  async rolldown(dir) {
    const { rolldown } = await import('rolldown')
    const onLog = (level, { message }) => {
      if (level === 'warn') throw new Error(message)
    }
    const bundle = await rolldown({ input: ['main', 'worker'].map(entryOf), platform: 'browser', onLog })
    await bundle.write({ dir, format: 'es', entryFileNames: '[name].mjs', minify: true })
    await bundle.close()
    writePage(dir, MODULE)
  },

  async parcel(distDir) {
    const { Parcel } = await import('@parcel/core')
    // It reads the exports of packages where a project's package.json says so.
    const project = `${distDir}-project`
    for (const name of ['site', 'work.mjs', 'refusal.mjs']) cpSync(name, join(project, name), { recursive: true })
    writeFileSync(join(project, 'package.json'), '{ "@parcel/resolver-default": { "packageExports": true } }')
    process.chdir(project)
    const bundler = new Parcel({
      entries: join(project, 'site', 'index.html'),
      defaultConfig: '@parcel/config-default',
      mode: 'production',
      shouldDisableCache: true,
      defaultTargetOptions: { distDir, publicUrl: '/', shouldOptimize: true },
    })
    await bundler.run()
  },
}

const [bundler, given] = process.argv.slice(2)
const [folder, modules] = [resolve(given), resolve('node_modules')]
mkdirSync(folder, { recursive: true })
await BUILDS[bundler](folder)
expectBrowserCode(folder, modules)
console.log('ok')
