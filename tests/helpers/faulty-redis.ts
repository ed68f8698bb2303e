import { once } from 'node:events'
import { connect, createServer, type Server, type Socket } from 'node:net'

/**
 * What happens to commands. 'silence': they are read and never answered. `answer`: each gets
 * these bytes. `after`: what follows the first answer on a connection, silence or its end.
 * `shift`: these bytes come before the first answer, so that each answer belongs to the command before.
 */
export type WireFault =
  | 'silence'
  | { readonly answer: string; readonly after?: 'silence' | 'end' }
  | { readonly shift: string }

/** A server on loopback that passes on what it hears to a real Redis, or does something else with it. */
export class FaultyRedis {
  readonly #server: Server
  readonly #connections = new Set<Connection>()
  #fault: WireFault | undefined

  private constructor(upstream: number) {
    this.#server = createServer((client) => {
      const connection = new Connection(client, upstream, () => this.#fault)
      this.#connections.add(connection)
      client.on('close', () => this.#connections.delete(connection))
    })
  }

  /** Starts one before the Redis on the port `upstream`. */
  static async start(upstream: number): Promise<FaultyRedis> {
    const faulty = new FaultyRedis(upstream)
    await once(faulty.#server.listen(0, '127.0.0.1'), 'listening')
    return faulty
  }

  get port(): number {
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('no TCP address')
    return address.port
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  /** From now on, on connections that are there and new ones. */
  break(fault: WireFault): void {
    this.#fault = fault
  }

  /** Passes everything on again. What a connection has been told stays said. */
  heal(): void {
    this.#fault = undefined
  }

  /**
   * From now on nothing passes on the connections that have subscribed, and nobody is told: as where a
   * router forgets them. Those made later are well.
   */
  deafen(): void {
    for (const connection of this.#connections) connection.deafen()
  }

  /** Breaks all connections, as a server that is started again. */
  drop(): void {
    for (const connection of this.#connections) connection.end()
  }

  async stop(): Promise<void> {
    const closed = once(this.#server.close(), 'close')
    this.drop()
    await closed
  }
}

class Connection {
  readonly #client: Socket
  readonly #upstream: Socket
  readonly #fault: () => WireFault | undefined
  #heard: Buffer = Buffer.alloc(0)
  #shifted = false
  /** After half an answer nothing that follows could be understood. */
  #silent = false
  #subscribed = false
  #deaf = false

  constructor(client: Socket, upstream: number, fault: () => WireFault | undefined) {
    this.#client = client
    this.#upstream = connect(upstream, '127.0.0.1')
    this.#fault = fault
    this.#upstream.on('data', (chunk) => {
      if (!this.#deaf) client.write(chunk)
    })
    for (const socket of [client, this.#upstream]) {
      socket.setNoDelay(true)
      socket.on('error', () => this.end())
      socket.on('close', () => this.end())
    }
    client.on('data', (chunk) => this.#hear(chunk as Buffer))
  }

  deafen(): void {
    this.#deaf = this.#subscribed
  }

  end(): void {
    this.#client.destroy()
    this.#upstream.destroy()
  }

  #hear(chunk: Buffer): void {
    this.#heard = Buffer.concat([this.#heard, chunk])
    for (let length = commandLength(this.#heard); length > 0; length = commandLength(this.#heard)) {
      this.#command(this.#heard.subarray(0, length))
      this.#heard = this.#heard.subarray(length)
    }
  }

  #command(command: Buffer): void {
    const fault = this.#fault()
    this.#subscribed ||= /^\*\d+\r\n\$9\r\nsubscribe/i.test(command.toString('latin1'))
    if (this.#deaf) return
    if (this.#silent || fault === 'silence') return
    if (fault === undefined) {
      this.#upstream.write(command)
    } else if ('shift' in fault) {
      if (!this.#shifted) this.#client.write(fault.shift)
      this.#shifted = true
      this.#upstream.write(command)
    } else {
      this.#client.write(fault.answer)
      this.#silent = fault.after === 'silence'
      if (fault.after === 'end') this.#client.end()
    }
  }
}

/** How many bytes the first command in `bytes` takes; 0 where it is not complete. */
function commandLength(bytes: Buffer): number {
  let at = bytes.indexOf('\r\n')
  if (at < 0) return 0
  const words = Number(bytes.toString('latin1', 1, at))
  at += 2
  for (let word = 0; word < words; word++) {
    const end = bytes.indexOf('\r\n', at)
    if (end < 0) return 0
    at = end + 2 + Number(bytes.toString('latin1', at + 1, end)) + 2
    if (at > bytes.length) return 0
  }
  return at
}
