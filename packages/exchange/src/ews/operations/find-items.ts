import {
  Appointment,
  AppointmentSchema,
  DefaultExtendedPropertySet,
  ExtendedPropertyDefinition,
  ItemView,
  MapiPropertyType,
  type PropertyDefinitionBase,
  SearchFilter,
  SortDirection,
  WellKnownFolderName,
} from 'ews-javascript-api'
import type { CallOptions, ItemHead } from '../../calendar-gateway.ts'
import { headShape, readHead } from '../calendar-item.ts'
import type { EwsClient } from '../ews-client.ts'
import { appointmentIdProperty } from '../stamp.ts'

/** One of these is enough to know; more than two is a fault that folding takes away step by step. */
const mostFound = 100
/** FindItem cuts text off here; GetItem does not. */
const textLimit = 255

type Search = { readonly property: PropertyDefinitionBase; readonly value: string }

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/finditem-operation */
export function findItems(
  client: EwsClient,
  mailbox: string,
  { property, value }: Search,
  options?: CallOptions,
): Promise<ItemHead[]> {
  return client.run({ operation: 'FindItem', mailbox, options }, async (service) => {
    const view = new ItemView(mostFound)
    view.PropertySet = headShape()
    // A copy comes after what it was made from.
    view.OrderBy.Add(AppointmentSchema.DateTimeCreated, SortDirection.Ascending)
    const filter = new SearchFilter.IsEqualTo(property, value)
    const { Items } = await service.FindItems(WellKnownFolderName.Calendar, filter, view)
    return Items.filter((item) => item instanceof Appointment).map(readHead)
  })
}

export async function findByStamp(
  client: EwsClient,
  mailbox: string,
  appointmentId: string,
  options?: CallOptions,
): Promise<ItemHead[]> {
  const search = { property: appointmentIdProperty, value: appointmentId }
  return withStampOf(await findItems(client, mailbox, search, options), [appointmentId])
}

/** Those with one of these stamps. Exchange compares without regard to case; ids are compared with it. */
export function withStampOf(heads: readonly ItemHead[], appointmentIds: readonly string[]): ItemHead[] {
  const byText = new Map(appointmentIds.map((id) => [id.slice(0, textLimit), id]))
  return heads.flatMap((head) => {
    const appointmentId = byText.get(head.stamp?.appointmentId.slice(0, textLimit) ?? '')
    return head.stamp && appointmentId ? [{ ...head, stamp: { ...head.stamp, appointmentId } }] : []
  })
}

/** PidLidCleanGlobalObjectId: the UID in the only form in which Exchange searches for it. */
const cleanGlobalObjectId = new ExtendedPropertyDefinition(
  DefaultExtendedPropertySet.Meeting,
  0x23,
  MapiPropertyType.Binary,
)

export async function findByUid(
  client: EwsClient,
  mailbox: string,
  uid: string,
  options?: CallOptions,
): Promise<ItemHead[]> {
  const isSame = (head: ItemHead) => head.uid.toLowerCase() === uid.toLowerCase()
  const byObjectId = { property: cleanGlobalObjectId, value: globalObjectIdOf(uid) }
  return (await findItems(client, mailbox, byObjectId, options)).filter(isSame)
}

const objectIdMark = '040000008200e00074c5b7101a82e008'
const foreignMark = Buffer.from('vCal-Uid\u0001\u0000\u0000\u0000', 'latin1')

/**
 * The GlobalObjectId that Exchange makes of a UID, in base64 ([MS-OXCICAL] 2.1.3.1.1.20.26): its own are the id in
 * hexadecimal, without the date of an occurrence; others are wrapped.
 */
export function globalObjectIdOf(uid: string): string {
  if (uid.toLowerCase().startsWith(objectIdMark)) {
    const bytes = Buffer.from(uid, 'hex')
    return bytes.fill(0, 16, 20).toString('base64')
  }
  const data = Buffer.concat([foreignMark, Buffer.from(`${uid}\u0000`)])
  const head = Buffer.alloc(40)
  head.write(objectIdMark, 'hex')
  head.writeUInt32LE(data.length, 36)
  return Buffer.concat([head, data]).toString('base64')
}

/** For servers that search for the UID itself. Exchange refuses that with ErrorUnsupportedPathForQuery. */
export async function findByPlainUid(
  client: EwsClient,
  mailbox: string,
  uid: string,
  options?: CallOptions,
): Promise<ItemHead[]> {
  const heads = await findItems(client, mailbox, { property: AppointmentSchema.ICalUid, value: uid }, options)
  return heads.filter((head) => head.uid.toLowerCase() === uid.toLowerCase())
}
