import {
  Appointment as EwsAppointment,
  DeleteMode,
  FolderId,
  ItemId,
  SendCancellationsMode,
  SendInvitationsMode,
  Sensitivity,
  WellKnownFolderName,
} from 'ews-javascript-api'
import { type Appointment, fields } from '@lockstep/domain'
import type { CallOptions, ItemHead, ItemResult } from '../../calendar-gateway.ts'
import { writeFields } from '../appointment-properties.ts'
import type { EwsClient } from '../ews-client.ts'
import { resultsOf } from '../responses.ts'
import { testItemProperty } from '../stamp.ts'
import { findItems } from './find-items.ts'
import { writtenItem } from '../written-item.ts'

/** By it those are found that a broken test left behind. */
const mark = 'test'

/** Where nobody looks, for one minute, free, without a reminder, and private: so it crosses to no application. */
const testItem: Appointment = {
  subject: 'Lockstep test item',
  body: {
    contentType: 'text',
    content: 'Lockstep tried whether it may write here. It deletes this at once.',
  },
  start: { dateTime: '2099-01-01T03:00:00', timeZone: 'Etc/UTC' },
  end: { dateTime: '2099-01-01T03:01:00', timeZone: 'Etc/UTC' },
  isAllDay: false,
  location: '',
  showAs: 'free',
  sensitivity: 'normal',
  importance: 'low',
  reminderMinutesBeforeStart: null,
  categories: [],
  attendees: [],
}

/** Writes one, and mails nobody. */
export function createTestItem(
  client: EwsClient,
  mailbox: string,
  options?: CallOptions,
): Promise<ItemResult<string>> {
  return client.run({ operation: 'CreateItem', mailbox, options }, async (service) => {
    const item = new EwsAppointment(service)
    writeFields(item, testItem, fields)
    item.Sensitivity = Sensitivity.Private
    item.SetExtendedProperty(testItemProperty, mark)
    const calendar = new FolderId(WellKnownFolderName.Calendar)
    const none = SendInvitationsMode.SendToNone
    const responses = await service.CreateItems([item], calendar, null as never, none)
    return resultsOf(responses, () => writtenItem(item).itemId)[0]!
  })
}

/** The test items in the default calendar. */
export function findTestItems(
  client: EwsClient,
  mailbox: string,
  options?: CallOptions,
): Promise<ItemHead[]> {
  return findItems(client, mailbox, { property: testItemProperty, value: mark }, options)
}

/** For good: it leaves nothing in Deleted Items. */
export function deleteTestItems(
  client: EwsClient,
  mailbox: string,
  itemIds: readonly string[],
  options?: CallOptions,
): Promise<ItemResult<void>[]> {
  return client.run({ operation: 'DeleteItem', mailbox, options }, async (service) => {
    const ids = itemIds.map((itemId) => new ItemId(itemId))
    const none = SendCancellationsMode.SendToNone
    const responses = await service.DeleteItems(ids, DeleteMode.HardDelete, none, null as never, true)
    return resultsOf(responses, (): void => {})
  })
}
