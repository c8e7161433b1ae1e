import { DeleteMode, ItemId, SendCancellationsMode } from 'ews-javascript-api'
import type { CallOptions, Deletion, ItemResult } from '../../calendar-gateway.ts'
import { ItemGoneError } from '../../errors.ts'
import { succeeded } from '../../item-results.ts'
import { inBatches, writesInBatch } from '../batches.ts'
import type { EwsClient } from '../ews-client.ts'
import { resultsOf } from '../responses.ts'

const sendModes: Record<Deletion['send'], SendCancellationsMode> = {
  none: SendCancellationsMode.SendToNone,
  all: SendCancellationsMode.SendToAllAndSaveCopy,
}

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/deleteitem-operation */
export async function deleteItems(
  client: EwsClient,
  mailbox: string,
  deletions: readonly Deletion[],
  options?: CallOptions,
): Promise<ItemResult<void>[]> {
  const results = await inBatches(deletions, {
    size: writesInBatch,
    keyOf: ({ send }) => send,
    send: (batch) =>
      client.run({ operation: 'DeleteItem', mailbox, options }, async (service) => {
        const ids = batch.map(({ itemId }) => new ItemId(itemId))
        const send = sendModes[batch[0]?.send ?? 'none']
        const mode = DeleteMode.MoveToDeletedItems
        const responses = await service.DeleteItems(ids, mode, send, null as never, true)
        return resultsOf(responses, (): void => {})
      }),
  })
  return results.map((result) =>
    !result.ok && result.error instanceof ItemGoneError ? succeeded(undefined) : result,
  )
}
