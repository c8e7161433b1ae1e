import { EwsError, schemaViolation } from '../soap/errors.ts'
import type { CalendarItem } from '../store/item.ts'
import { leaf, node, type Xml } from '../xml/build.ts'
import { bodyAs } from './body.ts'
import { toICalendar } from './icalendar.ts'
import { computed, type Field, oneOf, parseBoolean, parseInteger, stored } from './field.ts'
import { writeInstant } from './time.ts'

/** The properties of t:ItemType that come before ExtendedProperty, in the schema's order. */
export const itemFields: readonly Field[] = [
  {
    path: 'item:MimeContent',
    element: 'MimeContent',
    isCostly: true,
    onDemand: true,
    read: (item) =>
      leaf('t:MimeContent', Buffer.from(toICalendar(item)).toString('base64'), { CharacterSet: 'UTF-8' }),
  },
  {
    path: 'item:ItemId',
    element: 'ItemId',
    isDefault: true,
    read: (item) => leaf('t:ItemId', '', { Id: item.itemId, ChangeKey: item.changeKey }),
  },
  {
    path: 'item:ParentFolderId',
    element: 'ParentFolderId',
    read: (item, context) =>
      node('t:ParentFolderId', '', { Id: context.folderIdOf(item), ChangeKey: 'AQAAAA==' }),
  },
  stored('item:ItemClass', 'itemClass', (text) => text.trim()),
  stored('item:Subject', 'subject', limited(255), { isDefault: true, empty: null }),
  stored('item:Sensitivity', 'sensitivity', oneOf('Normal', 'Personal', 'Private', 'Confidential'), {
    isDefault: true,
    empty: 'Normal',
  }),
  {
    path: 'item:Body',
    element: 'Body',
    isDefault: true,
    isCostly: true,
    read: (item, { bodyForm }) => {
      const { type, content } = bodyAs(item.body ?? { type: 'Text', content: '' }, bodyForm)
      return leaf('t:Body', content, { BodyType: type })
    },
    write: (draft, element) => {
      const type = oneOf('HTML', 'Text')(element.attributes['BodyType'] ?? '')
      draft.item.body = { type, content: element.text }
    },
    clear: (draft) => {
      draft.item.body = null
    },
  },
  computed('item:DateTimeReceived', (item) => writeInstant(item.createdAt)),
  computed('item:Size', sizeOf),
  {
    path: 'item:Categories',
    element: 'Categories',
    read: ({ categories }) =>
      categories.length === 0
        ? ''
        : node(
            't:Categories',
            categories.map((category) => leaf('t:String', category)),
          ),
    write: (draft, element) => {
      draft.item.categories = [...new Set(element.children.map(({ text }) => text))]
    },
    clear: (draft) => {
      draft.item.categories = []
    },
  },
  stored('item:Importance', 'importance', oneOf('Low', 'Normal', 'High'), { empty: 'Normal' }),
  computed('item:IsSubmitted', () => false),
  computed('item:IsDraft', () => false),
  computed('item:IsFromMe', () => false),
  computed('item:IsResend', () => false),
  computed('item:IsUnmodified', () => false),
  computed('item:DateTimeSent', (item) => writeInstant(item.createdAt)),
  computed('item:DateTimeCreated', (item) => writeInstant(item.createdAt)),
  { path: 'item:ResponseObjects', element: 'ResponseObjects', isCostly: true, read: responseObjects },
  computed('item:ReminderDueBy', (item) => writeInstant(item.start), { isDefault: true }),
  stored('item:ReminderIsSet', 'reminderIsSet', parseBoolean, { isDefault: true, empty: false }),
  stored('item:ReminderMinutesBeforeStart', 'reminderMinutes', parseReminder, { isDefault: true, empty: 15 }),
  computed('item:DisplayCc', (item) => namesOf(item, 'optional')),
  computed('item:DisplayTo', (item) => namesOf(item, 'required')),
  computed('item:HasAttachments', () => false, { isDefault: true }),
]

/** The properties of t:ItemType that come after ExtendedProperty. */
export const laterItemFields: readonly Field[] = [
  computed('item:Culture', () => 'en-US', { isDefault: true }),
  {
    path: 'item:EffectiveRights',
    element: 'EffectiveRights',
    read: () => effectiveRights,
  },
  computed('item:LastModifiedName', (item) => item.modifiedBy),
  computed('item:LastModifiedTime', (item) => writeInstant(item.modifiedAt)),
  computed('item:IsAssociated', () => false),
  {
    path: 'item:TextBody',
    element: 'TextBody',
    isCostly: true,
    onDemand: true,
    read: ({ body }) => (body ? leaf('t:TextBody', bodyAs(body, 'Text').content, { BodyType: 'Text' }) : ''),
  },
]

/** What the owner of the item can answer to it. */
function responseObjects({ isMeeting, isCancelled, myResponse }: CalendarItem): Xml {
  const names = !isMeeting
    ? ['ForwardItem']
    : myResponse === 'Organizer'
      ? ['ReplyAllToItem', 'ForwardItem', ...(isCancelled ? [] : ['CancelCalendarItem'])]
      : isCancelled
        ? ['RemoveItem', 'ReplyToItem', 'ReplyAllToItem', 'ForwardItem']
        : [
            'AcceptItem',
            'TentativelyAcceptItem',
            'DeclineItem',
            'ReplyToItem',
            'ReplyAllToItem',
            'ForwardItem',
          ]
  return node(
    't:ResponseObjects',
    names.map((name) => node(`t:${name}`, '')),
  )
}

export const effectiveRights = node('t:EffectiveRights', [
  leaf('t:CreateAssociated', false),
  leaf('t:CreateContents', false),
  leaf('t:CreateHierarchy', false),
  leaf('t:Delete', true),
  leaf('t:Modify', true),
  leaf('t:Read', true),
  leaf('t:ViewPrivateItems', true),
])

export function sizeOf(item: CalendarItem): number {
  return 1024 + 2 * ((item.subject?.length ?? 0) + (item.body?.content.length ?? 0))
}

export function namesOf(item: CalendarItem, role: 'required' | 'optional'): string {
  return item.attendees
    .filter((attendee) => attendee.role === role)
    .map(({ name }) => name)
    .join('; ')
}

function limited(most: number): (text: string) => string {
  return (text) => {
    if (text.length > most)
      throw new EwsError('ErrorDataSizeLimitExceeded', 'The text is too long for its property.')
    return text
  }
}

function parseReminder(text: string): number {
  const minutes = parseInteger(text)
  if (minutes < 0 || minutes > 2_629_800)
    throw schemaViolation(`'${minutes}' is no number of minutes for a reminder`)
  return minutes
}
