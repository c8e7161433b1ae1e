import { createLedger } from '@lockstep/ledger'
import { Redis } from 'ioredis'

const types = 'http://schemas.microsoft.com/exchange/services/2006/types'
const messages = 'http://schemas.microsoft.com/exchange/services/2006/messages'

/** What Exchange sends when an item was created. Anybody can write one. */
export const createdNotification = `<?xml version="1.0" encoding="utf-8"?>
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>
<m:SendNotification xmlns:m="${messages}" xmlns:t="${types}"><m:ResponseMessages>
<m:SendNotificationResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode>
<m:Notification><t:SubscriptionId>s1</t:SubscriptionId><t:PreviousWatermark>w0</t:PreviousWatermark>
<t:MoreEvents>false</t:MoreEvents><t:CreatedEvent><t:Watermark>w2</t:Watermark>
<t:TimeStamp>2027-01-01T00:00:00Z</t:TimeStamp><t:ItemId Id="i1" ChangeKey="c1"/>
<t:ParentFolderId Id="f1" ChangeKey="c2"/></t:CreatedEvent></m:Notification>
</m:SendNotificationResponseMessage></m:ResponseMessages></m:SendNotification></soap:Body></soap:Envelope>`

/** A token as the workers give out; with a mailbox it is that of its subscription, which a notification then reaches. */
export async function aToken(
  { REDIS_URL, KEY_PREFIX }: Readonly<Record<string, string>>,
  mailbox?: string,
): Promise<string> {
  const redis = new Redis(REDIS_URL!)
  const ledger = createLedger(redis, { prefix: KEY_PREFIX! })
  const token = await ledger.newToken()
  const known = mailbox === undefined ? undefined : await ledger.find(mailbox)
  const nowMs = Date.now()
  if (known)
    await ledger.saveSubscription(known.id, { id: 's1', token, startedAtMs: nowMs - 1, heardAtMs: nowMs })
  await redis.quit()
  return token
}

export async function notify(
  ingressUrl: string,
  token: string,
  body = createdNotification,
): Promise<Response> {
  return fetch(`${ingressUrl}/exchange/notifications/${token}`, {
    method: 'POST',
    headers: { 'content-type': 'text/xml; charset=utf-8' },
    body,
  })
}
