import { expect, test } from 'vitest'
import { ItemChangedError, ItemGoneError } from '../errors.ts'
import { anAppointment } from './an-appointment.ts'
import { create, creation, error, fieldsOf, read, stamp, value } from './contract-steps.ts'
import type { Open } from './gateway-fixture.ts'
import { emptied, roundTrips } from './round-trips.ts'

/** The part of the contract that is about writing. */
export function describeWriting(open: Open): void {
  test.each(Object.entries(roundTrips))('gives back exactly what was written: %s', async (_name, changes) => {
    const { gateway, mailbox } = await open()
    const appointment = anAppointment(changes)
    const { itemId } = await create(gateway, mailbox, { appointment })
    const item = await read(gateway, mailbox, itemId)
    expect(item.appointment).toEqual(appointment)
    expect(item).toMatchObject({ stamp, role: 'organizer', inCalendar: true, isRecurring: false })
  })

  test.each(Object.entries(roundTrips))('sets only the named fields: %s', async (_name, changes) => {
    const { gateway, mailbox } = await open()
    const before = anAppointment({ subject: 'Before', location: 'There', categories: ['Red'] })
    const { itemId, changeKey } = await create(gateway, mailbox, { appointment: before })
    const after = anAppointment({ subject: 'Not to be written', ...changes })
    const fields = fieldsOf(changes)
    const update = {
      itemId,
      changeKey,
      fields,
      appointment: after,
      stamp: { ...stamp, version: 4, base: { when: 'digest' } },
      send: 'none',
    } as const
    const written = value(await gateway.updateItems(mailbox, [update]))
    const item = await read(gateway, mailbox, itemId)
    expect(item.appointment).toEqual({ ...before, ...changes })
    expect(item).toMatchObject({
      changeKey: written.changeKey,
      stamp: { ...stamp, version: 4, base: { when: 'digest' } },
    })
  })

  test('takes away what an update leaves empty', async () => {
    const { gateway, mailbox, colleague } = await open()
    const attendees = [{ address: colleague, name: 'Colleague', type: 'required' } as const]
    const appointment = anAppointment({ attendees, categories: ['Red'], location: 'Here' })
    const { itemId, changeKey } = await create(gateway, mailbox, { appointment })
    const empty = anAppointment({ ...emptied, attendees: [] })
    const fields = [
      'subject',
      'body',
      'location',
      'categories',
      'attendees',
      'reminderMinutesBeforeStart',
    ] as const
    await gateway.updateItems(mailbox, [{ itemId, changeKey, fields, appointment: empty, send: 'none' }])
    expect((await read(gateway, mailbox, itemId)).appointment).toEqual(empty)
  })

  test('refuses an update of an item that changed, and leaves it as it is', async () => {
    const { gateway, mailbox, userUpdates } = await open()
    const { itemId, changeKey } = await create(gateway, mailbox)
    userUpdates(itemId, { subject: "The user's" })
    const update = {
      itemId,
      changeKey,
      fields: ['subject'],
      appointment: anAppointment(),
      send: 'none',
    } as const
    expect(error(await gateway.updateItems(mailbox, [update]))).toBeInstanceOf(ItemChangedError)
    expect((await read(gateway, mailbox, itemId)).appointment?.subject).toBe("The user's")
  })

  test('gives a result for each item, in the order of the request, whatever becomes of its neighbours', async () => {
    const { gateway, mailbox } = await open()
    const creations = Array.from({ length: 23 }, (_, index) => creation(`APP-${index}`))
    const created = await gateway.createItems(mailbox, creations)
    const ids = created.map((result) => (result.ok ? result.value.itemId : 'missing'))
    await gateway.deleteItems(mailbox, [{ itemId: ids[7] as string, send: 'none' }])
    const found = await gateway.getItems(mailbox, ids)
    const stamps = found.map((result) => (result.ok ? result.value.stamp?.appointmentId : result.error.name))
    expect(stamps).toEqual(creations.map((_, index) => (index === 7 ? 'ItemGoneError' : `APP-${index}`)))
  })

  test('takes an item that is gone already for deleted', async () => {
    const { gateway, mailbox } = await open()
    const { itemId } = await create(gateway, mailbox)
    const deletion = { itemId, send: 'none' } as const
    expect(await gateway.deleteItems(mailbox, [deletion])).toMatchObject([{ ok: true }])
    expect(await gateway.deleteItems(mailbox, [deletion])).toMatchObject([{ ok: true }])
    const [result] = await gateway.getItems(mailbox, [itemId])
    expect(result?.ok === false && result.error).toBeInstanceOf(ItemGoneError)
  })

  test('sends mails when asked to, and only then', async () => {
    const { gateway, mailbox, colleague, mails } = await open()
    const appointment = anAppointment({ attendees: [{ address: colleague, type: 'required' }] })
    const quiet = await create(gateway, mailbox, { appointment })
    const changed = { ...appointment, subject: 'Changed' }
    const update = { ...quiet, fields: ['subject'], appointment: changed, send: 'none' } as const
    const { itemId } = value(await gateway.updateItems(mailbox, [update]))
    await gateway.deleteItems(mailbox, [{ itemId, send: 'none' }])
    expect(mails()).toBe(0)

    const loud = await create(gateway, mailbox, { appointment, send: 'all' })
    expect(mails()).toBe(1)
    const written = value(await gateway.updateItems(mailbox, [{ ...update, ...loud, send: 'changed' }]))
    await gateway.deleteItems(mailbox, [{ itemId: written.itemId, send: 'all' }])
    expect(mails()).toBeGreaterThan(1)
  })
}
