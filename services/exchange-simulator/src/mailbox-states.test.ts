import { eventually } from '@lockstep/runtime/testing'
import { expect, test } from 'vitest'
import type { MailboxState } from './mailbox-states.ts'
import { calendarItem, createItem, getItem, someTimes } from './testing/requests.ts'
import { alice, bob, setUp } from './testing/set-up.ts'
import { codeOf } from './testing/soap-client.ts'
import { leaf, node } from './xml/build.ts'

const create = createItem(calendarItem(...someTimes))
const elsewhere = 'https://other.contoso.example/EWS/Exchange.asmx'

test.each<{ state: MailboxState; writing: string; reading: string }>([
  { state: { kind: 'disabled' }, writing: 'ErrorAccountDisabled', reading: 'ErrorAccountDisabled' },
  { state: { kind: 'missing' }, writing: 'ErrorNonExistentMailbox', reading: 'ErrorNonExistentMailbox' },
  { state: { kind: 'full' }, writing: 'ErrorQuotaExceeded', reading: 'NoError' },
  { state: { kind: 'moving' }, writing: 'ErrorMailboxMoveInProgress', reading: 'ErrorMailboxMoveInProgress' },
  {
    state: { kind: 'moved', to: elsewhere, as: 'fault' },
    writing: 'ErrorProxyRequestNotAllowed',
    reading: 'ErrorProxyRequestNotAllowed',
  },
])('a mailbox that is $state.kind answers $writing to a write, $reading to a read', async (expected) => {
  const { simulator, call, create: made } = await setUp()
  const ref = await made(calendarItem(...someTimes))
  simulator.states.set(alice, expected.state)
  expect([codeOf(await call(create)), codeOf(await call(getItem([ref])))]).toEqual([
    expected.writing,
    expected.reading,
  ])
  expect(codeOf(await call(create, { impersonate: bob }))).toBe('NoError')
  simulator.states.set(alice, undefined)
  expect(codeOf(await call(create))).toBe('NoError')
})

test('a mailbox on another server sends callers there', async () => {
  const { simulator, raw } = await setUp()
  simulator.states.set(alice, { kind: 'moved', to: elsewhere, as: 'redirect' })
  const response = await raw(create, { redirect: 'manual' })
  expect([response.status, response.headers.get('location')]).toEqual([302, elsewhere])
})

test('a move takes the mailbox away for a while', async () => {
  const { simulator, call } = await setUp()
  simulator.faults.add({ kind: 'mailboxMove', awayMs: 40, times: 1 })
  expect(codeOf(await call(create))).toBe('ErrorMailboxMoveInProgress')
  await eventually(async () => expect(codeOf(await call(create))).toBe('NoError'))
  expect(simulator.faults.counts).toEqual({ mailboxMove: 1 })
})

test('a delegate meets the state of the mailbox that it opens', async () => {
  const { simulator, call } = await setUp()
  simulator.states.set(alice, { kind: 'disabled' })
  const folder = node('t:DistinguishedFolderId', node('t:Mailbox', leaf('t:EmailAddress', alice)), {
    Id: 'calendar',
  })
  const request = create.replace('<m:Items>', `${node('m:SavedItemFolderId', folder)}<m:Items>`)
  expect(codeOf(await call(request, { impersonate: null }))).toBe('ErrorAccountDisabled')
})
