import type { CallOptions, ItemResult } from '../calendar-gateway.ts'
import { succeeded } from '../item-results.ts'
import type { Placed } from './calendar-item.ts'
import type { EwsClient } from './ews-client.ts'
import { getCalendarFolder } from './operations/get-calendar-folder.ts'

/** Knows the default calendars' ids, so that an item's place is told without a call for each. */
export class CalendarFolders {
  readonly #client: EwsClient
  readonly #ids = new Map<string, string>()

  constructor(client: EwsClient) {
    this.#client = client
  }

  /**
   * Says of each item whether it lies in the default calendar. An id may change when a mailbox is restored, so it is
   * asked for anew before an item is said to lie elsewhere, which happens seldom and ends a synchronisation.
   */
  async locate<Item extends Placed>(
    mailbox: string,
    items: readonly ItemResult<Item>[],
    options?: CallOptions,
  ): Promise<ItemResult<Omit<Item, 'folderId'> & { inCalendar: boolean }>[]> {
    const known = this.#ids.get(mailbox)
    const isSettled = items.every((item) => !item.ok || item.value.folderId === known)
    const calendarId = isSettled ? known : await getCalendarFolder(this.#client, mailbox, options)
    if (calendarId !== undefined) this.#ids.set(mailbox, calendarId)

    return items.map((item) => {
      if (!item.ok) return item
      const { folderId, ...rest } = item.value
      return succeeded({ ...rest, inCalendar: folderId === calendarId })
    })
  }
}
