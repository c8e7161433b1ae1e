import type { ServerResponse } from 'node:http'
import type { AnswerStream } from '../soap/stream.ts'

/** Sends an answer in chunks, one SOAP document each, until it ends, the client goes or the simulator closes. */
export async function sendStream(
  response: ServerResponse,
  stream: AnswerStream,
  { headers, signal, onSent }: StreamOptions,
): Promise<void> {
  const gone = new AbortController()
  response.on('close', () => gone.abort())
  response.writeHead(200, { ...headers, 'content-type': 'text/xml; charset=utf-8' })
  await stream(
    (document) => {
      onSent(document)
      response.write(document)
    },
    AbortSignal.any([gone.signal, signal]),
  )
  response.end()
}

type StreamOptions = {
  headers: Record<string, string>
  signal: AbortSignal
  onSent: (document: string) => void
}
