import { oneOf } from '../calendar/field.ts'
import { readExtendedPath } from '../calendar/extended.ts'
import { writeExtendedFolderProperty } from '../calendar/folder-properties.ts'
import { effectiveRights } from '../calendar/item-fields.ts'
import { folderChangeKeyOf } from '../store/ids.ts'
import type { FolderName, folderNames } from '../store/item.ts'
import type { Folder, Mailbox } from '../store/mailbox.ts'
import { leaf, node, type Xml } from '../xml/build.ts'
import { child, childText, type Element } from '../xml/element.ts'
import type { Place } from './context.ts'

type FolderKind = { element: string; folderClass: string; name: string; parent: FolderName }

function kind(
  name: string,
  folderClass = 'IPF.Note',
  { element = 'Folder', parent = 'msgfolderroot' }: { element?: string; parent?: FolderName } = {},
): FolderKind {
  return { element, folderClass, name, parent }
}

const folderKinds: Readonly<Record<(typeof folderNames)[number], FolderKind>> = {
  root: kind('Root', '', { parent: 'root' }),
  msgfolderroot: kind('Top of Information Store', 'IPF.Note', { parent: 'root' }),
  calendar: kind('Calendar', 'IPF.Appointment', { element: 'CalendarFolder' }),
  contacts: kind('Contacts', 'IPF.Contact', { element: 'ContactsFolder' }),
  deleteditems: kind('Deleted Items'),
  drafts: kind('Drafts'),
  inbox: kind('Inbox'),
  journal: kind('Journal', 'IPF.Journal'),
  junkemail: kind('Junk Email'),
  notes: kind('Notes', 'IPF.StickyNote'),
  outbox: kind('Outbox'),
  recoverableitemsroot: kind('Recoverable Items', '', { parent: 'root' }),
  recoverableitemsdeletions: kind('Deletions', '', { parent: 'recoverableitemsroot' }),
  sentitems: kind('Sent Items'),
  tasks: kind('Tasks', 'IPF.Task', { element: 'TasksFolder' }),
  recoverableitemsversions: kind('Versions', '', { parent: 'recoverableitemsroot' }),
  recoverableitemspurges: kind('Purges', '', { parent: 'recoverableitemsroot' }),
  archive: kind('Archive'),
}

const elements: Readonly<Record<string, string>> = {
  'IPF.Appointment': 'CalendarFolder',
  'IPF.Contact': 'ContactsFolder',
  'IPF.Task': 'TasksFolder',
}

export function kindOf({ name, own }: Folder): FolderKind {
  if (!own) return folderKinds[name as (typeof folderNames)[number]]
  const { displayName, folderClass, parent } = own
  return kind(displayName, folderClass, { element: elements[folderClass] ?? 'Folder', parent })
}

/** The folders under one: its children, or all. */
export function foldersBelow(mailbox: Mailbox, parent: Folder, depth: 'Shallow' | 'Deep'): Folder[] {
  const children = [...mailbox.folders.values()].filter(
    (folder) => folder !== parent && kindOf(folder).parent === parent.name,
  )
  return depth === 'Shallow'
    ? children
    : children.flatMap((folder) => [folder, ...foldersBelow(mailbox, folder, 'Deep')])
}

/** Which properties of a folder an answer holds. */
export type FolderShape = { readonly isIdOnly: boolean; readonly additional: readonly Element[] }

export function readFolderShape(element: Element): FolderShape {
  const base = oneOf('IdOnly', 'Default', 'AllProperties')(childText(element, 'BaseShape') ?? '')
  return { isIdOnly: base === 'IdOnly', additional: child(element, 'AdditionalProperties')?.children ?? [] }
}

type Property = { path: string; onDemand?: boolean; read: (place: Place, kind: FolderKind) => Xml }

/** The properties of a folder in the schema's order, those before the extended ones first. */
const properties: readonly Property[] = [
  {
    path: 'ParentFolderId',
    read: ({ mailbox }, { parent }) => folderId('ParentFolderId', mailbox.folder(parent)),
  },
  {
    path: 'FolderClass',
    read: (_place, { folderClass }) => (folderClass ? leaf('t:FolderClass', folderClass) : ''),
  },
  { path: 'DisplayName', read: (_place, { name }) => leaf('t:DisplayName', name) },
  { path: 'TotalCount', read: ({ folder }) => leaf('t:TotalCount', folder.items.size) },
  {
    path: 'ChildFolderCount',
    read: ({ mailbox, folder }) =>
      leaf('t:ChildFolderCount', foldersBelow(mailbox, folder, 'Shallow').length),
  },
]
const laterProperties: readonly Property[] = [
  { path: 'EffectiveRights', read: () => effectiveRights },
  {
    path: 'DistinguishedFolderId',
    onDemand: true,
    read: ({ folder }) => (folder.own ? '' : leaf('t:DistinguishedFolderId', folder.name)),
  },
  {
    path: 'UnreadCount',
    read: (_place, { element }) => (element === 'Folder' ? leaf('t:UnreadCount', 0) : ''),
  },
]

export function writeFolder(place: Place, { isIdOnly, additional }: FolderShape): Xml {
  const { folder } = place
  const asked = new Set(additional.map(({ attributes }) => attributes['FieldURI']))
  const known = kindOf(folder)
  const read = (list: readonly Property[]): Xml[] =>
    list
      .filter(({ path, onDemand }) => asked.has(`folder:${path}`) || (!isIdOnly && !onDemand))
      .map((property) => property.read(place, known))
  const extended = additional
    .filter(({ name }) => name === 'ExtendedFieldURI')
    .map((path) => writeExtendedFolderProperty(folder, readExtendedPath(path)))
  const content = [folderId('FolderId', folder), ...read(properties), ...extended, ...read(laterProperties)]
  return node(`t:${known.element}`, content)
}

function folderId(element: string, { id, log }: Folder): Xml {
  return leaf(`t:${element}`, '', { Id: id, ChangeKey: folderChangeKeyOf(log.head) })
}
