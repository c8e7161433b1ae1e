import { expect, test } from 'vitest'
import { anAppointment } from './an-appointment.ts'
import { describeCalendarGateway } from './calendar-gateway-contract.ts'
import { MemoryCalendarGateway } from './memory-calendar-gateway.ts'

const mailbox = 'alice@contoso.example'

describeCalendarGateway('MemoryCalendarGateway', () => {
  const gateway = new MemoryCalendarGateway()
  return {
    gateway,
    mailbox,
    colleague: 'bob@contoso.example',
    userCreates: (item) => gateway.userCreates(mailbox, item),
    userUpdates: (itemId, item) => gateway.userUpdates(mailbox, itemId, item),
    userDeletes: (itemId) => gateway.userDeletes(mailbox, itemId),
    userMoves: (itemId, folder) => gateway.userMoves(mailbox, itemId, folder),
    loseSubscriptions: () => gateway.listening.lose(),
    mails: () => gateway.mails.length,
  }
})

test('a lost answer is of a write that took effect', async () => {
  const gateway = new MemoryCalendarGateway()
  const stamp = { appointmentId: 'APP-1', version: 1, attempt: 'a1' }
  const create = () => gateway.createItems(mailbox, [{ appointment: anAppointment(), stamp, send: 'none' }])
  gateway.loseNextAnswer()
  await expect(create()).rejects.toMatchObject({ effect: 'unknown' })
  expect(gateway.itemsOf(mailbox)).toMatchObject([{ stamp }])
  expect(await create()).toMatchObject([{ ok: true }])
})

test('an outage is one for every call, until it is over', async () => {
  const gateway = new MemoryCalendarGateway()
  gateway.goDown()
  await expect(gateway.sync(mailbox, undefined)).rejects.toMatchObject({
    code: 'ECONNREFUSED',
    effect: 'none',
  })
  gateway.comeBack()
  expect(await gateway.sync(mailbox, undefined)).toMatchObject({ changes: [], isLast: true })
  expect(gateway.calls).toEqual({ sync: 2 })
})
