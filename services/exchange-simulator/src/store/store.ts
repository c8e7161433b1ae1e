import { randomUUID } from 'node:crypto'
import type { LogEntry } from './change-log.ts'
import { Directory } from './directory.ts'
import { changeKeyOf } from './ids.ts'
import type { CalendarItem, FolderName, OwnFolder } from './item.ts'
import type { Journal } from './journal.ts'
import { type Folder, Mailbox } from './mailbox.ts'

/** What happened to one item, as subscribers are told. */
export type StoreEvent = {
  readonly kind: 'created' | 'modified' | 'deleted' | 'moved'
  readonly seq: number
  readonly at: number
  readonly mailbox: string
  readonly folder: FolderName
  readonly itemId: string
  readonly changeKey: string
  readonly old?: { readonly folder: FolderName; readonly itemId: string; readonly changeKey: string }
}

export type NewItem = Omit<
  CalendarItem,
  'itemId' | 'changeKey' | 'mailbox' | 'folder' | 'createdAt' | 'modifiedAt' | 'occurrenceOf'
>

const rememberedStates = 16

/** All mailboxes. Knows nothing of SOAP; every change is journalled before the call returns. */
export class Store {
  readonly #journal: Journal
  readonly #now: () => number
  readonly #mailboxes = new Map<string, Mailbox>()
  readonly #items = new Map<string, CalendarItem>()
  readonly #folders = new Map<string, { mailbox: Mailbox; folder: Folder }>()
  readonly #history = new Map<string, { changeKey: string; fields: string[] }[]>()
  readonly #listeners = new Set<(event: StoreEvent) => void>()
  readonly directory = new Directory(() => this.mailboxes)
  #seq = 0

  constructor(journal: Journal, now: () => number = Date.now) {
    this.#journal = journal
    this.#now = now
    const snapshot = journal.load()
    for (const record of snapshot.mailboxes) this.#register(new Mailbox(record))
    for (const item of snapshot.items) {
      this.#items.set(item.itemId, item)
      this.mailbox(item.mailbox)?.put(item)
    }
    for (const entry of snapshot.entries) {
      this.mailbox(entry.mailbox)?.folder(entry.folder).log.restore(entry)
      this.#seq = entry.seq
    }
  }

  get mailboxes(): Mailbox[] {
    return [...this.#mailboxes.values()]
  }

  get itemCount(): number {
    return this.#items.size
  }

  /** The number of the last change. */
  get seq(): number {
    return this.#seq
  }

  mailbox(address: string): Mailbox | undefined {
    return this.#mailboxes.get(address.toLowerCase())
  }

  addMailbox(address: string, name: string): Mailbox {
    const known = this.mailbox(address)
    if (known) return known
    const record = {
      address: address.toLowerCase(),
      name,
      guid: randomUUID(),
      number: this.#mailboxes.size + 1,
    }
    this.#journal.saveMailbox(record)
    return this.#register(new Mailbox(record))
  }

  /** A folder that the mailbox's user makes. */
  addFolder(mailbox: Mailbox, fields: Omit<OwnFolder, 'name'>): Folder {
    const { folders = [] } = mailbox.record
    const folder = mailbox.addFolder({ ...fields, name: `own-${folders.length + 1}` })
    this.#folders.set(folder.id, { mailbox, folder })
    this.#journal.saveMailbox(mailbox.record)
    return folder
  }

  item(itemId: string): CalendarItem | undefined {
    return this.#items.get(itemId)
  }

  folderById(id: string): { mailbox: Mailbox; folder: Folder } | undefined {
    return this.#folders.get(id)
  }

  create(mailbox: Mailbox, folderName: FolderName, fields: NewItem): CalendarItem {
    const at = this.#now()
    const item = this.#place(mailbox, folderName, { ...fields, createdAt: at, modifiedAt: at })
    this.#tell('created', item)
    return item
  }

  update(item: CalendarItem, changes: Partial<NewItem>): CalendarItem {
    const mailbox = this.#ownerOf(item)
    const seq = ++this.#seq
    const changed: CalendarItem = {
      ...item,
      ...changes,
      changeKey: changeKeyOf(mailbox.guid, seq),
      modifiedAt: this.#now(),
    }
    this.#remember(item, Object.keys(changes))
    mailbox.replace(item, changed)
    this.#items.set(item.itemId, changed)
    this.#journal.saveItem(changed)
    this.#log(changed, 'changed', seq)
    this.#tell('modified', changed)
    return changed
  }

  /** The fields that changed since the item had that change key; `undefined` if that is not known any more. */
  changedSince(itemId: string, changeKey: string): Set<string> | undefined {
    const history = this.#history.get(itemId) ?? []
    const from = history.findIndex((state) => state.changeKey === changeKey)
    return from < 0 ? undefined : new Set(history.slice(from).flatMap(({ fields }) => fields))
  }

  remove(item: CalendarItem): void {
    this.#displace(item)
    this.#tell('deleted', item)
  }

  /** Moves an item; the item found there afterwards has another id, as Exchange copies and deletes. */
  move(item: CalendarItem, to: FolderName, target: Mailbox = this.#ownerOf(item)): CalendarItem {
    this.#displace(item)
    const moved = this.#place(target, to, { ...item, modifiedAt: this.#now() })
    this.#tell('moved', moved, { folder: item.folder, itemId: item.itemId, changeKey: item.changeKey })
    return moved
  }

  /** Calls `listener` after every change, until the function that it returns is called. */
  listen(listener: (event: StoreEvent) => void): () => void {
    this.#listeners.add(listener)
    return () => void this.#listeners.delete(listener)
  }

  /** Journals all that `act` changes in one go. */
  together<Result>(act: () => Result): Result {
    return this.#journal.together(act)
  }

  clear(): void {
    this.#journal.clear()
    this.#mailboxes.clear()
    this.#items.clear()
    this.#folders.clear()
    this.#history.clear()
  }

  close(): void {
    this.#journal.close()
  }

  #register(mailbox: Mailbox): Mailbox {
    this.#mailboxes.set(mailbox.address, mailbox)
    for (const folder of mailbox.folders.values()) this.#folders.set(folder.id, { mailbox, folder })
    return mailbox
  }

  #ownerOf(item: CalendarItem): Mailbox {
    const mailbox = this.mailbox(item.mailbox)
    if (!mailbox) throw new Error('an item without a mailbox')
    return mailbox
  }

  #place(
    mailbox: Mailbox,
    name: FolderName,
    fields: NewItem & { createdAt: number; modifiedAt: number },
  ): CalendarItem {
    const seq = ++this.#seq
    const item: CalendarItem = {
      ...fields,
      mailbox: mailbox.address,
      folder: name,
      itemId: mailbox.ids.itemId(mailbox.folder(name).number, seq),
      changeKey: changeKeyOf(mailbox.guid, seq),
    }
    mailbox.put(item)
    this.#items.set(item.itemId, item)
    this.#journal.saveItem(item)
    this.#log(item, 'created', seq)
    return item
  }

  #displace(item: CalendarItem): void {
    this.#ownerOf(item).take(item)
    this.#items.delete(item.itemId)
    this.#history.delete(item.itemId)
    this.#journal.removeItem(item.itemId)
    this.#log(item, 'removed', ++this.#seq)
  }

  // `fields` is what changes when the item leaves the state that its present change key names.
  #remember({ itemId, changeKey }: CalendarItem, fields: string[]): void {
    const history = [...(this.#history.get(itemId) ?? []), { changeKey, fields }]
    this.#history.set(itemId, history.slice(-rememberedStates))
  }

  #log(item: CalendarItem, kind: LogEntry['kind'], seq: number): void {
    const { entry, superseded } = this.#ownerOf(item).folder(item.folder).log.append(kind, item.itemId, seq)
    this.#journal.append({ ...entry, mailbox: item.mailbox, folder: item.folder }, superseded)
  }

  #tell(kind: StoreEvent['kind'], item: CalendarItem, old?: StoreEvent['old']): void {
    const { mailbox, folder, itemId, changeKey } = item
    const event = {
      kind,
      seq: this.#seq,
      at: this.#now(),
      mailbox,
      folder,
      itemId,
      changeKey,
      ...(old && { old }),
    }
    for (const listener of this.#listeners) listener(event)
  }
}
