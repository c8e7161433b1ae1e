import util from 'node:util'
import { EwsLogging, EwsServiceXmlWriter, ExchangeService } from 'ews-javascript-api'
import { mendEscaping } from './escaping.ts'
import { parseSoap } from './parse-soap.ts'
import { mendDates, mendReader, mendStringLists, mendTimeZones } from './reading.ts'
import { internal, replace, type Undo } from './replace.ts'
import { mendBatch, mendResponseCodes, mendSyncOrder, mendUnknownItems } from './responses.ts'

/** The one version that the mends were written for and tried on. */
const mendedVersion = '0.15.3'

let undos: Undo[] | undefined

/**
 * Mends ews-javascript-api, once in a process, and proves that it took: the exact version, every method that is
 * replaced, and a text with markup that comes back as it was. Throws if not, since nothing may be written then.
 */
export function mendLibrary(): void {
  if (undos) return
  const { version } = internal('package.json') as { version: string }
  if (version !== mendedVersion)
    throw new Error(`ews-javascript-api is ${version}, its mends are for ${mendedVersion}`)

  undos = mends.map((mend) => mend())
  proveEscaping()
}

/** Node 23 and newer lack a function that every call with an extended property uses. */
export function mendNode(): Undo {
  const node = util as { isNullOrUndefined?: (value: unknown) => boolean }
  if (node.isNullOrUndefined) return () => {}
  node.isNullOrUndefined = (value) => value === null || value === undefined
  return () => void delete node.isNullOrUndefined
}

/** The library writes to stdout, items and all. */
export function mendLogging(): Undo {
  return replace<() => void>(EwsLogging, 'Log', () => () => {})
}

const mends: readonly (() => Undo)[] = [
  mendNode,
  mendLogging,
  mendEscaping,
  mendReader,
  mendDates,
  mendTimeZones,
  mendStringLists,
  mendBatch,
  mendResponseCodes,
  mendUnknownItems,
  mendSyncOrder,
]

function proveEscaping(): void {
  const text = ' A&B<x> '
  const writer = new EwsServiceXmlWriter(new ExchangeService())
  writer.WriteStartElement(1, 'Subject')
  writer.WriteAttributeValue('Name', text)
  writer.WriteValue(text, 'Subject')
  writer.WriteEndElement()
  const subject = parseSoap(`<root>${writer.GetXML()}</root>`)['Subject'] as
    | Record<string, unknown>
    | undefined
  if (subject?.['Subject'] !== text || subject['Name'] !== text)
    throw new Error('ews-javascript-api is not mended')
}
