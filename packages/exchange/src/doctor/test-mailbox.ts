import { setTimeout as wait } from 'node:timers/promises'
import type { ItemResult } from '../calendar-gateway.ts'
import { ExchangeTransientError, ExchangeUnavailableError, ItemGoneError } from '../errors.ts'
import type { EwsClient } from '../ews/ews-client.ts'
import { getCalendarFolder } from '../ews/operations/get-calendar-folder.ts'
import { type Resolution, resolveNames } from '../ews/operations/resolve-names.ts'
import { createTestItem, deleteTestItems, findTestItems } from '../ews/operations/test-item.ts'
import { whenNobodyElseTries } from '../when-nobody-else-tries.ts'
import { examineNotifications, type Notifications } from './examine-notifications.ts'
import { failed, type Finding, inOrder, ok, type Part, type Step } from './step.ts'

export type MailboxTest = {
  readonly notifications: Notifications
  readonly signal?: AbortSignal | undefined
}

/** How often a call is made again that failed for the moment, and the longest wait before it. */
const patience = { tries: 3, mostMs: 20_000 }

/**
 * Tries all that synchronising a mailbox takes, and leaves nothing behind: resolve, impersonate, read, write and delete
 * a hidden test item, subscribe, receive a notification. The first account does it; all must be able to impersonate.
 */
export function testMailbox(
  accounts: readonly EwsClient[],
  address: string,
  { notifications, signal }: MailboxTest,
  mustImpersonate: boolean,
): AsyncGenerator<Step> {
  const [client] = accounts as readonly [EwsClient]
  const options = signal ? { signal } : {}
  const again = <Result>(call: () => Promise<Result>) =>
    patiently(() => whenNobodyElseTries(call, signal), signal)
  let itemId = ''

  const parts: Part[] = [
    {
      name: 'resolve',
      examine: async () => {
        const inNameOf = mustImpersonate ? address : undefined
        return verdictOn(address, await again(() => resolveNames(client, address, inNameOf, options)))
      },
    },
    {
      name: 'impersonate',
      examine: async () => {
        for (const account of accounts) await again(() => getCalendarFolder(account, address, options))
        return ok(`${accounts.length > 1 ? 'all accounts' : 'the account'} may act for the mailbox`)
      },
    },
    {
      name: 'read',
      examine: async () => {
        await again(() => sweepTestItems(client, address, options))
        return ok('the calendar can be read')
      },
    },
    {
      name: 'write',
      examine: async () => {
        itemId = valueOf(await again(async () => createTestItem(client, address, options)))
        return ok('a hidden test item was written')
      },
    },
    {
      name: 'delete',
      examine: async () => {
        await again(() => deleteAll(client, address, [itemId], options))
        return ok('and deleted')
      },
    },
    ...examineNotifications(client, address, notifications, signal),
  ]
  return inOrder(parts)
}

/** Whether the directory knows a mailbox by this very address. */
function verdictOn(address: string, found: readonly Resolution[]): Finding {
  const isAsked = (resolution: Resolution) => resolution.address.toLowerCase() === address.toLowerCase()
  const exact = found.filter(isAsked)
  const [resolution] = exact.length > 0 ? exact : found
  if (!resolution) return failed('ErrorNameResolutionNoResults', 'the directory does not know the address')
  if (exact.length > 1 || (exact.length === 0 && found.length > 1))
    return failed('AMBIGUOUS_ADDRESS', 'the directory knows several by this address')
  if (!resolution.isMailbox) return failed('NOT_A_MAILBOX', 'what has this address is no mailbox')
  if (exact.length === 0)
    return failed('NOT_PRIMARY_ADDRESS', `the primary address of this mailbox is ${resolution.address}`)
  return ok('the directory knows the address')
}

/** Reads the calendar, and takes away what a test that was broken off may have left in it. */
async function sweepTestItems(
  client: EwsClient,
  mailbox: string,
  options: { signal?: AbortSignal },
): Promise<void> {
  const left = await findTestItems(client, mailbox, options)
  const itemIds = left.map(({ itemId }) => itemId)
  if (itemIds.length > 0) await deleteAll(client, mailbox, itemIds, options)
}

async function deleteAll(
  client: EwsClient,
  mailbox: string,
  itemIds: readonly string[],
  options: { signal?: AbortSignal },
): Promise<void> {
  for (const result of await deleteTestItems(client, mailbox, itemIds, options)) {
    if (!result.ok && !(result.error instanceof ItemGoneError)) throw result.error
  }
}

/** Throttling and hiccups say nothing of the mailbox. A test item that was written twice goes with the next test. */
async function patiently<Result>(call: () => Promise<Result>, signal?: AbortSignal): Promise<Result> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await call()
    } catch (error) {
      if (tries >= patience.tries || signal?.aborted || !mayPass(error)) throw error
      const waitMs = error instanceof ExchangeUnavailableError ? error.retryAfterMs : 500
      await wait(Math.min(waitMs, patience.mostMs), undefined, signal && { signal }).catch(() => {})
    }
  }
}

/** What has a mend does not pass by itself. */
function mayPass(error: unknown): boolean {
  if (error instanceof ExchangeTransientError) return true
  return error instanceof ExchangeUnavailableError && error.mend === undefined
}

function valueOf<Value>(result: ItemResult<Value>): Value {
  if (result.ok) return result.value
  throw result.error
}
