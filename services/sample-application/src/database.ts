import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'

const tables = `
  CREATE TABLE IF NOT EXISTS appointments (
    appointment_id TEXT PRIMARY KEY,
    mailbox        TEXT NOT NULL,
    version        INTEGER NOT NULL, -- grows with each change made here
    taken_version  INTEGER NOT NULL, -- the newest version that Lockstep took
    revision       INTEGER NOT NULL, -- the newest change of Lockstep's that was applied
    cancelled      INTEGER NOT NULL,
    appointment    TEXT NOT NULL
  ) STRICT;
  CREATE INDEX IF NOT EXISTS appointments_of_mailbox ON appointments (mailbox);

  -- Versions that Lockstep has not taken yet. Written in the transaction that changes the appointment.
  CREATE TABLE IF NOT EXISTS outbox (
    position       INTEGER PRIMARY KEY AUTOINCREMENT,
    appointment_id TEXT NOT NULL,
    mailbox        TEXT NOT NULL,
    type           TEXT NOT NULL,
    version        INTEGER NOT NULL,
    based_on       INTEGER NOT NULL,
    time           TEXT NOT NULL,
    appointment    TEXT -- none for a cancelled one
  ) STRICT;

  -- Ids of deliveries that were received, so that a repeated one is known.
  CREATE TABLE IF NOT EXISTS deliveries (webhook_id TEXT PRIMARY KEY, received_ms INTEGER NOT NULL) STRICT;
  CREATE INDEX IF NOT EXISTS deliveries_by_age ON deliveries (received_ms);
`

export type Database = DatabaseSync

/** Opens the application's database in a directory, or in memory. What is committed outlives a killed process. */
export function openDatabase(dataDir?: string): Database {
  if (dataDir) mkdirSync(dataDir, { recursive: true })
  const database = new DatabaseSync(dataDir ? join(dataDir, 'sample-application.sqlite') : ':memory:')
  database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA busy_timeout = 5000')
  database.exec(tables)
  return database
}

/** Does all of `work` or nothing of it. */
export function transaction<Result>(database: Database, work: () => Result): Result {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    database.exec('ROLLBACK')
    throw error
  }
}
