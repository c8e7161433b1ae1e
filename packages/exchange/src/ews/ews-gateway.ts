import type { CalendarGateway, CalendarItem, ItemHead, ItemResult } from '../calendar-gateway.ts'
import { ExchangeRejectedError, ItemGoneError } from '../errors.ts'
import { CalendarFolders } from './calendar-folders.ts'
import { failed, succeeded } from '../item-results.ts'
import { isAnswer } from './failures.ts'
import type { EwsClient } from './ews-client.ts'
import { createItems } from './operations/create-items.ts'
import { deleteItems } from './operations/delete-items.ts'
import { findElsewhereByStamp, findTakenAwayByStamp } from './operations/find-elsewhere.ts'
import { findByPlainUid, findByStamp, findByUid } from './operations/find-items.ts'
import { getCalendarFolder } from './operations/get-calendar-folder.ts'
import { getHeads, getItems } from './operations/get-items.ts'
import { getStreamingEvents } from './operations/get-streaming-events.ts'
import { subscribe, subscribeStreaming } from './operations/subscribe.ts'
import { syncFolderItems } from './operations/sync-folder-items.ts'
import { unsubscribe } from './operations/unsubscribe.ts'
import { updateItems } from './operations/update-items.ts'

/** How servers that are not Microsoft's say that they do not search for the property in which Exchange keeps the UID. */
const unsearchable = new Set([
  'ErrorUnsupportedPathForQuery',
  'ErrorUnsupportedPropertyDefinition',
  'ErrorInvalidExtendedProperty',
])

/** The calendars of one Exchange organisation over EWS. */
export function createEwsGateway(client: EwsClient): CalendarGateway {
  const calendars = new CalendarFolders(client)

  return {
    createItems: (mailbox, creations, options) => createItems(client, mailbox, creations, options),
    updateItems: (mailbox, updates, options) => updateItems(client, mailbox, updates, options),
    deleteItems: (mailbox, deletions, options) => deleteItems(client, mailbox, deletions, options),
    findByStamp: (mailbox, appointmentId, options) => findByStamp(client, mailbox, appointmentId, options),
    findTakenAwayByStamp: (mailbox, appointmentId, options) =>
      findTakenAwayByStamp(client, mailbox, appointmentId, options),
    findElsewhereByStamp: (mailbox, appointmentIds, options) =>
      findElsewhereByStamp(client, mailbox, appointmentIds, options),
    sync: (mailbox, cursor, options) => syncFolderItems(client, mailbox, cursor, options),
    unsubscribe: (mailbox, subscriptionId, options) => unsubscribe(client, mailbox, subscriptionId, options),
    subscribeStreaming: (mailbox, group, options) => subscribeStreaming(client, mailbox, group, options),
    listen: (group, subscriptionIds, onChange, options) =>
      getStreamingEvents(client, group, { subscriptionIds, onChange }, options),
    subscribe: (mailbox, url, statusFrequencyMinutes, options) =>
      subscribe(client, mailbox, { url, statusFrequencyMinutes }, options),

    async getItems(mailbox, itemIds, options): Promise<ItemResult<CalendarItem>[]> {
      if (itemIds.length === 0) return []
      const items = await getItems(client, mailbox, itemIds, options)
      return calendars.locate(mailbox, items, options)
    },

    async getHeads(mailbox, itemIds, options): Promise<ItemResult<ItemHead>[]> {
      if (itemIds.length === 0) return []
      const items = await getHeads(client, mailbox, itemIds, options)
      const located = await calendars.locate(mailbox, items, options)
      return located.map((item) => {
        if (!item.ok) return item
        const { inCalendar, ...head } = item.value
        return inCalendar ? succeeded(head) : failed(new ItemGoneError('ErrorItemNotFound'))
      })
    },

    async findByUid(mailbox, uid, options): Promise<ItemHead[]> {
      try {
        return await findByUid(client, mailbox, uid, options)
      } catch (error) {
        if (!(error instanceof ExchangeRejectedError && unsearchable.has(error.code))) throw error
        return findByPlainUid(client, mailbox, uid, options)
      }
    },

    async probe(options) {
      try {
        await getCalendarFolder(client, undefined, options)
      } catch (error) {
        if (!isAnswer(error)) throw error
      }
    },
  }
}
