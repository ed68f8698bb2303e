// @ts-check
/** Python with the packages of a requirements file, in an environment of our own under target/. */

import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { aptInstall, install, mayUseApt, PRESENT } from './install.mjs'
import { ROOT } from './packages.mjs'
import { run, which } from './process.mjs'

/** @typedef {import('./install.mjs').Outcome} Outcome */

const REQUIREMENTS = join(ROOT, 'tests', 'wire-format', 'requirements.txt')
const FOLDER = join(ROOT, 'target', 'python')
/** Which packages are installed: a copy of the requirements, written last. */
const INSTALLED = join(FOLDER, 'requirements.txt')

const MESSAGE = 'install Python 3.10 or newer with venv (Debian, Ubuntu: `sudo apt-get install python3-venv`)'

/** The interpreter of the environment. */
export const PYTHON = join(FOLDER, process.platform === 'win32' ? 'Scripts/python.exe' : 'bin/python')

/** The system's Python can make environments, and is new enough. */
const PROBE = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 10))'

/** Python, and just the packages that the requirements pin. @returns {Promise<Outcome>} */
export async function python() {
  const wanted = readFileSync(REQUIREMENTS, 'utf8')
  if (textOf(INSTALLED) === wanted) return PRESENT
  let system = await systemPython()
  if (system === undefined) {
    if (!mayUseApt()) return { state: 'missing', message: MESSAGE }
    const outcome = await aptInstall(MESSAGE, ['python3', 'python3-venv'])
    if (outcome.state === 'failed') return outcome
    system = await systemPython()
    if (system === undefined) return { state: 'missing', message: MESSAGE }
  }
  rmSync(FOLDER, { recursive: true, force: true })
  const pip = /** @type {const} */ ([PYTHON, '-m', 'pip', 'install', '--quiet', '--disable-pip-version-check'])
  const outcome = await install('the packages of tests/wire-format/requirements.txt could not be installed', [
    [system, '-m', 'venv', FOLDER],
    [...pip, '--require-hashes', '--only-binary', ':all:', '-r', REQUIREMENTS],
  ])
  if (outcome.state === 'installed') writeFileSync(INSTALLED, wanted)
  return outcome
}

async function systemPython() {
  const path = which('python3')
  return path !== undefined && (await run(path, ['-c', PROBE])).ok ? path : undefined
}

/** @param {string} path */
function textOf(path) {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return undefined
  }
}
