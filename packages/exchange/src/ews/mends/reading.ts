import {
  DateTime,
  DateTimePropertyDefinition,
  Exception,
  type ExchangeService,
  type PropertyDefinition,
  StringList,
  TimeSpan,
  TimeZoneInfo,
  TimeZonePropertyDefinition,
} from 'ews-javascript-api'
import { type JsElement, parseSoap } from './parse-soap.ts'
import { internal, replace, type Undo } from './replace.ts'

type Bag = { _setItem(definition: PropertyDefinition, value: unknown): void }
type Load<Value> = (this: PropertyDefinition, value: Value, service: ExchangeService, bag: Bag) => void
type LoadList = (this: StringList, value: JsElement, service: ExchangeService) => void

/** An answer that is no XML, or XML that nobody should read. The library passes its own `Exception`s on untouched. */
export class MalformedAnswer extends Exception {}

/** The library's reader trims text, loses CDATA, and reads what a hostile document type says. */
export function mendReader(): Undo {
  const module = internal('js/Core/EwsServiceXmlReader.js') as { EwsServiceXmlReader: unknown }
  class EwsServiceXmlReader {
    readonly JsObject: JsElement
    readonly Service: ExchangeService

    constructor(xml: string, service: ExchangeService) {
      this.Service = service
      try {
        this.JsObject = parseSoap(xml)
      } catch (error) {
        throw new MalformedAnswer((error as Error).message)
      }
    }
  }

  const original = module.EwsServiceXmlReader
  if (typeof original !== 'function')
    throw new TypeError('ews-javascript-api has no EwsServiceXmlReader to mend')
  module.EwsServiceXmlReader = EwsServiceXmlReader
  return () => void (module.EwsServiceXmlReader = original)
}

/** The library parses each date twice, in a slow way: a third of the time that a big sync takes. */
export function mendDates(): Undo {
  return replace<Load<unknown>>(
    DateTimePropertyDefinition.prototype,
    'LoadPropertyValueFromXmlJsObject',
    () =>
      function (value, _service, bag) {
        if (typeof value !== 'string') return
        const text = value.trim()
        const epochMs = Date.parse(/[zZ]$|[+-]\d\d:\d\d$/.test(text) ? text : `${text}Z`)
        if (Number.isNaN(epochMs)) throw new MalformedAnswer('a date that cannot be read')
        bag._setItem(this, new DateTime(epochMs))
      },
  )
}

/** The library drops a zone that has an id and no rules. Its id is all that we need of any. */
export function mendTimeZones(): Undo {
  return replace<Load<JsElement | null>>(
    TimeZonePropertyDefinition.prototype as object,
    'LoadPropertyValueFromXmlJsObject',
    () =>
      function (value, _service, bag) {
        const id = value?.['Id']
        if (typeof id === 'string') bag._setItem(this, timeZoneInfo(id))
      },
  )
}

/** A zone for the wire: its Windows id and nothing else, so that Exchange applies its own, current rules. */
export function timeZoneInfo(windowsId: string): TimeZoneInfo {
  return TimeZoneInfo.CreateCustomTimeZone(windowsId, TimeSpan.Zero, windowsId, windowsId)
}

/** The library makes an empty list of strings a list of one `undefined`, or fails on it. */
export function mendStringLists(): Undo {
  return replace<LoadList>(
    StringList.prototype,
    'LoadFromXmlJsObject',
    () =>
      function (value) {
        for (const text of [value?.['String'] ?? []].flat()) if (typeof text === 'string') this.Add(text)
      },
  )
}
