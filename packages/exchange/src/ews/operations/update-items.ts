import {
  Appointment,
  ConflictResolutionMode,
  type ExchangeService,
  SendInvitationsOrCancellationsMode,
} from 'ews-javascript-api'
import type { CallOptions, ItemResult, SendMode, Update, WrittenItem } from '../../calendar-gateway.ts'
import { succeeded } from '../../item-results.ts'
import { writeFields } from '../appointment-properties.ts'
import { inBatches, writesInBatch } from '../batches.ts'
import type { EwsClient } from '../ews-client.ts'
import { resultsOf } from '../responses.ts'
import { writeStamp } from '../stamp.ts'
import { unwritable } from '../unwritable.ts'
import { writtenItem } from '../written-item.ts'

const sendModes: Record<SendMode, SendInvitationsOrCancellationsMode> = {
  none: SendInvitationsOrCancellationsMode.SendToNone,
  all: SendInvitationsOrCancellationsMode.SendToAllAndSaveCopy,
  changed: SendInvitationsOrCancellationsMode.SendToChangedAndSaveCopy,
}

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/updateitem-operation-calendar-item */
export async function updateItems(
  client: EwsClient,
  mailbox: string,
  updates: readonly Update[],
  options?: CallOptions,
): Promise<ItemResult<WrittenItem>[]> {
  const written = await inBatches(updates.filter(setsSomething), {
    size: writesInBatch,
    keyOf: ({ send }) => send,
    check: ({ appointment }) => unwritable(appointment),
    send: (batch) =>
      client.run({ operation: 'UpdateItem', mailbox, options }, async (service) => {
        const items = batch.map((update) => updatedItem(service, update))
        const send = sendModes[batch[0]?.send ?? 'none']
        const never = ConflictResolutionMode.NeverOverwrite
        const responses = await service.UpdateItems(items, null as never, never, null as never, send)
        return resultsOf(responses, (_, index) => writtenItem(items[index] as Appointment))
      }),
  })
  return updates.map((update) =>
    setsSomething(update)
      ? (written.shift() as ItemResult<WrittenItem>)
      : succeeded({ itemId: update.itemId, changeKey: update.changeKey }),
  )
}

/** Exchange refuses an update that sets nothing. */
function setsSomething({ fields, stamp }: Update): boolean {
  return stamp !== undefined || fields.some((field) => field !== 'responses')
}

/** An item of which nothing is known but its handle, so that nothing but the named fields can be sent. */
function updatedItem(
  service: ExchangeService,
  { itemId, changeKey, appointment, fields, stamp }: Update,
): Appointment {
  const item = new Appointment(service)
  const handle = { __type: 'CalendarItem', ItemId: { Id: itemId, ChangeKey: changeKey } }
  ;(item as unknown as Loadable).LoadFromXmlJsObject(handle, service, true, null, false)
  writeFields(item, appointment, fields)
  if (stamp) writeStamp(item, stamp, appointment)
  return item
}

type Loadable = {
  LoadFromXmlJsObject(
    item: object,
    service: ExchangeService,
    clear: boolean,
    requestedProperties: null,
    summaryOnly: boolean,
  ): void
}
