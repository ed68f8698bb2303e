import { indexedDbDriver } from '../../../js/tiers/indexeddb.ts'
import { play } from '../../read-path/stage.ts'
import { SCENARIOS } from '../../read-path/table.ts'

/** What a test can do in the page. */
export interface ReadPathPage {
  /** Plays the scenario of that name over IndexedDB; answers what went wrong, or nothing. */
  play(name: string, kind: string): Promise<string | undefined>
  unhandled: string[]
}

declare global {
  var readPath: ReadPathPage
}

const unhandled: string[] = []
addEventListener('unhandledrejection', (event) => unhandled.push(String(event.reason)))
addEventListener('error', (event) => unhandled.push(event.message))

// A fake clock yields at each of its timers: with setTimeout that would take 4 ms.
const channel = new MessageChannel()
const waiting: (() => void)[] = []
channel.port1.onmessage = () => waiting.shift()?.()
Object.assign(globalThis, {
  setImmediate(callback: () => void) {
    waiting.push(callback)
    channel.port2.postMessage(0)
  },
})

globalThis.readPath = {
  unhandled,
  async play(name, kind) {
    try {
      const scenario = SCENARIOS.find((each) => each.name === name)
      if (scenario === undefined) return 'there is no such scenario'
      await play(scenario, kind, (clock) => indexedDbDriver({ clock }))
      return undefined
    } catch (error) {
      return error instanceof Error ? `${error.message}\n${error.stack}` : String(error)
    }
  },
}
