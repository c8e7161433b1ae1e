/**
 * An answer that goes on: calls `send` with one whole SOAP document after the
 * other, and settles when there is nothing more to say or `signal` aborts.
 */
export type AnswerStream = (send: (document: string) => void, signal: AbortSignal) => Promise<void>
