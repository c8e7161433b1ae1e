import type { PlainItem } from '@lockstep/exchange-simulator'
import { itemsOf, soapClient } from '@lockstep/exchange-simulator/testing'

export type Folder = 'calendar' | 'deleteditems' | 'inbox'

export type Outlook = ReturnType<typeof outlook>

/** What users do in Outlook beyond what the simulator offers: raw EWS, as another program would speak it. */
export function outlook(ewsUrl: string) {
  const call = soapClient(ewsUrl)
  const idOf = async (operation: string, mailbox: string) => {
    const reply = await call(operation, { impersonate: mailbox })
    const [item] = itemsOf(reply)
    const itemId = item?.children.find(({ name }) => name === 'ItemId')?.attributes['Id']
    if (!itemId) throw new Error(`Outlook got no item: ${reply.text}`)
    return itemId
  }
  return {
    /** Without mails. Resolves with the item's new id. */
    move: (mailbox: string, itemId: string, folder: Folder) =>
      idOf(
        `<m:MoveItem><m:ToFolderId><t:DistinguishedFolderId Id="${folder}"/></m:ToFolderId>` +
          `<m:ItemIds><t:ItemId Id="${itemId}"/></m:ItemIds></m:MoveItem>`,
        mailbox,
      ),
    /** With what a copy may carry: the UID and all named properties. Of the rest it has the subject alone. */
    copy: (mailbox: string, { uid, extended }: PlainItem, subject: string) =>
      idOf(
        '<m:CreateItem SendMeetingInvitations="SendToNone"><m:Items><t:CalendarItem>' +
          `<t:Subject>${subject}</t:Subject>` +
          Object.entries(extended).map(namedProperty).join('') +
          `<t:UID>${uid}</t:UID><t:Start>2031-03-20T10:00:00Z</t:Start><t:End>2031-03-20T11:00:00Z</t:End>` +
          '</t:CalendarItem></m:Items></m:CreateItem>',
        mailbox,
      ),
  }
}

function namedProperty([address, values]: [string, readonly string[]]): string {
  const [set, name] = address.split(':')
  if (name === undefined) return ''
  return (
    `<t:ExtendedProperty><t:ExtendedFieldURI PropertySetId="${set}" PropertyName="${name}" PropertyType="String"/>` +
    `<t:Value>${values[0]}</t:Value></t:ExtendedProperty>`
  )
}
