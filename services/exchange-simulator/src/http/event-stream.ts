import type { ServerResponse } from 'node:http'
import type { Core } from '../core.ts'
import { toPlainItem } from '../read-plain-item.ts'
import type { ControlAnswer } from './control-endpoint.ts'

/** Streams one server-sent event for each change of an item, until the reader or the simulator goes away. */
export function streamEvents(response: ServerResponse, core: Core, signal: AbortSignal): ControlAnswer {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-store' })
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
  const end = (): void => void response.end()
  signal.addEventListener('abort', end, { once: true })
  response.once('close', () => {
    stop()
    signal.removeEventListener('abort', end)
  })
  return 'streaming'
}
