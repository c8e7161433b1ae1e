import {
  ExchangeError,
  ExchangeRejectedError,
  ExchangeTransientError,
  ExchangeUnavailableError,
  MailboxRefusedError,
} from '../errors.ts'
import type { ItemResult } from '../calendar-gateway.ts'
import { failed } from '../item-results.ts'

/** Microsoft's advice for writes; a batch may run for a minute at most ("EWS throttling in Exchange"). */
export const writesInBatch = 10
/** Reads cost a tenth of a write; at 50 items of 10 KB an answer is half a megabyte. */
export const readsInBatch = 50

type Batching<Item, Value> = {
  readonly size: number
  /** Only items with the same key go into one call. */
  readonly keyOf?: (item: Item) => string
  /** Says what is wrong with an item that cannot be sent at all. */
  readonly check?: (item: Item) => ExchangeError | undefined
  readonly send: (batch: readonly Item[]) => Promise<ItemResult<Value>[]>
}

/** Sends items in batches, one after the other, and gives their results in the order of the items. */
export async function inBatches<Item, Value>(
  items: readonly Item[],
  batching: Batching<Item, Value>,
): Promise<ItemResult<Value>[]> {
  const results = items.map((item) => {
    const error = batching.check?.(item)
    return error && failed(error)
  }) as ItemResult<Value>[]
  const batches = batchesOf(items, results, batching)

  let stopped: ExchangeError | undefined
  for (let batch = batches.shift(); batch; batch = batches.shift()) {
    const sent = batch.map((index) => items[index] as Item)
    const outcome = stopped ?? (await attempt(() => batching.send(sent)))
    if (outcome instanceof ExchangeRejectedError && batch.length > 1) {
      // One item can spoil the request for its neighbours. Nothing was done; each gets a call of its own.
      batches.unshift(...chunks(batch, 1))
      continue
    }
    if (outcome instanceof ExchangeError) {
      if (batch.length === items.length && saysNothingOfItems(outcome)) throw outcome
      stopped ??= stopsAll(outcome)
    }
    for (const [position, index] of batch.entries()) results[index] = resultAt(outcome, position)
  }
  return results
}

/** The items that have no result yet, by their indexes. */
function batchesOf<Item, Value>(
  items: readonly Item[],
  results: readonly (ItemResult<Value> | undefined)[],
  { size, keyOf }: Batching<Item, Value>,
): number[][] {
  const sendable = [...items.keys()].filter((index) => results[index] === undefined)
  const groups = Map.groupBy(sendable, (index) => keyOf?.(items[index] as Item))
  return [...groups.values()].flatMap((group) => chunks(group, size))
}

function resultAt<Value>(outcome: ItemResult<Value>[] | ExchangeError, position: number): ItemResult<Value> {
  return outcome instanceof ExchangeError ? failed(outcome) : (outcome[position] as ItemResult<Value>)
}

async function attempt<Result>(call: () => Promise<Result>): Promise<Result | ExchangeError> {
  try {
    return await call()
  } catch (error) {
    if (error instanceof ExchangeError) return error
    throw error
  }
}

function saysNothingOfItems(error: ExchangeError): boolean {
  return [ExchangeUnavailableError, ExchangeTransientError, MailboxRefusedError].some(
    (kind) => error instanceof kind,
  )
}

/** What to say of the batches that are not even sent, since they would fail alike. They had no effect. */
function stopsAll(error: ExchangeError): ExchangeError | undefined {
  if (error instanceof MailboxRefusedError) return error
  if (!(error instanceof ExchangeUnavailableError)) return undefined
  return new ExchangeUnavailableError(error.code, error.retryAfterMs, { effect: 'none', cause: error })
}

function chunks<Item>(items: readonly Item[], size: number): Item[][] {
  const count = Math.ceil(items.length / size)
  return Array.from({ length: count }, (_, index) => items.slice(index * size, (index + 1) * size))
}
