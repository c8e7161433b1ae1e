import { oneOf } from '../calendar/field.ts'
import { writeExtendedFolderProperty } from '../calendar/folder-properties.ts'
import { effectiveRights } from '../calendar/item-fields.ts'
import { readExtendedPath } from '../calendar/extended.ts'
import { folderChangeKeyOf } from '../store/ids.ts'
import type { FolderName } from '../store/item.ts'
import type { Folder } from '../store/mailbox.ts'
import { leaf, node, type Xml } from '../xml/build.ts'
import { child, childText, type Element } from '../xml/element.ts'
import { answerEach } from './answer.ts'
import { type Context, folderOf, type Place } from './context.ts'
import { checkOrder, required, requiredList } from './request.ts'

const kinds: Readonly<Record<string, Kind>> = {
  calendar: { element: 'CalendarFolder', folderClass: 'IPF.Appointment', name: 'Calendar' },
  contacts: { element: 'ContactsFolder', folderClass: 'IPF.Contact', name: 'Contacts' },
  tasks: { element: 'TasksFolder', folderClass: 'IPF.Task', name: 'Tasks' },
  root: { element: 'Folder', folderClass: '', name: 'Root' },
  msgfolderroot: { element: 'Folder', folderClass: '', name: 'Top of Information Store' },
  deleteditems: { element: 'Folder', folderClass: 'IPF.Note', name: 'Deleted Items' },
  inbox: { element: 'Folder', folderClass: 'IPF.Note', name: 'Inbox' },
  sentitems: { element: 'Folder', folderClass: 'IPF.Note', name: 'Sent Items' },
}

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/getfolder-operation */
export function getFolder(request: Element, context: Context): Xml {
  checkOrder(request, 'FolderShape', 'FolderIds')
  const shape = required(request, 'FolderShape')
  const isIdOnly =
    oneOf('IdOnly', 'Default', 'AllProperties')(childText(shape, 'BaseShape') ?? '') === 'IdOnly'
  const additional = child(shape, 'AdditionalProperties')?.children ?? []
  return answerEach(
    'GetFolder',
    context,
    requiredList(request, 'FolderIds'),
    (element) => node('m:Folders', writeFolder(folderOf(context, element), isIdOnly, additional)),
    node('m:Folders', ''),
  )
}

type Kind = { element: string; folderClass: string; name: string }
type Property = { path: string; onDemand?: boolean; read: (place: Place, kind: Kind) => Xml }

/** The properties of a folder in the schema's order, those before the extended ones first. */
const properties: readonly Property[] = [
  {
    path: 'ParentFolderId',
    read: ({ mailbox, folder }) => folderId('ParentFolderId', mailbox.folder(parentOf(folder))),
  },
  {
    path: 'FolderClass',
    read: (_place, { folderClass }) => (folderClass ? leaf('t:FolderClass', folderClass) : ''),
  },
  { path: 'DisplayName', read: (_place, { name }) => leaf('t:DisplayName', name) },
  { path: 'TotalCount', read: ({ folder }) => leaf('t:TotalCount', folder.items.size) },
  { path: 'ChildFolderCount', read: () => leaf('t:ChildFolderCount', 0) },
]
const laterProperties: readonly Property[] = [
  { path: 'EffectiveRights', read: () => effectiveRights },
  {
    path: 'DistinguishedFolderId',
    onDemand: true,
    read: ({ folder }) => leaf('t:DistinguishedFolderId', folder.name),
  },
  {
    path: 'UnreadCount',
    read: (_place, { element }) => (element === 'Folder' ? leaf('t:UnreadCount', 0) : ''),
  },
]

function writeFolder(place: Place, isIdOnly: boolean, additional: readonly Element[]): Xml {
  const { folder } = place
  const asked = new Set(additional.map(({ attributes }) => attributes['FieldURI']))
  const kind = kinds[folder.name] ?? { element: 'Folder', folderClass: 'IPF.Note', name: folder.name }
  const read = (list: readonly Property[]): Xml[] =>
    list
      .filter(({ path, onDemand }) => asked.has(`folder:${path}`) || (!isIdOnly && !onDemand))
      .map((property) => property.read(place, kind))
  const extended = additional
    .filter(({ name }) => name === 'ExtendedFieldURI')
    .map((path) => writeExtendedFolderProperty(folder, readExtendedPath(path)))
  const content = [folderId('FolderId', folder), ...read(properties), ...extended, ...read(laterProperties)]
  return node(`t:${kind.element}`, content)
}

function folderId(element: string, { id, log }: Folder): Xml {
  return leaf(`t:${element}`, '', { Id: id, ChangeKey: folderChangeKeyOf(log.head) })
}

function parentOf({ name }: Folder): FolderName {
  return name === 'root' || name === 'msgfolderroot' ? 'root' : 'msgfolderroot'
}
