import type { ServerResponse } from 'node:http'
import type { Core } from '../core.ts'
import { toPlainItem } from '../read-plain-item.ts'
import { overviewOf } from './state.ts'
import type { ControlAnswer } from './control-answer.ts'

/** Streams one server-sent event for each change of an item, until the reader or the simulator goes away. */
export function streamEvents(response: ServerResponse, core: Core, signal: AbortSignal): ControlAnswer {
  begin(response)
  response.write(': the changes of all calendars\n\n')
  const stop = core.store.listen((event) => {
    const item = core.store.item(event.itemId)
    const content = {
      kind: event.kind,
      mailbox: event.mailbox,
      folder: event.folder,
      itemId: event.itemId,
      time: new Date(event.at).toISOString(),
      ...(event.old && { oldItemId: event.old.itemId, oldFolder: event.old.folder }),
      ...(item && { item: toPlainItem(item) }),
    }
    response.write(`id: ${event.seq}\nevent: ${event.kind}\ndata: ${JSON.stringify(content)}\n\n`)
  })
  return untilClosed(response, signal, stop)
}

/** Streams the state as the page shows it whenever something happened, at most four times a second. */
export function streamOverview(response: ServerResponse, core: Core, signal: AbortSignal): ControlAnswer {
  begin(response)
  let last = ''
  const tell = (): void => {
    const data = JSON.stringify({ overview: overviewOf(core), lastExchange: core.exchanges.lastId })
    if (data === last) return
    last = data
    response.write(`data: ${data}\n\n`)
  }
  tell()
  const timer = setInterval(tell, overviewEveryMs)
  return untilClosed(response, signal, () => clearInterval(timer))
}

const overviewEveryMs = 250

function begin(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
}

function untilClosed(response: ServerResponse, signal: AbortSignal, stop: () => void): ControlAnswer {
  const end = (): void => void response.end()
  signal.addEventListener('abort', end, { once: true })
  response.once('close', () => {
    stop()
    signal.removeEventListener('abort', end)
  })
  return 'streaming'
}
