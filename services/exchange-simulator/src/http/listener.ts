import { PortInUseError } from '@lockstep/runtime'
import { createServer, type RequestListener, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'

export type ListenerOptions = {
  host: string
  port: number
  /** What sets the port: for whoever finds it in use. */
  variable: string
  /** Makes it an HTTPS server. */
  tls?: { cert: string; key: string }
}

const keepAliveTimeout = 65_000

/** An HTTP or HTTPS server on a fixed port that can stop taking connections and take them again. */
export class Listener {
  readonly #listener: RequestListener
  readonly #options: ListenerOptions
  #server: Server | undefined
  #port: number
  /** How many were ever opened. */
  connections = 0

  constructor(listener: RequestListener, options: ListenerOptions) {
    this.#listener = listener
    this.#options = options
    this.#port = options.port
  }

  get port(): number {
    return this.#port
  }

  get isOpen(): boolean {
    return this.#server !== undefined
  }

  async open(): Promise<void> {
    if (this.#server) return
    const { host, variable, tls } = this.#options
    const server = tls
      ? createTlsServer({ keepAliveTimeout, ...tls }, this.#listener)
      : createServer({ keepAliveTimeout }, this.#listener)
    this.#server = server
    server.on('connection', () => this.connections++)
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    server.once('error', reject)
    server.listen(this.#port, host, resolve)
    try {
      await promise
    } catch (error) {
      this.#server = undefined
      const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
      throw isTaken ? new PortInUseError(this.#port, variable) : error
    }
    this.#port = (server.address() as AddressInfo).port
  }

  /** Stops listening and breaks every connection. */
  async close(): Promise<void> {
    const server = this.#server
    if (!server) return
    this.#server = undefined
    const { promise, resolve } = Promise.withResolvers<void>()
    server.close(() => resolve())
    server.closeAllConnections()
    await promise
  }
}
