import { describe, expect, test } from 'vitest'
import { notificationResult, parseNotification } from './notification.ts'

describe('a notification', () => {
  test('tells which items something happened to, in order', () => {
    const events =
      '<t:ModifiedEvent><t:Watermark>w1</t:Watermark><t:TimeStamp>2027-01-01T00:00:00Z</t:TimeStamp>' +
      '<t:ItemId Id="i1" ChangeKey="c"/><t:ParentFolderId Id="f"/></t:ModifiedEvent>' +
      '<t:CreatedEvent><t:Watermark>w2</t:Watermark><t:ItemId Id="i2"/></t:CreatedEvent>' +
      '<t:ModifiedEvent><t:Watermark>w3</t:Watermark><t:FolderId Id="f"/></t:ModifiedEvent>' +
      '<t:MovedEvent><t:Watermark>w4</t:Watermark><t:ItemId Id="i4"/><t:OldItemId Id="i1"/></t:MovedEvent>'
    expect(parseNotification(notification(events))).toEqual({
      subscriptionId: 'sub & 1',
      previousWatermark: 'w0',
      moreEvents: false,
      events: [
        { kind: 'modified', watermark: 'w1', itemId: 'i1' },
        { kind: 'created', watermark: 'w2', itemId: 'i2' },
        { kind: 'modified', watermark: 'w3' },
        { kind: 'moved', watermark: 'w4', itemId: 'i4' },
      ],
    })
  })

  test('of status says that the subscription lives', () => {
    const events = '<t:StatusEvent><t:Watermark>w0</t:Watermark></t:StatusEvent>'
    expect(parseNotification(notification(events))?.events).toEqual([{ kind: 'status', watermark: 'w0' }])
  })

  test('of a kind that we do not know is kept', () => {
    expect(parseNotification(notification('<t:FreeBusyChangedEvent/>'))?.events).toEqual([])
    const events = '<t:FreeBusyChangedEvent><t:Watermark>w</t:Watermark></t:FreeBusyChangedEvent>'
    expect(parseNotification(notification(events))?.events).toEqual([{ kind: 'other', watermark: 'w' }])
  })
})

test.each([
  ['nothing', ''],
  ['no XML', 'hello'],
  ['half a document', notification('').slice(0, 200)],
  ['other XML', '<a><b>c</b></a>'],
  ['a document type', `<!DOCTYPE a [<!ENTITY x "y">]>${notification('')}`],
  ['an entity of its own', notification('<t:StatusEvent>&x;</t:StatusEvent>')],
  ['no subscription', notification('').replace(/<t:SubscriptionId>.*<\/t:SubscriptionId>/, '')],
  ['a tower of elements', notification(`${'<a>'.repeat(300)}${'</a>'.repeat(300)}`)],
  [
    'a name that is no name',
    notification('<__proto__><polluted>1</polluted></__proto__>').replaceAll('SubscriptionId', 'x'),
  ],
])('%s is no notification', (_name, xml) => {
  expect(parseNotification(xml)).toBeUndefined()
  expect({}).not.toHaveProperty('polluted')
})

test('is read in a time that grows with its length, also if it declares thousands of namespaces', () => {
  const namespaces = Array.from({ length: 40_000 }, (_, n) => `xmlns:n${n}="u"`).join(' ')
  const events = `<t:StatusEvent ${namespaces}><t:Watermark>w0</t:Watermark></t:StatusEvent>`
  expect(parseNotification(notification(events))?.events).toEqual([{ kind: 'status', watermark: 'w0' }])
})

test.each(['OK', 'Unsubscribe'] as const)('the answer %s is in the form that Exchange wants', (status) => {
  expect(notificationResult(status)).toContain(`<m:SubscriptionStatus>${status}</m:SubscriptionStatus>`)
})

function notification(events: string): string {
  return `<?xml version="1.0" encoding="utf-8"?>
<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Header/><s:Body>
<m:SendNotification xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages"
  xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"><m:ResponseMessages>
<m:SendNotificationResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode><m:Notification>
<t:SubscriptionId>sub &amp; 1</t:SubscriptionId><t:PreviousWatermark>w0</t:PreviousWatermark>
<t:MoreEvents>false</t:MoreEvents>${events}</m:Notification></m:SendNotificationResponseMessage>
</m:ResponseMessages></m:SendNotification></s:Body></s:Envelope>`
}
