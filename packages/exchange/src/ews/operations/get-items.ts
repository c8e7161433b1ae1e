import { type Appointment, ItemId } from 'ews-javascript-api'
import type { CallOptions, ItemResult } from '../../calendar-gateway.ts'
import { inBatches, readsInBatch } from '../batches.ts'
import { itemShape, type PlacedItem, readItem } from '../calendar-item.ts'
import type { EwsClient } from '../ews-client.ts'
import { resultsOf } from '../responses.ts'

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/getitem-operation-calendar-item */
export function getItems(
  client: EwsClient,
  mailbox: string,
  itemIds: readonly string[],
  options?: CallOptions,
): Promise<ItemResult<PlacedItem>[]> {
  return inBatches(itemIds, {
    size: readsInBatch,
    send: (batch) =>
      client.run({ operation: 'GetItem', mailbox, options }, async (service) => {
        const ids = batch.map((itemId) => new ItemId(itemId))
        const responses = await service.BindToItems(ids, itemShape())
        return resultsOf(responses, ({ Item }) => readItem(Item as Appointment, mailbox))
      }),
  })
}
