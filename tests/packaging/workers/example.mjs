/** Runs the example of a Worker, by its one command: `node example.mjs <its folder>`. */

import { Child, freePort } from './children.mjs'

const [folder] = process.argv.slice(2)
const port = await freePort()
const worker = new Child('npm', ['start', '--', '--port', String(port), '--ip', '127.0.0.1'], { cwd: folder })
await worker.says(/Ready on|ready on/)

async function ask(path) {
  const response = await fetch(`http://127.0.0.1:${port}${path}`)
  if (response.status !== 200) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return [response.headers.get('x-tier'), (await response.json()).currency]
}

const answers = [await ask('/rates/eur'), await ask('/rates/eur'), await ask('/rates/chf')]
if (String(answers) !== 'none,eur,memory,eur,none,chf') throw new Error(`it answered ${answers}`)
await worker.end()
console.log('ok')
