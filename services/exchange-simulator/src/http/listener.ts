import { PortInUseError } from '@lockstep/runtime'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** An HTTP server on a fixed port that can stop taking connections and take them again. */
export class Listener {
  readonly #listener: RequestListener
  readonly #host: string
  readonly #variable: string
  #server: Server | undefined
  #port: number

  /** `variable` is what sets the port: for whoever finds it in use. */
  constructor(listener: RequestListener, options: { host: string; port: number; variable: string }) {
    this.#listener = listener
    this.#host = options.host
    this.#port = options.port
    this.#variable = options.variable
  }

  get port(): number {
    return this.#port
  }

  get isOpen(): boolean {
    return this.#server !== undefined
  }

  async open(): Promise<void> {
    if (this.#server) return
    const server = createServer({ keepAliveTimeout: 65_000 }, this.#listener)
    this.#server = server
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    server.once('error', reject)
    server.listen(this.#port, this.#host, resolve)
    try {
      await promise
    } catch (error) {
      this.#server = undefined
      const isTaken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE'
      throw isTaken ? new PortInUseError(this.#port, this.#variable) : error
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
