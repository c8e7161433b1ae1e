import { oneOf, parseInteger } from '../calendar/field.ts'
import { type SerialZone, readSerialZone, serialInstant } from '../calendar/serial-zone.ts'
import { viewOf } from '../calendar/view.ts'
import { answer } from '../soap/envelope.ts'
import { EwsError, schemaViolation } from '../soap/errors.ts'
import { leaf, node, type Xml } from '../xml/build.ts'
import { child, childText, descend, type Element } from '../xml/element.ts'
import { mayOpen } from './context.ts'
import type { Context } from './context.ts'
import { type FreeBusyWindow, type View, views, writeFreeBusyView } from './free-busy-view.ts'
import { checkOrder, required } from './request.ts'

const longestMs = 62 * 86_400_000
const mostMailboxes = 100

/**
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/getuseravailability-operation
 *
 * Times that name no offset are in the zone of the request, on both ways. Suggestions are not made.
 */
export function getUserAvailability(request: Element, context: Context): Xml {
  checkOrder(request, 'TimeZone', 'MailboxDataArray', 'FreeBusyViewOptions', 'SuggestionsViewOptions')
  const options = child(request, 'FreeBusyViewOptions')
  const zoneElement = child(request, 'TimeZone')
  const zone: SerialZone = zoneElement ? readSerialZone(zoneElement) : { standard: 0 }
  const mailboxes = required(request, 'MailboxDataArray').children
  if (mailboxes.length > mostMailboxes) {
    throw new EwsError('ErrorTooManyObjectsOpened', 'At most 100 mailboxes can be asked for at once.')
  }
  const window = options && readWindow(options, zone)
  const responses = window
    ? mailboxes.map((one) => node('m:FreeBusyResponse', answerFor(one, window, context)))
    : []
  return answer('GetUserAvailabilityResponse', window ? node('m:FreeBusyResponseArray', responses) : '')
}

function readWindow(options: Element, zone: SerialZone): FreeBusyWindow {
  const range = required(options, 'TimeWindow')
  const from = serialInstant(childText(range, 'StartTime') ?? '', zone)
  const to = serialInstant(childText(range, 'EndTime') ?? '', zone)
  const interval = parseInteger(childText(options, 'MergedFreeBusyIntervalInMinutes') ?? '30')
  if (to <= from)
    throw new EwsError('ErrorInvalidTimeInterval', 'The end of the window is not after its start.')
  if (to - from > longestMs) {
    throw new EwsError('ErrorTimeIntervalTooBig', 'The requested time window is larger than 62 days.')
  }
  if (interval < 5 || interval > 1_440 || interval * 60_000 > to - from) {
    throw new EwsError('ErrorInvalidMergedFreeBusyInterval', 'The merged free/busy interval is not valid.')
  }
  return {
    from,
    to,
    interval,
    zone,
    view: oneOf(...views)(childText(options, 'RequestedView') ?? 'FreeBusy'),
  }
}

function answerFor(data: Element, window: FreeBusyWindow, context: Context): Xml {
  const address = descend(data, 'Email', 'Address')?.text.trim()
  if (!address) throw schemaViolation('MailboxData without an address')
  const mailbox = context.store.mailbox(address)
  const error =
    context.faultFor(undefined) ??
    (mailbox
      ? context.errorOf(mailbox)
      : new EwsError('ErrorMailRecipientNotFound', `Unable to resolve e-mail address ${address}.`))
  if (!mailbox || error) {
    const message = leaf('m:MessageText', error?.message ?? '') + leaf('m:ResponseCode', error?.code ?? '')
    return node('m:ResponseMessage', message + leaf('m:DescriptiveLinkKey', 0), { ResponseClass: 'Error' })
  }
  const { from, to } = window
  const items = viewOf(mailbox.folder('calendar').items.values(), from, to, false)
  const success = node('m:ResponseMessage', leaf('m:ResponseCode', 'NoError'), { ResponseClass: 'Success' })
  const view = mayOpen(context, mailbox) ? window.view : withoutDetails[window.view]
  return success + writeFreeBusyView(items, { ...window, view })
}

/** What somebody sees who may only know when others are busy. */
const withoutDetails: Readonly<Record<View, View>> = {
  None: 'None',
  MergedOnly: 'MergedOnly',
  FreeBusy: 'FreeBusy',
  FreeBusyMerged: 'FreeBusyMerged',
  Detailed: 'FreeBusy',
  DetailedMerged: 'FreeBusyMerged',
}
