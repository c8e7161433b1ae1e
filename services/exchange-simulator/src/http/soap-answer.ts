import type { AnswerStream } from '../soap/stream.ts'

/** What goes back for one SOAP request: one document, or many while the connection hangs. */
export type SoapAnswer = { readonly headers?: Readonly<Record<string, string>> } & (
  | { readonly status: 200 | 500; readonly body: string }
  | { readonly status: 200; readonly stream: AnswerStream }
)
