import { describe, expect, test } from 'vitest'
import { unlimitedBudget } from '../budget.ts'
import { ExchangeUnavailableError } from '../errors.ts'
import {
  type Answer,
  answered,
  type Request,
  soapEnvelope,
  startAnswering,
} from '../testing/answering-exchange.ts'
import { anAppointment } from '../testing/index.ts'
import type { CallFact } from './ews-client.ts'
import { globalObjectIdOf } from './operations/find-items.ts'

const mailbox = 'alice@contoso.example'
const stamp = { appointmentId: 'APP-1', version: 1, attempt: 'a1' }

describe('a server that is busy', () => {
  const busy =
    '<t:ResponseCode>ErrorServerBusy</t:ResponseCode><t:Message>busy</t:Message>' +
    '<t:MessageXml><t:Value Name="BackOffMilliseconds">30000</t:Value></t:MessageXml>'

  test.each([
    [
      'as a fault',
      500,
      fault('', `<detail>${busy.replaceAll('t:Resp', 'e:Resp').replaceAll('t:Mess', 't:Mess')}</detail>`),
    ],
    ['as a fault with status 200', 200, fault('', `<detail>${busy.replaceAll('t:Resp', 'e:Resp')}</detail>`)],
  ])('is heard %s', async (_how, status, answer) => {
    const { gateway, backOffs } = await setUp(() => ({ status, answer }))
    await expect(gateway.sync(mailbox, undefined)).rejects.toMatchObject({
      code: 'ErrorServerBusy',
      effect: 'none',
      retryAfterMs: 30_000,
    })
    expect(backOffs).toEqual([30_000])
  })

  test('is heard within an answer', async () => {
    const { gateway, backOffs } = await setUp(() => ({
      answer: createResponse(error('ErrorServerBusy', '0'), created('i2')),
    }))
    const results = await gateway.createItems(mailbox, [creation(), creation()])
    expect(results).toMatchObject([
      { ok: false, error: { code: 'ErrorServerBusy' } },
      { ok: true, value: { itemId: 'i2' } },
    ])
    expect(backOffs).toEqual([1_000])
  })

  test.each([429, 503])('is heard by status %i', async (status) => {
    const { gateway, backOffs } = await setUp(() => ({ status, answer: '', headers: { 'retry-after': '5' } }))
    await expect(gateway.probe()).rejects.toMatchObject({ code: `HTTP_${status}`, effect: 'none' })
    expect(backOffs).toEqual([5_000])
  })
})

describe('an answer that is no good', () => {
  test.each([
    ['an empty 500', 500, '', 'HTTP_500'],
    ['a 500 in HTML', 500, '<html>Runtime Error</html>', 'HTTP_500'],
    ['a fault that is no XML', 500, `${fault('', '')}<`, 'MALFORMED_FAULT'],
    ['a fault that says nothing', 500, fault('', ''), 'MALFORMED_FAULT'],
    ['half an answer', 200, createResponse(created('i1')).slice(0, 300), 'MALFORMED_ANSWER'],
    ['a document type', 200, `<!DOCTYPE s:Envelope>${createResponse(created('i1'))}`, 'MALFORMED_ANSWER'],
    ['an answer to something else', 200, soapEnvelope('<m:GetFolderResponse/>'), 'UNREADABLE_ANSWER'],
    ['no answer in it', 200, soapEnvelope(''), 'UNREADABLE_ANSWER'],
    ['too few results', 200, createResponse(created('i1')), 'UNREADABLE_ANSWER'],
  ])('leaves open whether it had an effect: %s', async (_name, status, answer, code) => {
    const { gateway } = await setUp(() => ({ status, answer }))
    const creating = gateway.createItems(mailbox, [creation(), creation()])
    await expect(creating).rejects.toBeInstanceOf(ExchangeUnavailableError)
    await expect(creating).rejects.toMatchObject({ code, effect: 'unknown' })
  })

  test('never puts content into an error', async () => {
    const { gateway } = await setUp(() => ({ status: 500, answer: fault('Top secret', '<detail/>') }))
    const failure = await gateway.sync(mailbox, undefined).catch((reason: Error) => reason)
    expect(`${(failure as Error).message} ${JSON.stringify(failure)}`).not.toContain('secret')
  })
})

test('one error for a whole batch is the error of each item', async () => {
  const { gateway } = await setUp(() => ({ answer: createResponse(error('ErrorAccessDenied')) }))
  await expect(gateway.createItems(mailbox, [creation(), creation()])).rejects.toMatchObject({
    name: 'MailboxRefusedError',
    code: 'ErrorAccessDenied',
  })
})

test('an appointment in a zone that Exchange does not have fails alone', async () => {
  const { gateway } = await setUp(() => ({ answer: createResponse(created('i1')) }))
  const lost = anAppointment({ start: { dateTime: '2027-06-14T09:00:00', timeZone: 'Europe/Atlantis' } })
  const results = await gateway.createItems(mailbox, [{ ...creation(), appointment: lost }, creation()])
  expect(results).toMatchObject([{ ok: false, error: { code: 'ZONE_NOT_MAPPABLE' } }, { ok: true }])
})

test('each call says for whom it is, and what became of it', async () => {
  const { gateway, requests, facts } = await setUp(() => ({ answer: createResponse(created('i1')) }))
  await gateway.createItems(mailbox, [creation()])
  await gateway.sync(mailbox, undefined).catch(() => {})
  expect(requests[0]?.headers).toMatchObject({ 'x-anchormailbox': mailbox, 'user-agent': 'lockstep' })
  expect(requests[0]?.body).toContain(`<t:SmtpAddress>${mailbox}</t:SmtpAddress>`)
  expect(facts).toMatchObject([
    { operation: 'CreateItem', outcome: 'ok', requestId: requests[0]?.headers['client-request-id'] },
    { operation: 'SyncFolderItems', outcome: 'UNREADABLE_ANSWER' },
  ])
})

test('a batch that is split makes a call of the budget for each part', async () => {
  const { gateway, spent } = await setUp(({ body }) => ({
    answer: createResponse(...Array.from(body.matchAll(/<t:CalendarItem>/g), () => created('i'))),
  }))
  await gateway.createItems(mailbox, Array.from({ length: 23 }, creation))
  expect(spent()).toBe(3)
})

test('an update without anything to set is not sent', async () => {
  const { gateway, requests } = await setUp(() => ({ answer: '' }))
  const update = { itemId: 'i', changeKey: 'c', appointment: anAppointment(), send: 'none' } as const
  const results = await gateway.updateItems(mailbox, [
    { ...update, fields: ['responses'] },
    { ...update, fields: [] },
  ])
  expect(results).toEqual(
    Array.from({ length: 2 }, () => ({ ok: true, value: { itemId: 'i', changeKey: 'c' } })),
  )
  expect(requests).toEqual([])
})

test.each([
  [
    '040000008200E00074C5B7101A82E00807EA0C1F00',
    '04 00 00 00 82 00 E0 00 74 C5 B7 10 1A 82 E0 08 00 00 00 00 00',
  ],
  [
    'a@b',
    `04 00 00 00 82 00 E0 00 74 C5 B7 10 1A 82 E0 08 ${'00 '.repeat(20)}10 00 00 00 76 43 61 6C 2D 55 69 64 01 00 00 00 61 40 62 00`,
  ],
])('the UID %s is searched for in the form that Exchange keeps', (uid, hex) => {
  expect(globalObjectIdOf(uid)).toBe(Buffer.from(hex.replaceAll(' ', ''), 'hex').toString('base64'))
})

async function setUp(answerTo: (request: Request) => Answer) {
  const [backOffs, facts] = [[] as number[], [] as CallFact[]]
  let calls = 0
  const budget: typeof unlimitedBudget = {
    ...unlimitedBudget,
    spend: (_, call) => ((calls += 1), call()),
    backOff: async (ms) => void backOffs.push(ms),
  }
  const bed = await startAnswering(answerTo, { budget, onCall: (fact) => facts.push(fact) })
  return { ...bed, backOffs, facts, spent: () => calls }
}

test('heads are asked for without content, and in which folder their items lie', async () => {
  const { gateway, requests } = await setUp(() => ({
    answer: createResponse(error('ErrorItemNotFound')).replaceAll('CreateItem', 'GetItem'),
  }))
  const results = await gateway.getHeads(mailbox, ['i1'])
  expect(results).toMatchObject([{ ok: false, error: { name: 'ItemGoneError' } }])
  const [{ body } = { body: '' }] = requests
  expect(body).toContain('<t:BaseShape>IdOnly</t:BaseShape>')
  expect([...body.matchAll(/<t:FieldURI FieldURI="([^"]+)"/g)].map(([, field]) => field)).toEqual([
    'item:Sensitivity',
    'item:LastModifiedTime',
    'calendar:CalendarItemType',
    'calendar:IsRecurring',
    'calendar:UID',
    'item:ParentFolderId',
  ])
})

function creation() {
  return { appointment: anAppointment(), stamp, send: 'none' } as const
}

function fault(text: string, detail: string): string {
  const errors = 'xmlns:e="http://schemas.microsoft.com/exchange/services/2006/errors"'
  return soapEnvelope(`<s:Fault ${errors}><faultstring>${text}</faultstring>${detail}</s:Fault>`)
}

function createResponse(...messages: string[]): string {
  return answered('CreateItem', ...messages)
}

function created(id: string): string {
  const item = `<t:CalendarItem><t:ItemId Id="${id}" ChangeKey="c"/></t:CalendarItem>`
  return `<m:CreateItemResponseMessage ResponseClass="Success"><m:ResponseCode>NoError</m:ResponseCode><m:Items>${item}</m:Items></m:CreateItemResponseMessage>`
}

function error(code: string, backOffMs?: string): string {
  const hint =
    backOffMs && `<m:MessageXml><t:Value Name="BackOffMilliseconds">${backOffMs}</t:Value></m:MessageXml>`
  return `<m:CreateItemResponseMessage ResponseClass="Error"><m:MessageText>no</m:MessageText><m:ResponseCode>${code}</m:ResponseCode>${hint ?? ''}<m:Items/></m:CreateItemResponseMessage>`
}
