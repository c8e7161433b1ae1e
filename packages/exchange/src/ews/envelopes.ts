import { StringDecoder } from 'node:string_decoder'
import { TransportError } from './transport-error.ts'

/** No document of a stream is nearly as large. */
const mostCharacters = 8 * 1024 * 1024

const end = /<\/(?:\w+:)?Envelope\s*>/
const start = /<(?:\w+:)?Envelope[\s>]/

/** Cuts what comes over a stream into whole SOAP envelopes, wherever its chunks begin and end. */
export class Envelopes {
  readonly #decoder = new StringDecoder('utf8')
  #rest = ''

  /** The envelopes that are whole with this chunk. @throws {TransportError} if it goes on and none ends */
  push(chunk: Buffer): string[] {
    this.#rest += this.#decoder.write(chunk)
    const whole: string[] = []
    for (let match = end.exec(this.#rest); match; match = end.exec(this.#rest)) {
      const envelope = this.#rest.slice(0, match.index + match[0].length)
      this.#rest = this.#rest.slice(envelope.length)
      whole.push(envelope.slice(Math.max(0, envelope.search(start))))
    }
    if (this.#rest.length > mostCharacters)
      throw new TransportError('malformed', 'MALFORMED_STREAM', { effect: 'none' })
    return whole
  }
}
