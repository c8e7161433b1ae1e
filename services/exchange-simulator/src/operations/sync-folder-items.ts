import { parseInteger } from '../calendar/field.ts'
import { readItemShape, writeItem } from '../calendar/item-shape.ts'
import { invalidSyncState, schemaViolation } from '../soap/errors.ts'
import { type Page, type Position, start } from '../store/change-log.ts'
import { leaf, node, type Xml } from '../xml/build.ts'
import { child, childText, type Element } from '../xml/element.ts'
import { attempt, respond, success } from './answer.ts'
import { type Context, folderOf } from './context.ts'
import { folderIds } from './folder-ids.ts'
import { checkOrder, required } from './request.ts'
import { readState, writeState } from './sealed-state.ts'

const mostChanges = 512

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/syncfolderitems-operation */
export function syncFolderItems(request: Element, context: Context): Xml {
  checkOrder(request, 'ItemShape', 'SyncFolderId', 'SyncState', 'Ignore', 'MaxChangesReturned', 'SyncScope')
  const max = parseInteger(required(request, 'MaxChangesReturned').text)
  if (max < 1 || max > mostChanges)
    throw schemaViolation(`MaxChangesReturned must lie between 1 and ${mostChanges}`)
  // Clients read these two in an error as well.
  const filler = leaf('m:SyncState', '') + leaf('m:IncludesLastItemInRange', true)
  return respond('SyncFolderItems', [
    attempt(
      'SyncFolderItems',
      context,
      undefined,
      () => success('SyncFolderItems', readChanges(request, max, context)),
      filler,
    ),
  ])
}

function readChanges(request: Element, max: number, context: Context): Xml {
  const shape = readItemShape(required(request, 'ItemShape'), { cheapOnly: true })
  const target = required(request, 'SyncFolderId').children[0]
  if (!target) throw schemaViolation('SyncFolderId is empty')
  const { folder } = folderOf(context, target)
  const ignored = new Set(
    (child(request, 'Ignore')?.children ?? []).map(({ attributes }) => attributes['Id'] ?? ''),
  )
  const position = readPosition(childText(request, 'SyncState'), folder.id, folder.log.head)
  const page = falsified(folder.log.read(position, max, ignored), position, context)
  const folders = folderIds(context.store)
  const item = (id: string): Xml => {
    const found = folder.items.get(id)
    return found ? writeItem(found, shape, folders) : ''
  }
  const changes = [
    ...page.created.map((id) => node('t:Create', item(id))),
    ...page.changed.map((id) => node('t:Update', item(id))),
    ...page.removed.map((id) => node('t:Delete', leaf('t:ItemId', '', { Id: id, ChangeKey: removedKey }))),
  ]
  return (
    leaf('m:SyncState', writePosition(page.position, folder.id)) +
    leaf('m:IncludesLastItemInRange', page.isLast) +
    node('m:Changes', changes)
  )
}

function falsified(page: Page, position: Position, { lies }: Context): Page {
  if (position === start && lies('incompleteListing')) {
    return { ...page, created: page.created.filter((_, index) => index % 2 === 0) }
  }
  if (page.changed.length === 0 || !lies('falseDelete')) return page
  return { ...page, changed: [], removed: [...page.removed, ...page.changed] }
}

const removedKey = Buffer.alloc(30).toString('base64')

function writePosition({ base, created, changed, head }: Position, folderId: string): string {
  return writeState([base, created, changed, head], folderId)
}

function readPosition(state: string | undefined, folderId: string, latest: number): Position {
  if (!state) return start
  const [base = 0, created = 0, changed = 0, head = 0] = readState(state, folderId, 4)
  if (base > latest || head > latest) throw invalidSyncState()
  return { base, created, changed, head }
}
