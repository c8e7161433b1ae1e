import { ChangeLog } from './change-log.ts'
import { createMailboxIds, type MailboxIds } from './ids.ts'
import { type CalendarItem, type FolderName, folderNames, type OwnFolder } from './item.ts'
import type { MailboxRecord } from './journal.ts'

export type Folder = {
  readonly name: FolderName
  readonly id: string
  readonly number: number
  readonly items: Map<string, CalendarItem>
  readonly log: ChangeLog
  /** Only of a folder that its user made. */
  readonly own?: OwnFolder
}

/** So that folders which every mailbox has may be added without changing the ids of those that users made. */
const firstOwnNumber = 1_000

/** One mailbox in memory: its folders, and the indexes by which items are found without a search. */
export class Mailbox {
  readonly address: string
  readonly name: string
  readonly guid: string
  readonly ids: MailboxIds
  readonly #folders: Map<FolderName, Folder>
  readonly #byUid = new Map<string, Set<CalendarItem>>()
  readonly #byExtended = new Map<string, Set<CalendarItem>>()

  readonly #number: number

  constructor(record: MailboxRecord) {
    this.#number = record.number
    this.address = record.address
    this.name = record.name
    this.guid = record.guid
    this.ids = createMailboxIds(record.guid)
    this.#folders = new Map(folderNames.map((name, index) => [name, this.#empty(name, index + 1)]))
    for (const own of record.folders ?? []) this.addFolder(own)
  }

  /** As it is kept. */
  get record(): MailboxRecord {
    const { address, name, guid } = this
    const folders = [...this.#folders.values()].flatMap(({ own }) => own ?? [])
    return { address, name, guid, number: this.#number, folders }
  }

  get folders(): ReadonlyMap<FolderName, Folder> {
    return this.#folders
  }

  addFolder(own: OwnFolder): Folder {
    const number = firstOwnNumber + Number(own.name.slice('own-'.length))
    const folder = { ...this.#empty(own.name, number), own }
    this.#folders.set(own.name, folder)
    return folder
  }

  #empty(name: FolderName, number: number): Folder {
    return { name, number, id: this.ids.folderId(number), items: new Map(), log: new ChangeLog() }
  }

  folder(name: FolderName): Folder {
    const folder = this.folders.get(name)
    if (!folder) throw new Error(`no folder ${name}`)
    return folder
  }

  withUid(uid: string): CalendarItem[] {
    return [...(this.#byUid.get(uid.toUpperCase()) ?? [])]
  }

  /** Without regard to case. */
  withExtended(key: string, value: string): CalendarItem[] {
    return [...(this.#byExtended.get(`${key}\0${value.toLowerCase()}`) ?? [])]
  }

  put(item: CalendarItem): void {
    this.folder(item.folder).items.set(item.itemId, item)
    this.#index(item, (index, key) => {
      const items = index.get(key)
      if (items) items.add(item)
      else index.set(key, new Set([item]))
    })
  }

  take(item: CalendarItem): void {
    this.folder(item.folder).items.delete(item.itemId)
    this.#unindex(item)
  }

  replace(old: CalendarItem, item: CalendarItem): void {
    this.#unindex(old)
    this.put(item)
  }

  #unindex(item: CalendarItem): void {
    this.#index(item, (index, key) => {
      const items = index.get(key)
      items?.delete(item)
      if (items?.size === 0) index.delete(key)
    })
  }

  #index(item: CalendarItem, visit: (index: Map<string, Set<CalendarItem>>, key: string) => void): void {
    visit(this.#byUid, item.uid.toUpperCase())
    for (const [key, { values }] of Object.entries(item.extended)) {
      for (const value of values) visit(this.#byExtended, `${key}\0${value.toLowerCase()}`)
    }
  }
}
