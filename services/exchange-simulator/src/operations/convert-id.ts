import { oneOf } from '../calendar/field.ts'
import { EwsError, malformedId, nonExistentMailbox } from '../soap/errors.ts'
import { isWellFormedId } from '../store/ids.ts'
import { node, type Xml } from '../xml/build.ts'
import type { Element } from '../xml/element.ts'
import { attempt, respond, success } from './answer.ts'
import type { Context } from './context.ts'
import { attribute, checkOrder, requiredList } from './request.ts'

const operation = 'ConvertId'
const formats = ['EwsLegacyId', 'EwsId', 'EntryId', 'HexEntryId', 'StoreId', 'OwaId'] as const
type Format = (typeof formats)[number]

// The four bytes, the mailbox's guid and the length that precede the entry id in an EWS id.
const headLength = 43

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/convertid-operation */
export function convertId(request: Element, context: Context): Xml {
  checkOrder(request, 'SourceIds')
  const destination = attribute(request, 'DestinationFormat', ...formats)
  const messages = requiredList(request, 'SourceIds').map((source) =>
    attempt(operation, context, source.attributes['Id'], () => {
      if (source.name !== 'AlternateId') {
        throw new EwsError('ErrorInvalidOperation', 'The simulator has no public folders.')
      }
      const mailbox = source.attributes['Mailbox'] ?? ''
      const guid = context.store.mailbox(mailbox)?.guid
      if (!guid) throw nonExistentMailbox()
      const from = oneOf(...formats)(source.attributes['Format'] ?? '')
      const ewsId = toEwsId(source.attributes['Id'] ?? '', from, guid)
      return success(operation, written(fromEwsId(ewsId, destination), destination, mailbox))
    }),
  )
  return respond(operation, messages)
}

function toEwsId(id: string, from: Format, guid: string): string {
  const ewsId = {
    EwsLegacyId: () => id,
    EwsId: () => id,
    OwaId: () => decodeURIComponent(id),
    EntryId: () => withHead(Buffer.from(id, 'base64'), guid),
    StoreId: () => withHead(Buffer.from(id, 'base64').subarray(1), guid),
    HexEntryId: () => withHead(Buffer.from(id, 'hex'), guid),
  }[from]()
  if (!isWellFormedId(ewsId)) throw malformedId()
  return ewsId
}

function fromEwsId(ewsId: string, to: Format): string {
  const bytes = Buffer.from(ewsId, 'base64')
  const entry = bytes.subarray(headLength)
  return {
    EwsLegacyId: () => ewsId,
    EwsId: () => ewsId,
    OwaId: () => encodeURIComponent(ewsId),
    EntryId: () => entry.toString('base64'),
    StoreId: () => Buffer.concat([Buffer.from([entry.length]), entry]).toString('base64'),
    HexEntryId: () => entry.toString('hex').toUpperCase(),
  }[to]()
}

function withHead(entry: Buffer, guid: string): string {
  if (entry.length < 46) throw malformedId()
  const head = [Buffer.from([0, 3, 0x24, 0]), Buffer.from(guid, 'ascii'), Buffer.from([0, entry.length, 0])]
  return Buffer.concat([...head, entry]).toString('base64')
}

function written(id: string, format: Format, mailbox: string): Xml {
  return node('m:AlternateId', '', {
    'xmlns:xsi': 'http://www.w3.org/2001/XMLSchema-instance',
    'xsi:type': 't:AlternateIdType',
    Format: format,
    Id: id,
    Mailbox: mailbox,
  })
}
