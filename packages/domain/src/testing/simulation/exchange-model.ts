import type { Appointment, Body } from '../../appointment.ts'
import { type Field, propertiesOf } from '../../field.ts'
import type { LinkedItem } from '../../record.ts'

export type ModelStamp = {
  readonly appointmentId: string
  readonly version: number
  readonly attempt: string
}

export type ModelItem = {
  readonly itemId: string
  readonly changeKey: string
  readonly uid: string
  readonly role: LinkedItem['role']
  readonly appointment: Appointment
  readonly isPrivate: boolean
  readonly stamp?: ModelStamp
  readonly lastModifiedMs: number
}

export type ExchangeModel = ReturnType<typeof createExchangeModel>

/** One calendar at Exchange, which rewrites bodies, for one appointment: its user's hands and the calls that we make. */
export function createExchangeModel(now: () => number) {
  const items = new Map<string, ModelItem>()
  const touched = new Set<string>()
  const deleted: ModelItem[] = []
  let serial = 0
  let writes = 0

  /** The one item; nothing while there are two of them, since nobody could say which one is meant. */
  function only(): ModelItem | undefined {
    return items.size === 1 ? [...items.values()][0] : undefined
  }

  function keep(item: Omit<ModelItem, 'changeKey' | 'lastModifiedMs'>): ModelItem {
    const appointment = { ...item.appointment, body: rewrittenBody(item.appointment.body) }
    const kept = { ...item, appointment, changeKey: `K${++serial}`, lastModifiedMs: now() }
    items.set(item.itemId, kept)
    touched.add(item.itemId)
    return kept
  }

  function remove(itemId: string): void {
    const item = items.get(itemId)
    if (!item) return
    items.delete(itemId)
    deleted.push(item)
    touched.add(itemId)
  }

  return {
    touched,
    only,
    items: () => [...items.values()],
    deleted: () => [...deleted],
    get: (itemId: string) => items.get(itemId),
    writes: () => writes,

    enter(appointment: Appointment, role: LinkedItem['role']) {
      keep({ itemId: `I${++serial}`, uid: `U${serial}`, role, appointment, isPrivate: false })
    },
    edit(changes: Partial<Appointment>) {
      const item = only()
      if (item) keep({ ...item, appointment: { ...item.appointment, ...changes } })
    },
    hide(isPrivate: boolean) {
      const item = only()
      if (item) keep({ ...item, isPrivate })
    },
    remove() {
      const item = only()
      if (item) remove(item.itemId)
    },
    /** What has become an appointment of its own is none of ours. */
    setApart(itemId: string) {
      items.delete(itemId)
      touched.delete(itemId)
    },
    /** Takes it out of Deleted Items again: it keeps UID and stamp and gets a new handle. */
    restore() {
      const lastDeleted = deleted.at(-1)
      if (items.size === 0 && lastDeleted) keep({ ...lastDeleted, itemId: `I${++serial}`, isPrivate: false })
    },

    create(appointment: Appointment, stamp: ModelStamp): ModelItem {
      writes++
      const itemId = `I${++serial}`
      return keep({
        itemId,
        uid: `U${serial}`,
        role: 'organizer',
        appointment,
        isPrivate: false,
        stamp,
      })
    },
    update(write: ModelUpdate): ModelItem | 'changed' | 'gone' {
      const item = items.get(write.itemId)
      if (!item) return 'gone'
      if (item.changeKey !== write.changeKey) return 'changed'
      writes++
      const appointment = written(item.appointment, write.appointment, write.fields)
      const { stamp = item.stamp } = write
      return keep({ ...item, appointment, ...(stamp && { stamp }) })
    },
    delete(itemIds: readonly string[]): true {
      writes++
      for (const itemId of itemIds) remove(itemId)
      return true
    },
  }
}

export type ModelUpdate = {
  readonly itemId: string
  readonly changeKey: string
  readonly fields: readonly Field[]
  readonly appointment: Appointment
  readonly stamp?: ModelStamp
}

function written(held: Appointment, wanted: Appointment, names: readonly Field[]): Appointment {
  const properties = names.flatMap(propertiesOf)
  const changes = Object.fromEntries(properties.map((property) => [property, wanted[property]]))
  const result: Appointment = { ...held, ...changes }
  const attendees = result.attendees.map((attendee) => ({
    ...held.attendees.find(({ address }) => address === attendee.address),
    ...attendee,
  }))
  return { ...result, attendees }
}

function rewrittenBody({ contentType, content }: Body): Body {
  return { contentType: 'html', content: contentType === 'html' ? content : `<div>${content}</div>` }
}
