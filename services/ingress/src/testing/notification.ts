const types = 'http://schemas.microsoft.com/exchange/services/2006/types'
const messages = 'http://schemas.microsoft.com/exchange/services/2006/messages'

/** A SendNotification with these events in it. */
export const notification = (...events: string[]) => `<?xml version="1.0" encoding="utf-8"?>
<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"><soap:Body>
<m:SendNotification xmlns:m="${messages}" xmlns:t="${types}"><m:ResponseMessages>
<m:SendNotificationResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode>
<m:Notification><t:SubscriptionId>s1</t:SubscriptionId><t:PreviousWatermark>w0</t:PreviousWatermark>
<t:MoreEvents>false</t:MoreEvents>${events.join('')}</m:Notification>
</m:SendNotificationResponseMessage></m:ResponseMessages></m:SendNotification></soap:Body></soap:Envelope>`

export const status = '<t:StatusEvent><t:Watermark>w1</t:Watermark></t:StatusEvent>'

export const created = `<t:CreatedEvent><t:Watermark>w2</t:Watermark><t:TimeStamp>2027-01-01T00:00:00Z</t:TimeStamp>
<t:ItemId Id="i1" ChangeKey="c1"/><t:ParentFolderId Id="f1" ChangeKey="c2"/></t:CreatedEvent>`
