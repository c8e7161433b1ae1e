import { Appointment, FolderId, SendInvitationsMode, WellKnownFolderName } from 'ews-javascript-api'
import { fields } from '@lockstep/domain'
import type { CallOptions, Creation, ItemResult, WrittenItem } from '../../calendar-gateway.ts'
import { writeFields } from '../appointment-properties.ts'
import { inBatches, writesInBatch } from '../batches.ts'
import type { EwsClient } from '../ews-client.ts'
import { resultsOf } from '../responses.ts'
import { writeStamp } from '../stamp.ts'
import { unwritable } from '../unwritable.ts'
import { writtenItem } from '../written-item.ts'

const sendModes: Record<Creation['send'], SendInvitationsMode> = {
  none: SendInvitationsMode.SendToNone,
  all: SendInvitationsMode.SendToAllAndSaveCopy,
}

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/createitem-operation-calendar-item */
export function createItems(
  client: EwsClient,
  mailbox: string,
  creations: readonly Creation[],
  options?: CallOptions,
): Promise<ItemResult<WrittenItem>[]> {
  return inBatches(creations, {
    size: writesInBatch,
    keyOf: ({ send }) => send,
    check: ({ appointment }) => unwritable(appointment),
    send: (batch) =>
      client.run({ operation: 'CreateItem', mailbox, options }, async (service) => {
        const items = batch.map(({ appointment, stamp }) => {
          const item = new Appointment(service)
          writeFields(item, appointment, fields)
          writeStamp(item, stamp, appointment)
          return item
        })
        const send = sendModes[batch[0]?.send ?? 'none']
        const calendar = new FolderId(WellKnownFolderName.Calendar)
        const responses = await service.CreateItems(items, calendar, null as never, send)
        return resultsOf(responses, (_, index) => writtenItem(items[index] as Appointment))
      }),
  })
}
