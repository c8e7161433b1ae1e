import { type Appointment, type Item, ItemId, type PropertySet } from 'ews-javascript-api'
import type { CallOptions, ItemResult } from '../../calendar-gateway.ts'
import { ExchangeRejectedError, ExchangeTransientError } from '../../errors.ts'
import { inBatches, readsInBatch } from '../batches.ts'
import {
  itemShape,
  type PlacedHead,
  placedHeadShape,
  type PlacedItem,
  readItem,
  readPlacedHead,
} from '../calendar-item.ts'
import type { EwsClient } from '../ews-client.ts'
import { resultsOf } from '../responses.ts'

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/getitem-operation-calendar-item */
export function getItems(
  client: EwsClient,
  mailbox: string,
  itemIds: readonly string[],
  options?: CallOptions,
): Promise<ItemResult<PlacedItem>[]> {
  const read = (item: Item) => readItem(item as Appointment, mailbox)
  return bind(client, { mailbox, itemIds, shape: itemShape, read }, options)
}

/** The same without content. */
export function getHeads(
  client: EwsClient,
  mailbox: string,
  itemIds: readonly string[],
  options?: CallOptions,
): Promise<ItemResult<PlacedHead>[]> {
  return bind(client, { mailbox, itemIds, shape: placedHeadShape, read: readPlacedHead }, options)
}

type Reading<Value> = {
  readonly mailbox: string
  readonly itemIds: readonly string[]
  readonly shape: () => PropertySet
  readonly read: (item: Item) => Value
}

function bind<Value>(
  client: EwsClient,
  { mailbox, itemIds, shape, read }: Reading<Value>,
  options?: CallOptions,
): Promise<ItemResult<Value>[]> {
  return inBatches(itemIds, {
    size: readsInBatch,
    send: (batch) =>
      client
        .run({ operation: 'GetItem', mailbox, options }, async (service) => {
          const ids = batch.map((itemId) => new ItemId(itemId))
          const responses = await service.BindToItems(ids, shape())
          return resultsOf(responses, ({ Item }) => read(Item))
        })
        .catch(rejectingTooLarge),
  })
}

/** Of what is only read nothing is in doubt: it is read item by item, and one that is too large stays so. */
function rejectingTooLarge(error: unknown): never {
  if (error instanceof ExchangeTransientError && error.code === 'ANSWER_TOO_LARGE')
    throw new ExchangeRejectedError(error.code, { cause: error })
  throw error
}
