import type { Request, Response } from 'express'

const HEARTBEAT_MS = 15_000

/**
 * Answers with server-sent events until the client goes away or `signal` aborts. `subscribe` gets a function that
 * sends one event and returns one that ends the subscription.
 */
export function streamEvents(
  request: Request,
  response: Response,
  { signal, subscribe }: { signal: AbortSignal; subscribe: (send: (data: unknown) => void) => () => void },
): void {
  response.set({ 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' })
  response.flushHeaders()
  response.write('retry: 1000\n\n')
  const unsubscribe = subscribe((data) => response.write(`data: ${JSON.stringify(data)}\n\n`))
  const heartbeat = setInterval(() => response.write(': alive\n\n'), HEARTBEAT_MS)

  const end = () => response.end()
  signal.addEventListener('abort', end)
  request.once('close', end)
  response.once('close', () => {
    signal.removeEventListener('abort', end)
    clearInterval(heartbeat)
    unsubscribe()
  })
  if (signal.aborted) end()
}
