import { randomBytes } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Keeps every SOAP exchange as `…-000001-GetItem.req.xml` and `…-000001-GetItem.res.xml`; no run overwrites another's. */
export class Recorder {
  readonly directory: string | undefined
  readonly #run = `${Date.now()}-${randomBytes(3).toString('hex')}`
  #count = 0

  constructor(directory: string | undefined) {
    this.directory = directory
    if (directory) mkdirSync(directory, { recursive: true })
  }

  get count(): number {
    return this.#count
  }

  record(operation: string, request: string, answer: string | undefined): void {
    if (!this.directory) return
    const name = `${this.#run}-${String(++this.#count).padStart(6, '0')}-${operation}`
    writeFileSync(join(this.directory, `${name}.req.xml`), request)
    if (answer !== undefined) writeFileSync(join(this.directory, `${name}.res.xml`), answer)
  }
}
