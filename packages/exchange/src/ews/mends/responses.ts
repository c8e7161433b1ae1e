import {
  type ChangeCollection,
  ExchangeService,
  Item,
  type ItemChange,
  ItemInfo,
  MultiResponseServiceRequest,
  ServiceResponse,
  ServiceResponseException,
  ServiceXmlDeserializationException,
  SoapFaultDetails,
  SyncResponse,
} from 'ews-javascript-api'
import type { JsElement } from './parse-soap.ts'
import { replace, type Undo } from './replace.ts'

/** The response code as it was sent: the library knows those of its own day only. */
export type WithRawCode = { rawCode?: string }

type Request = {
  Service: ExchangeService
  GetResponseMessageXmlElementName(): string
  GetExpectedResponseMessageCount(): number
}
type ParseResponse = (this: Request, body: JsElement | undefined) => unknown
type LoadResponse = (
  this: ServiceResponse & WithRawCode,
  message: JsElement,
  service: ExchangeService,
) => void
type Loadable = { LoadFromXmlJsObject(message: JsElement, service: ExchangeService): void }
type ParseFault = (this: unknown, fault: JsElement) => SoapFaultDetails & WithRawCode
type ItemConstructor = new (service: ExchangeService) => object
type CreateObject = (this: object, service: ExchangeService, name: string) => unknown
type ReadChanges = (
  this: { Changes: ChangeCollection<ItemChange> },
  message: JsElement,
  service: ExchangeService,
) => void

/** One error for a whole batch, which Exchange is free to answer, makes the library fail with a TypeError. */
export function mendBatch(): Undo {
  return replace<ParseResponse>(
    MultiResponseServiceRequest.prototype as object,
    'ParseResponseXMLJsObject',
    (original) =>
      function (body) {
        const all = body?.['ResponseMessages'] as JsElement | undefined
        const messages = [all?.[this.GetResponseMessageXmlElementName()] ?? []].flat() as JsElement[]
        if (messages.length >= this.GetExpectedResponseMessageCount()) return original.call(this, body)

        const [message] = messages
        if (message?.['ResponseClass'] !== 'Error')
          throw new ServiceXmlDeserializationException('too few responses')
        throw new ServiceResponseException(loadedResponse(message, this.Service) as never)
      },
  )
}

function loadedResponse(message: JsElement, service: ExchangeService): Loadable {
  const response = new (ServiceResponse as unknown as new () => Loadable)()
  response.LoadFromXmlJsObject(message, service)
  return response
}

/** A response code that the library does not know becomes `undefined`, or ErrorInternalServerError in a fault. */
export function mendResponseCodes(): Undo {
  const undoResponse = replace<LoadResponse>(
    ServiceResponse.prototype,
    'LoadFromXmlJsObject',
    (original) =>
      function (message, service) {
        original.call(this, message, service)
        if (typeof message['ResponseCode'] === 'string') this.rawCode = message['ResponseCode']
      },
  )
  const undoFault = replace<ParseFault>(
    SoapFaultDetails,
    'Parse',
    (original) =>
      function (fault) {
        const details = original.call(this, fault)
        const code = (fault['detail'] as JsElement | null | undefined)?.['ResponseCode']
        if (typeof code === 'string') details.rawCode = code
        // Some servers put the code into `faultcode`, with a namespace's prefix or without.
        else if (typeof fault['faultcode'] === 'string')
          details.rawCode = fault['faultcode'].replace(/^.*:/, '')
        return details
      },
  )
  return () => (undoResponse(), undoFault())
}

/** One item of a kind that the library does not know would fail a whole page of changes. */
export function mendUnknownItems(): Undo {
  return replace<CreateObject>(
    ItemInfo.prototype,
    'CreateEwsObjectFromXmlElementName',
    (original) =>
      function (service, name) {
        return original.call(this, service, name) ?? new (Item as unknown as ItemConstructor)(service)
      },
  )
}

/** The library hands out a page's changes grouped by kind. The order of the server is the order to apply them in. */
export function mendSyncOrder(): Undo {
  return replace<ReadChanges>(
    SyncResponse.prototype as object,
    'ReadElementsFromXmlJsObject',
    (original) =>
      function (message, service) {
        original.call(this, message, service)
        const byKind = Object.entries((message['Changes'] ?? {}) as Record<string, JsElement | JsElement[]>)
        const elements = byKind.flatMap(([kind, element]) => {
          if (kind.startsWith('__')) return []
          return Array.isArray(element) ? element : [element]
        })
        const changes = this.Changes as unknown as { changes: ItemChange[] }
        changes.changes = changes.changes
          .map((change, index) => ({ change, position: Number(elements[index]?.['__position']) }))
          .sort((a, b) => a.position - b.position)
          .map(({ change }) => change)
      },
  )
}
