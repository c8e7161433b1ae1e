import { changedFields, type Draft, draftOf, newDraft, settle } from './calendar/draft.ts'
import type { Meetings } from './meetings.ts'
import {
  type ChangedItem,
  changedSchema,
  type EnteredItem,
  enteredSchema,
  type PlainItem,
} from './plain-item.ts'
import { fromPlainItem, toPlainItem } from './read-plain-item.ts'
import { itemNotFound, nonExistentMailbox } from './soap/errors.ts'
import type { CalendarItem, FolderName, OwnFolder } from './store/item.ts'
import type { Mailbox } from './store/mailbox.ts'
import type { Store } from './store/store.ts'

export type DeleteOptions = {
  /** Where it goes: to Deleted Items as with the Delete key, or to Recoverable Items as with Shift+Delete. */
  how?: 'toDeletedItems' | 'forGood'
  /** Whether a meeting's attendees are told. */
  sendsCancellations?: boolean
}

/** Without a class it is one for mail, without a parent one beside the inbox. */
export type NewFolder = Pick<OwnFolder, 'displayName'> & Partial<Omit<OwnFolder, 'name'>>

/** What users do in Outlook: on their own calendar, with mails to attendees, and telling subscribers. */
export class Users {
  readonly #store: Store
  readonly #meetings: Meetings

  constructor(store: Store, meetings: Meetings) {
    this.#store = store
    this.#meetings = meetings
  }

  /** Everything in the mailbox's calendar folder, in the order of its start. */
  calendarOf(address: string): PlainItem[] {
    const items = [...this.#mailbox(address).folder('calendar').items.values()]
    return items.sort((left, right) => left.start - right.start).map(toPlainItem)
  }

  creates(address: string, entered: EnteredItem): PlainItem {
    const mailbox = this.#mailbox(address)
    const draft = newDraft({ address: mailbox.address, name: mailbox.name }, undefined)
    return this.#store.together(() => {
      const fields = apply(draft, fromPlainItem(enteredSchema.parse(entered)))
      return toPlainItem(this.#meetings.created(this.#store.create(mailbox, 'calendar', fields), 'all'))
    })
  }

  updates(address: string, itemId: string, changed: ChangedItem): PlainItem {
    const item = this.#item(address, itemId)
    return this.#store.together(() => {
      const fields = apply(draftOf(item, undefined), fromPlainItem(changedSchema.parse(changed), item))
      const updated = this.#store.update(item, {
        ...changedFields(item, fields),
        modifiedBy: this.#mailbox(address).name,
      })
      return toPlainItem(this.#meetings.updated(item, updated, 'all'))
    })
  }

  deletes(
    address: string,
    itemId: string,
    { how = 'toDeletedItems', sendsCancellations = true }: DeleteOptions = {},
  ): void {
    const item = this.#item(address, itemId)
    this.#store.together(() => {
      this.#meetings.deleted(item, sendsCancellations ? 'all' : 'none')
      this.#store.move(item, how === 'forGood' ? 'recoverableitemsdeletions' : 'deleteditems')
    })
  }

  /** Drags it to another folder, or back: it gets a new id, and nobody is told. */
  moves(address: string, itemId: string, folder: FolderName): PlainItem {
    const item = this.#item(address, itemId)
    return this.#store.together(() => toPlainItem(this.#store.move(item, folder)))
  }

  /** Makes a folder, and says by which name items are moved to it. */
  addsFolder(
    address: string,
    { displayName, folderClass = 'IPF.Note', parent = 'msgfolderroot' }: NewFolder,
  ): FolderName {
    return this.#store.addFolder(this.#mailbox(address), { displayName, folderClass, parent }).name
  }

  /** A copy in the calendar, with other values here and there. It carries the UID and all named properties; nobody is told. */
  copies(address: string, itemId: string, changed: ChangedItem): PlainItem {
    const item = this.#item(address, itemId)
    return this.#store.together(() => {
      const fields = apply(draftOf(item, undefined), fromPlainItem(changedSchema.parse(changed), item))
      return toPlainItem(this.#store.create(this.#mailbox(address), 'calendar', fields))
    })
  }

  #mailbox(address: string): Mailbox {
    const mailbox = this.#store.mailbox(address)
    if (!mailbox) throw nonExistentMailbox()
    return mailbox
  }

  #item(address: string, itemId: string): CalendarItem {
    const item = this.#store.item(itemId)
    if (!item || item.mailbox !== this.#mailbox(address).address) throw itemNotFound()
    return item
  }
}

function apply(draft: Draft, fields: Partial<Draft['item']>): Draft['item'] {
  Object.assign(draft.item, fields)
  return settle(draft)
}
