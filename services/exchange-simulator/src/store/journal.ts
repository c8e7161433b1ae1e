import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { LogEntry } from './change-log.ts'
import type { CalendarItem, FolderName, OwnFolder } from './item.ts'

export type MailboxRecord = {
  address: string
  guid: string
  number: number
  name: string
  folders?: OwnFolder[]
}
export type FolderEntry = LogEntry & { mailbox: string; folder: FolderName }
export type Snapshot = { mailboxes: MailboxRecord[]; items: CalendarItem[]; entries: FolderEntry[] }

/** Where the store writes everything it must still know after a restart, before it answers. */
export interface Journal {
  load(): Snapshot
  saveMailbox(mailbox: MailboxRecord): void
  saveItem(item: CalendarItem): void
  removeItem(itemId: string): void
  /** Adds an entry and forgets those that nobody needs any more. */
  append(entry: FolderEntry, superseded: readonly number[]): void
  /** Writes all that happens in `act` together. */
  together<Result>(act: () => Result): Result
  clear(): void
  close(): void
}

/** Forgets everything: for tests. */
export const memoryJournal: Journal = {
  load: () => ({ mailboxes: [], items: [], entries: [] }),
  saveMailbox: () => {},
  saveItem: () => {},
  removeItem: () => {},
  append: () => {},
  together: (act) => act(),
  clear: () => {},
  close: () => {},
}

const schema = `
  PRAGMA journal_mode = WAL;
  PRAGMA synchronous = NORMAL;
  CREATE TABLE IF NOT EXISTS mailboxes (address TEXT PRIMARY KEY, content TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS items (itemId TEXT PRIMARY KEY, content TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS entries (seq INTEGER PRIMARY KEY, content TEXT NOT NULL) STRICT;
`

/** Keeps the store in one SQLite file of `directory`; a killed process loses nothing that was answered. */
export function openSqliteJournal(directory: string): Journal {
  mkdirSync(directory, { recursive: true })
  const database = new DatabaseSync(join(directory, 'exchange.sqlite'))
  database.exec(schema)
  // They keep their order.
  const saveMailbox = database.prepare(
    'INSERT INTO mailboxes VALUES (?, ?) ON CONFLICT (address) DO UPDATE SET content = excluded.content',
  )
  const saveItem = database.prepare('INSERT OR REPLACE INTO items VALUES (?, ?)')
  const removeItem = database.prepare('DELETE FROM items WHERE itemId = ?')
  const forget = database.prepare('DELETE FROM entries WHERE seq = ?')
  const append = database.prepare('INSERT INTO entries VALUES (?, ?)')
  const contents = <T>(table: string, order: string): T[] =>
    database
      .prepare(`SELECT content FROM ${table} ORDER BY ${order}`)
      .all()
      .map((row) => JSON.parse(String(row['content'])) as T)

  return {
    load: () => ({
      mailboxes: contents<MailboxRecord>('mailboxes', 'rowid'),
      items: contents<CalendarItem>('items', 'rowid'),
      entries: contents<FolderEntry>('entries', 'seq'),
    }),
    saveMailbox: (mailbox) => void saveMailbox.run(mailbox.address, JSON.stringify(mailbox)),
    saveItem: (item) => void saveItem.run(item.itemId, JSON.stringify(item)),
    removeItem: (itemId) => void removeItem.run(itemId),
    append: (entry, superseded) => {
      append.run(entry.seq, JSON.stringify(entry))
      for (const seq of superseded) forget.run(seq)
    },
    together: (act) => {
      database.exec('BEGIN')
      try {
        return act()
      } finally {
        // What failed halfway has its effect in memory too.
        database.exec('COMMIT')
      }
    },
    clear: () => database.exec('DELETE FROM mailboxes; DELETE FROM items; DELETE FROM entries'),
    close: () => database.close(),
  }
}
