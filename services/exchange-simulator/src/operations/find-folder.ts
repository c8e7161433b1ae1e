import { parseInteger } from '../calendar/field.ts'
import { schemaViolation } from '../soap/errors.ts'
import type { Folder } from '../store/mailbox.ts'
import { node, type Xml } from '../xml/build.ts'
import { child, type Element } from '../xml/element.ts'
import { attempt, respond, success } from './answer.ts'
import { type Context, folderOf } from './context.ts'
import { compileFolderRestriction } from './folder-restriction.ts'
import { foldersBelow, readFolderShape, writeFolder } from './folder-shape.ts'
import { attribute, checkOrder, required, requiredList } from './request.ts'

const operation = 'FindFolder'
const mostFolders = 1_000

type Page = { folders: readonly Folder[]; total: number; next: number; isLast: boolean }

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/findfolder-operation */
export function findFolder(request: Element, context: Context): Xml {
  const traversal = attribute(request, 'Traversal', 'Shallow', 'Deep', 'SoftDeleted')
  const views = 'IndexedPageFolderView|FractionalPageFolderView'
  checkOrder(request, 'FolderShape', views, 'Restriction', 'ParentFolderIds')
  const shape = readFolderShape(required(request, 'FolderShape'))
  const expression = child(request, 'Restriction')?.children[0]
  const test = expression ? compileFolderRestriction(expression) : () => true
  const view = request.children.find(({ name }) => name.endsWith('FolderView'))
  const messages = requiredList(request, 'ParentFolderIds').map((parent) =>
    attempt(operation, context, undefined, () => {
      const { mailbox, folder } = folderOf(context, parent)
      const below = traversal === 'SoftDeleted' ? [] : foldersBelow(mailbox, folder, traversal)
      const page = paged(
        below.filter((one) => test({ mailbox, folder: one })),
        view,
      )
      const written = page.folders.map((one) => writeFolder({ mailbox, folder: one }, shape))
      const root = node('m:RootFolder', node('t:Folders', written), {
        ...offsetOf(page, view),
        TotalItemsInView: page.total,
        IncludesLastItemInRange: page.isLast,
      })
      return success(operation, root)
    }),
  )
  return respond(operation, messages)
}

function offsetOf({ next, total }: Page, view: Element | undefined): Record<string, number> {
  return view?.name === 'FractionalPageFolderView'
    ? { NumeratorOffset: next, AbsoluteDenominator: Math.max(1, total) }
    : { IndexedPagingOffset: next }
}

function paged(found: readonly Folder[], view: Element | undefined): Page {
  const number = (name: string, otherwise: number): number =>
    parseInteger(view?.attributes[name] ?? String(otherwise))
  const wanted = number('MaxEntriesReturned', mostFolders)
  const denominator = number('Denominator', 1)
  const offset =
    view?.name === 'FractionalPageFolderView'
      ? Math.floor((found.length * number('Numerator', 0)) / denominator)
      : number('Offset', 0)
  if (wanted < 1 || offset < 0) throw schemaViolation('a page must hold at least one folder')
  const isFromEnd = view?.attributes['BasePoint'] === 'End'
  const from = isFromEnd ? Math.max(0, found.length - offset - wanted) : offset
  const folders = found.slice(from, from + Math.min(wanted, mostFolders))
  const next = from + folders.length
  return { folders, total: found.length, next, isLast: next >= found.length }
}
