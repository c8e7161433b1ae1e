import type { CallOptions, Listening, ListeningEnd, ListeningGroup } from '../../calendar-gateway.ts'
import { ExchangeError } from '../../errors.ts'
import type { EwsClient } from '../ews-client.ts'
import { errorOfCall, errorOfCode } from '../failures.ts'
import { escapedText } from '../mends/escaping.ts'
import { readStreamed } from '../streamed-document.ts'
import { TransportError } from '../transport-error.ts'

type Asked = {
  readonly subscriptionIds: readonly string[]
  readonly onChange: (subscriptionId: string) => void
}

/** The longest that Exchange allows. */
const minutes = 30

/**
 * Not the library's own: that never notices a dead connection, and leaves events lying until the next ones come.
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/getstreamingevents-operation
 */
export async function getStreamingEvents(
  client: EwsClient,
  group: ListeningGroup,
  { subscriptionIds, onChange }: Asked,
  options: CallOptions = {},
): Promise<Listening> {
  const closing = new AbortController()
  const signal = options.signal ? AbortSignal.any([options.signal, closing.signal]) : closing.signal
  const opened = Promise.withResolvers<void>()
  let end: ListeningEnd | undefined

  const onDocument = (xml: string) => {
    const { code, lost, changed, isClosed } = readStreamed(xml)
    if (code !== 'NoError') {
      const error = errorOfCode(code)
      end = endOf(error, lost)
      if (end.kind === 'broken') return opened.reject(error)
    } else if (isClosed) end = { kind: 'over' }
    opened.resolve()
    for (const subscriptionId of changed) onChange(subscriptionId)
  }

  const call = {
    operation: 'GetStreamingEvents',
    mailbox: group.anchor,
    group,
    options: { ...options, signal },
  }
  const body = requestFor(group, subscriptionIds)
  const { ended } = await client
    .stream(call, body, { onDocument }, opened.promise)
    .catch((error: unknown) => {
      closing.abort()
      throw error
    })
  return {
    ended: ended.then(
      () => end ?? { kind: 'broken', error: cutOff() },
      (error: ExchangeError) => end ?? { kind: 'broken', error },
    ),
    close: () => closing.abort(),
  }
}

/** One that another connection took over is not lost. */
function endOf(error: ExchangeError, lost: readonly string[]): ListeningEnd {
  const isLost = lost.length > 0 && error.code !== 'ErrorNewEventStreamConnectionOpened'
  return isLost ? { kind: 'lost', subscriptionIds: lost } : { kind: 'broken', error }
}

function cutOff(): ExchangeError {
  return errorOfCall(new TransportError('network', 'CUT_OFF', { effect: 'none' }), undefined)
}

function requestFor({ anchor }: ListeningGroup, subscriptionIds: readonly string[]): string {
  const ids = subscriptionIds.map((id) => `<t:SubscriptionId>${escapedText(id)}</t:SubscriptionId>`).join('')
  return (
    '<?xml version="1.0" encoding="utf-8"?>' +
    '<soap:Envelope xmlns:soap="http://schemas.xmlsoap.org/soap/envelope/"' +
    ' xmlns:t="http://schemas.microsoft.com/exchange/services/2006/types"' +
    ' xmlns:m="http://schemas.microsoft.com/exchange/services/2006/messages">' +
    '<soap:Header><t:RequestServerVersion Version="Exchange2013_SP1"/><t:ExchangeImpersonation><t:ConnectingSID>' +
    `<t:SmtpAddress>${escapedText(anchor)}</t:SmtpAddress>` +
    '</t:ConnectingSID></t:ExchangeImpersonation></soap:Header>' +
    `<soap:Body><m:GetStreamingEvents><m:SubscriptionIds>${ids}</m:SubscriptionIds>` +
    `<m:ConnectionTimeout>${minutes}</m:ConnectionTimeout></m:GetStreamingEvents></soap:Body></soap:Envelope>`
  )
}
