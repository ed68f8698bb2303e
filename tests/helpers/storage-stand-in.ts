import type { UnstorageLike } from '../../js/tiers/unstorage.ts'

/** A storage as unstorage makes them: it keeps what it is handed, and makes every separator a colon. */
export class StorageStandIn implements UnstorageLike {
  readonly #stored = new Map<string, unknown>()

  async getItemRaw(key: string): Promise<unknown> {
    return this.#stored.get(normal(key)) ?? null
  }

  async setItemRaw(key: string, value: unknown): Promise<void> {
    this.#stored.set(normal(key), value)
  }

  async removeItem(key: string): Promise<void> {
    this.#stored.delete(normal(key))
  }

  async getKeys(base = ''): Promise<string[]> {
    const from = base === '' ? '' : `${normal(base)}:`
    return [...this.#stored.keys()].filter((key) => key.startsWith(from))
  }
}

function normal(key: string): string {
  return (key.split('?')[0] ?? '').replace(/[/\\]/g, ':').replace(/:+/g, ':').replace(/^:|:$/g, '')
}
