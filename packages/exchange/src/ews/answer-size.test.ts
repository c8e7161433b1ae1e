import { expect, test } from 'vitest'
import { ExchangeRejectedError, ExchangeTransientError } from '../errors.ts'
import { answered, startAnswering } from '../testing/answering-exchange.ts'
import { anAppointment } from '../testing/index.ts'
import { isOutage } from './failures.ts'

const mailbox = 'alice@contoso.example'
const mostAnswerBytes = 16 * 1024

test('items that are too large together are read one by one, and one that is so by itself is rejected, and says how to mend it', async () => {
  const { gateway, requests } = await startAnswering(
    ({ body }) => ({ answer: answered('GetItem', ...idsIn(body).map(gone)) }),
    { mostAnswerBytes },
  )
  const results = await gateway.getItems(mailbox, ['a', 'large', 'b'])
  expect(requests.map(({ body }) => idsIn(body))).toEqual([['a', 'large', 'b'], ['a'], ['large'], ['b']])
  const codes = results.map((result) => (result.ok ? 'ok' : result.error.code))
  expect(codes).toEqual(['ErrorItemNotFound', 'ANSWER_TOO_LARGE', 'ErrorItemNotFound'])
  const [, large] = results
  expect(large).toMatchObject({ error: { mend: expect.stringContaining('EWS_MAX_ANSWER_MB') } })
  expect(large).toHaveProperty('error', expect.any(ExchangeRejectedError))
})

test('a write whose answer is too large is not repeated at once, since it may have had its effect', async () => {
  const { gateway, requests } = await startAnswering(
    () => ({ answer: answered('CreateItem', gone('large')) }),
    { mostAnswerBytes },
  )
  const stamp = { appointmentId: 'A', version: 1, attempt: 'T' }
  const creation = { appointment: anAppointment(), stamp, send: 'none' } as const
  const error = await gateway.createItems(mailbox, [creation, creation]).catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(ExchangeTransientError)
  expect(error).toMatchObject({ code: 'ANSWER_TOO_LARGE' })
  expect(isOutage(error)).toBe(false)
  expect(requests).toHaveLength(1)
})

function idsIn(body: string): string[] {
  return [...body.matchAll(/<t:ItemId Id="(\w+)"/g)].map(([, id]) => id!)
}

/** What is said of an item that is not there; more than enough of the large one. */
function gone(id: string): string {
  const text = 'x'.repeat(id === 'large' ? mostAnswerBytes : 0)
  return `<m:GetItemResponseMessage ResponseClass="Error"><m:MessageText>${text}</m:MessageText><m:ResponseCode>ErrorItemNotFound</m:ResponseCode><m:Items/></m:GetItemResponseMessage>`
}
