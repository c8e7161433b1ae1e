import { randomUUID } from 'node:crypto'
import { checkSchema } from './schema.ts'
import type { Store } from './store.ts'

export type GenerationLedger = {
  /** A name of this ledger. Another one than before: everything that it held was lost, and it begins anew. */
  generation(): Promise<string>
}

export function createGeneration({ keys, send }: Store): GenerationLedger {
  return {
    generation: () =>
      send(async (redis) => {
        const known = await redis.get(keys.generation)
        if (known !== null) return known
        await checkSchema(redis, keys.schema)
        await redis.setnx(keys.generation, randomUUID())
        return (await redis.get(keys.generation))!
      }),
  }
}
