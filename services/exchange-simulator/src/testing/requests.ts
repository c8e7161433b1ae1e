import { leaf, node, type Xml } from '../xml/build.ts'
import type { Element } from '../xml/element.ts'

export type Ref = { Id: string; ChangeKey?: string | undefined }

export const calendarFolder = node('t:DistinguishedFolderId', '', { Id: 'calendar' })

/** A t:CalendarItem; properties must come in the schema's order. */
export function calendarItem(...properties: readonly Xml[]): Xml {
  return node('t:CalendarItem', properties)
}

export const someTimes: readonly Xml[] = [
  leaf('t:Start', '2027-06-14T12:00:00Z'),
  leaf('t:End', '2027-06-14T13:00:00Z'),
]

export function createItem(items: Xml | readonly Xml[], mode: string | undefined = 'SendToNone'): Xml {
  return node('m:CreateItem', node('m:Items', items), { SendMeetingInvitations: mode })
}

export function shape(base = 'IdOnly', additional: readonly Xml[] = [], more: Xml = ''): Xml {
  const properties = additional.length > 0 ? node('t:AdditionalProperties', additional) : ''
  return node('m:ItemShape', leaf('t:BaseShape', base) + more + properties)
}

export function fieldUri(path: string): Xml {
  return node('t:FieldURI', '', { FieldURI: path })
}

export const stampUri = node('t:ExtendedFieldURI', '', {
  DistinguishedPropertySetId: 'PublicStrings',
  PropertyName: 'a-stamp',
  PropertyType: 'String',
})

export function stamp(value: string): Xml {
  return node('t:ExtendedProperty', stampUri + leaf('t:Value', value))
}

export function getItem(refs: readonly Ref[], itemShape: Xml = shape('AllProperties')): Xml {
  return node('m:GetItem', itemShape + node('m:ItemIds', refs.map(itemId)))
}

export function setField(path: string, property: Xml): Xml {
  return node('t:SetItemField', fieldUri(path) + node('t:CalendarItem', property))
}

export function updateItem(
  ref: Ref,
  updates: readonly Xml[],
  resolution = 'NeverOverwrite',
  mode: string | undefined = 'SendToNone',
): Xml {
  const change = node('t:ItemChange', itemId(ref) + node('t:Updates', updates))
  return node('m:UpdateItem', node('m:ItemChanges', change), {
    ConflictResolution: resolution,
    SendMeetingInvitationsOrCancellations: mode,
  })
}

export function deleteItem(ref: Ref, type = 'HardDelete', mode: string | undefined = 'SendToNone'): Xml {
  return node('m:DeleteItem', node('m:ItemIds', itemId(ref)), {
    DeleteType: type,
    SendMeetingCancellations: mode,
  })
}

export function syncFolderItems(state?: string, max = 512, itemShape: Xml = shape()): Xml {
  return node('m:SyncFolderItems', [
    itemShape,
    node('m:SyncFolderId', calendarFolder),
    state === undefined ? '' : leaf('m:SyncState', state),
    leaf('m:MaxChangesReturned', max),
  ])
}

export function findItem(criteria: Xml, itemShape: Xml = shape()): Xml {
  const folder = node('m:ParentFolderIds', calendarFolder)
  return node('m:FindItem', itemShape + criteria + folder, { Traversal: 'Shallow' })
}

export function isEqualTo(path: Xml, value: string): Xml {
  return node('t:IsEqualTo', path + node('t:FieldURIOrConstant', node('t:Constant', '', { Value: value })))
}

export function itemId(ref: Ref): Xml {
  return node('t:ItemId', '', { Id: ref.Id, ChangeKey: ref.ChangeKey })
}

/** The id and change key of an item in an answer. */
export function refOf(item: Element | undefined): { Id: string; ChangeKey: string } {
  const id = item?.name === 'ItemId' ? item : item?.children.find(({ name }) => name === 'ItemId')
  return { Id: id?.attributes['Id'] ?? '', ChangeKey: id?.attributes['ChangeKey'] ?? '' }
}
