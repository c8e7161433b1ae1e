import type { Cluster, Redis } from 'ioredis'
import { LedgerSchemaError } from './errors.ts'

/** The form of everything that the ledger stores. It grows with each change that older code could not read. */
const SCHEMA = 1

/** What brings the data of a version to the next one. Each can be repeated after a crash. */
const migrations: Readonly<Record<number, (redis: Redis | Cluster) => Promise<void>>> = {}

/** Claims an empty Redis, brings older data up to date, and refuses newer data. */
export async function checkSchema(redis: Redis | Cluster, key: string): Promise<void> {
  await redis.setnx(key, SCHEMA)
  for (;;) {
    const found = Number(await redis.get(key))
    if (found === SCHEMA) return

    const migrate = migrations[found]
    if (!migrate) {
      throw new LedgerSchemaError(
        `The data in Redis has schema ${found}, this Lockstep reads schema ${SCHEMA}. Run the version that wrote it, or a newer one.`,
      )
    }
    await migrate(redis)
    await redis.set(key, found + 1)
  }
}
