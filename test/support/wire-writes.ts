import type { Simulator } from '@lockstep/exchange-simulator'

/** A write to one item that went over the wire and succeeded, as its SOAP says. */
export type WireWrite = {
  readonly action: 'create' | 'update' | 'delete'
  /** Of what is created, the appointment's stamp; else the item's id. */
  readonly of: string
  /** The properties that are set, in alphabetical order. */
  readonly changed?: readonly string[]
  readonly isMailed: boolean
}

const properties: Readonly<Record<string, readonly string[]>> = {
  'item:Subject': ['subject'],
  'item:Body': ['body'],
  'calendar:Start': ['start', 'end', 'isAllDay'],
  'calendar:Location': ['location'],
  'calendar:LegacyFreeBusyStatus': ['showAs'],
  'item:Sensitivity': ['sensitivity'],
  'item:Importance': ['importance'],
  'item:ReminderIsSet': ['reminderMinutesBeforeStart'],
  'item:Categories': ['categories'],
  'calendar:RequiredAttendees': ['attendees'],
}

const elements = { CreateItem: 't:CalendarItem', UpdateItem: 't:ItemChange', DeleteItem: 't:ItemId' }

/** What was written to a mailbox since the exchange with this number. */
export function wireWrites({ exchanges }: Simulator, mailbox: string, since: number): WireWrite[] {
  return exchanges
    .list()
    .toReversed()
    .filter(({ id, operation }) => id > since && /^(Create|Update|Delete)Item$/.test(operation))
    .flatMap(({ id }) => {
      const { operation, request, answer } = exchanges.get(id)!
      if (!request.includes(`<t:SmtpAddress>${mailbox}<`)) return []
      const isDone = [...answer.matchAll(/ResponseMessage ResponseClass="(\w+)"/g)].map(
        ([, outcome]) => outcome === 'Success',
      )
      const isMailed = !/SendMeeting\w+="SendToNone"/.test(request)
      return itemsOf(operation as keyof typeof elements, request)
        .filter((_, n) => isDone[n])
        .map((xml) => writeOf(operation, xml, isMailed))
    })
}

function itemsOf(operation: keyof typeof elements, request: string): string[] {
  const items = /<m:(?:Items|ItemChanges|ItemIds)>(.*)<\/m:/s.exec(request)![1]!
  const element = elements[operation]
  return items.match(new RegExp(`<${element}[ >].*?</${element}>`, 'gs'))!
}

function writeOf(operation: string, xml: string, isMailed: boolean): WireWrite {
  const itemId = /<t:ItemId Id="([^"]+)"/.exec(xml)?.[1]
  const stamp = /PropertyName="LockstepAppointment"[^>]*>(?:<\/t:ExtendedFieldURI>)?<t:Value>([^<]*)</.exec(
    xml,
  )
  if (operation === 'CreateItem') return { action: 'create', of: stamp![1]!, isMailed }
  if (operation === 'DeleteItem') return { action: 'delete', of: itemId!, isMailed }
  const set = [...xml.matchAll(/<t:FieldURI FieldURI="([^"]+)"/g)].flatMap(
    ([, uri]) => properties[uri!] ?? [],
  )
  return { action: 'update', of: itemId!, changed: [...new Set(set)].toSorted(), isMailed }
}
