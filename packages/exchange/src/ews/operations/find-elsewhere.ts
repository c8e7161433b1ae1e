import {
  Appointment,
  AppointmentSchema,
  FindItemRequest,
  type FindItemResponse,
  FolderId,
  ItemView,
  LogicalOperator,
  SearchFilter,
  type ServiceResponseCollection,
  ServiceErrorHandling,
  SortDirection,
  WellKnownFolderName,
} from 'ews-javascript-api'
import type { CallOptions, ItemHead } from '../../calendar-gateway.ts'
import type { ExchangeError } from '../../errors.ts'
import { headShape, readHead } from '../calendar-item.ts'
import type { EwsClient } from '../ews-client.ts'
import { resultsOf } from '../responses.ts'
import { appointmentIdProperty } from '../stamp.ts'
import { findFolders, type ItemFolder } from './find-folders.ts'
import { withStampOf } from './find-items.ts'
import { getCalendarFolder } from './get-calendar-folder.ts'

/** Exchange searches a folder item by item, and gives a call a minute. */
const [foldersInCall, itemsInCall] = [25, 50_000]
/** A restriction may have some 255 parts. */
const idsInCall = 50
/** Exchange gives 250 at a time where something is searched for. */
const pageSize = 100

/** What is searched for in the mailbox of a search. */
type Search = {
  readonly client: EwsClient
  readonly mailbox: string
  readonly appointmentIds: readonly string[]
  readonly options: CallOptions | undefined
}

/** Looks through every folder but the default calendar. What was deleted lies where it is looked last. */
export async function findElsewhereByStamp(
  client: EwsClient,
  mailbox: string,
  appointmentIds: readonly string[],
  options?: CallOptions,
): Promise<ItemHead[]> {
  if (appointmentIds.length === 0) return []
  const others = await besidesCalendar(client, mailbox, options)
  const found: ItemHead[] = []
  for (let from = 0; from < appointmentIds.length; from += idsInCall) {
    const search = { client, mailbox, appointmentIds: appointmentIds.slice(from, from + idsInCall), options }
    found.push(...(await findIn(others, search)))
    found.push(...(await findIn(await recoverable(search), search)))
  }
  return found
}

/** Where users put things, and what they delete for good goes. */
export async function findTakenAwayByStamp(
  client: EwsClient,
  mailbox: string,
  appointmentId: string,
  options?: CallOptions,
): Promise<ItemHead[]> {
  const folders = [...(await besidesCalendar(client, mailbox, options)), ...deletedForGood]
  return findIn(folders, { client, mailbox, appointmentIds: [appointmentId], options })
}

/** Beside them lie earlier states of items, and Exchange's own log of the calendar: of what is there, too. */
const deletedForGood: readonly ItemFolder[] = [
  { id: WellKnownFolderName.RecoverableItemsDeletions, items: 0 },
  { id: WellKnownFolderName.RecoverableItemsPurges, items: 0 },
]

async function besidesCalendar(
  client: EwsClient,
  mailbox: string,
  options: CallOptions | undefined,
): Promise<ItemFolder[]> {
  const calendarId = await getCalendarFolder(client, mailbox, options)
  const folders = await findFolders(client, mailbox, WellKnownFolderName.MsgFolderRoot, options)
  return folders.filter(({ id }) => id !== calendarId)
}

/** What is deleted with Shift, or out of Deleted Items, and what is kept of it and of its earlier states. */
async function recoverable({ client, mailbox, options }: Search): Promise<ItemFolder[]> {
  try {
    return await findFolders(client, mailbox, WellKnownFolderName.RecoverableItemsRoot, options)
  } catch (error) {
    // Not every server has them.
    if (isClosed(error as ExchangeError)) return []
    throw error
  }
}

async function findIn(folders: readonly ItemFolder[], search: Search): Promise<ItemHead[]> {
  const found: ItemHead[] = []
  for (const batch of callsOf(folders)) {
    const pages = await findPage(batch, search, 0)
    found.push(...pages.flatMap(({ heads }) => heads))
    for (const [index, folder] of batch.entries()) {
      for (let { next } = pages[index]!; next !== undefined;) {
        const [page] = await findPage([folder], search, next)
        found.push(...page!.heads)
        next = page!.next
      }
    }
  }
  return withStampOf(found, search.appointmentIds)
}

/** A large folder gets a call of its own. */
function callsOf(folders: readonly ItemFolder[]): ItemFolder[][] {
  const calls: ItemFolder[][] = []
  let items = 0
  for (const folder of folders) {
    const last = calls.at(-1)
    items += folder.items
    if (last && last.length < foldersInCall && items <= itemsInCall) last.push(folder)
    else {
      calls.push([folder])
      items = folder.items
    }
  }
  return calls
}

type Page = { readonly heads: readonly ItemHead[]; readonly next?: number }

/**
 * One page of each folder; each has a response, and pages, of its own.
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/finditem-operation
 */
async function findPage(
  folders: readonly ItemFolder[],
  { client, mailbox, appointmentIds, options }: Search,
  offset: number,
): Promise<Page[]> {
  const results = await client.run({ operation: 'FindItem', mailbox, options }, async (service) => {
    // The library's own method fails as a whole if one folder does.
    const request = new FindItemRequest(service, ServiceErrorHandling.ReturnErrors) as FindItems
    request.ParentFolderIds.AddRange(
      folders.map(({ id }) => (typeof id === 'string' ? new FolderId(id) : new FolderId(id))),
    )
    request.SearchFilter = hasStampOf(appointmentIds)
    request.View = new ItemView(pageSize, offset)
    request.View.PropertySet = headShape()
    request.View.OrderBy.Add(AppointmentSchema.DateTimeCreated, SortDirection.Ascending)
    return resultsOf(await request.Execute(), ({ Results }) => readPage(Results, offset))
  })
  return results.map((result) => {
    if (result.ok) return result.value
    if (!isClosed(result.error)) throw result.error
    return { heads: [] }
  })
}

type FindItems = {
  readonly ParentFolderIds: { AddRange(ids: readonly FolderId[]): void }
  SearchFilter: SearchFilter
  View: ItemView
  Execute(): Promise<ServiceResponseCollection<FindItemResponse<Appointment>>>
}

function hasStampOf(appointmentIds: readonly string[]): SearchFilter {
  const filters = appointmentIds.map((id) => new SearchFilter.IsEqualTo(appointmentIdProperty, id))
  const [only] = filters
  return filters.length === 1 ? only! : new SearchFilter.SearchFilterCollection(LogicalOperator.Or, filters)
}

function readPage({ Items, MoreAvailable }: FindItemResponse<Appointment>['Results'], offset: number): Page {
  const heads = Items.filter((item) => item instanceof Appointment).map(readHead)
  return { heads, ...(MoreAvailable && Items.length > 0 && { next: offset + Items.length }) }
}

/**
 * A folder that is gone by now, or that nobody may search: our account acts for the mailbox's user, who could not move
 * an item there either. Any other failure leaves open what is there.
 */
function isClosed({ code }: ExchangeError): boolean {
  return closed.has(code)
}

const closed = new Set([
  'ErrorAccessDenied',
  'ErrorFolderCorrupt',
  'ErrorFolderNotFound',
  'ErrorInvalidFolderTypeForOperation',
  'ErrorItemNotFound',
])
