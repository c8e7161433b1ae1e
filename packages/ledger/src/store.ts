import type { ChainableCommander, Cluster, Redis } from 'ioredis'
import { ledgerError } from './errors.ts'
import { createKeys, type Keys } from './keys.ts'
import { checkSchema } from './schema.ts'
import { type Argument, registerScripts, runScript, type ScriptName } from './scripts.ts'

/** Redis as the parts of the ledger use it: nothing is sent before the schema is known to fit. */
export type Store = {
  readonly keys: Keys
  readonly open: () => Promise<void>
  readonly send: <Reply>(command: (redis: Redis | Cluster) => Promise<Reply>) => Promise<Reply>
  /** Commands of one slot in one round trip; the replies in their order. */
  readonly pipeline: (fill: (pipeline: ChainableCommander) => void) => Promise<unknown[]>
  readonly run: (name: ScriptName, keys: readonly string[], args: readonly Argument[]) => Promise<unknown>
}

export function createStore(redis: Redis | Cluster, prefix: string): Store {
  const keys = createKeys(prefix)
  registerScripts(redis)
  let opening: Promise<void> | undefined

  const open = async () => {
    opening ??= checkSchema(redis, keys.schema)
    try {
      await opening
    } catch (error) {
      opening = undefined
      throw ledgerError(error)
    }
  }
  const send: Store['send'] = async (command) => {
    await open()
    try {
      return await command(redis)
    } catch (error) {
      throw ledgerError(error)
    }
  }

  return {
    keys,
    open,
    send,
    run: (name, scriptKeys, args) => send((redis) => runScript(redis, name, scriptKeys, args)),
    pipeline: (fill) =>
      send(async (redis) => {
        const pipeline = redis.pipeline()
        fill(pipeline)
        return repliesOf(await pipeline.exec())
      }),
  }
}

function repliesOf(results: [Error | null, unknown][] | null): unknown[] {
  return (results ?? []).map(([error, reply]) => {
    if (error) throw error
    return reply
  })
}
