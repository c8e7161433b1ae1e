import { leaf, node, type Xml } from '../xml/build.ts'
import { child, childText, type Element } from '../xml/element.ts'
import { attempt, respond, success } from './answer.ts'
import { type Context, folderOf } from './context.ts'
import { foldersBelow, readFolderShape, writeFolder } from './folder-shape.ts'
import { checkOrder, required } from './request.ts'
import { readState, writeState } from './sealed-state.ts'

const operation = 'SyncFolderHierarchy'

/**
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/syncfolderhierarchy-operation
 *
 * Folders only ever come here, and never change: a second call tells those that came since.
 */
export function syncFolderHierarchy(request: Element, context: Context): Xml {
  checkOrder(request, 'FolderShape', 'SyncFolderId', 'SyncState')
  const shape = readFolderShape(required(request, 'FolderShape'))
  const target = child(request, 'SyncFolderId')?.children[0]
  const filler = leaf('m:SyncState', '') + leaf('m:IncludesLastFolderInRange', true)
  const act = (): Xml => {
    const { mailbox, folder } = target
      ? folderOf(context, target)
      : { mailbox: context.mailbox, folder: context.mailbox.folder('msgfolderroot') }
    const below = foldersBelow(mailbox, folder, 'Deep').sort((left, right) => left.number - right.number)
    const state = childText(request, 'SyncState')
    const [known = 0] = state ? readState(state, folder.id, 1) : []
    const created = below
      .slice(known)
      .map((one) => node('t:Create', writeFolder({ mailbox, folder: one }, shape)))
    return success(operation, [
      leaf('m:SyncState', writeState([below.length], folder.id)),
      leaf('m:IncludesLastFolderInRange', true),
      node('m:Changes', created),
    ])
  }
  return respond(operation, [attempt(operation, context, undefined, act, filler)])
}
