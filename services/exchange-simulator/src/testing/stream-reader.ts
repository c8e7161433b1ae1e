import { onTestFinished } from 'vitest'
import { child, childText, descend, type Element } from '../xml/element.ts'
import { parseXml } from '../xml/parse.ts'

export type StreamReader = {
  readonly headers: Headers
  /** The whole documents that came in, as text. */
  readonly documents: string[]
  /** What happened, in order: the kind of each event, the status of a document without any, or its error. */
  readonly said: string[]
  readonly isOver: () => boolean
}

/** Reads a GetStreamingEvents answer while it comes in. */
export function readStream(response: Response): StreamReader {
  const documents: string[] = []
  const said: string[] = []
  let isOver = false
  const { body } = response
  if (!body) throw new Error('an answer without a body')
  const reader = body.pipeThrough(new TextDecoderStream()).getReader()
  onTestFinished(() => reader.cancel().catch(() => {}))
  const read = async (): Promise<void> => {
    let text = ''
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      text += part.value
      for (let end = text.indexOf('</Envelope>'); end >= 0; end = text.indexOf('</Envelope>')) {
        const document = text.slice(0, end + '</Envelope>'.length)
        text = text.slice(document.length)
        documents.push(document)
        said.push(...saidBy(parseXml(document)))
      }
    }
  }
  void read()
    .catch(() => {})
    .finally(() => (isOver = true))
  return { headers: response.headers, documents, said, isOver: () => isOver }
}

function saidBy(envelope: Element): string[] {
  const message = descend(envelope, 'Body', 'GetStreamingEventsResponse', 'ResponseMessages')?.children[0]
  if (!message) throw new Error('no message')
  const notifications = child(message, 'Notifications')?.children ?? []
  const events = notifications.flatMap(({ children }) => children.slice(1).map(({ name }) => name))
  if (events.length > 0) return events
  const code = childText(message, 'ResponseCode') ?? ''
  return [code === 'NoError' ? (childText(message, 'ConnectionStatus') ?? '') : code]
}
