import type { ConnectionWatch, Emitter } from './connection-watch.ts'

/** One node of an ioredis cluster, as far as it is used here. */
interface Node extends Emitter {
  readonly status: string
  connect(): Promise<unknown>
}

interface ClusterClient extends Emitter {
  readonly options: { readonly enableOfflineQueue?: boolean }
  nodes?(role: 'master'): readonly Node[]
}

/**
 * Keeps everything back until the connections to all masters stand or have failed: a cluster
 * client of ioredis is "ready" when it knows its nodes, and connects to each at the first
 * command for it. Without an offline queue it rejects the commands that come while it does.
 */
export class NodesGate {
  readonly #client: ClusterClient
  readonly #watch: ConnectionWatch
  readonly #onReady = (): void => void this.#settle()
  readonly #onClose = (): void => {
    this.#open = false
    this.#connections++
  }
  #open: boolean
  /** Counts what became "ready" and was closed again. */
  #connections = 0

  constructor(client: ClusterClient, watch: ConnectionWatch) {
    this.#client = client
    this.#watch = watch
    this.#open = client.nodes === undefined || client.options.enableOfflineQueue !== false
    if (this.#open) return
    client.on('ready', this.#onReady)
    client.on('close', this.#onClose)
  }

  /** Whether each master has had its chance to be connected. A node that fails later fails alone. */
  get open(): boolean {
    return this.#open
  }

  dispose(): void {
    this.#client.removeListener('ready', this.#onReady)
    this.#client.removeListener('close', this.#onClose)
  }

  async #settle(): Promise<void> {
    const connection = this.#connections
    await Promise.all((this.#client.nodes?.('master') ?? []).map(settled))
    if (connection !== this.#connections) return
    this.#open = true
    this.#watch.check()
  }
}

/** What a node that is left for good says, and one whose attempt has failed. */
const FAILED: ReadonlySet<string> = new Set(['close', 'end', 'reconnecting'])

/** Resolves when a connection to the node stands, or an attempt has failed. */
async function settled(node: Node): Promise<void> {
  if (node.status === 'wait') return void (await node.connect().catch(() => undefined))
  if (node.status === 'ready' || FAILED.has(node.status)) return
  await new Promise<void>((resolve) => {
    const events = ['ready', 'close', 'end']
    const end = (): void => {
      for (const event of events) node.removeListener(event, end)
      resolve()
    }
    for (const event of events) node.on(event, end)
  })
}
