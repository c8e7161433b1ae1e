import { expect, test } from 'vitest'
import { aLedger, T0 } from './testing/a-ledger.ts'

test('mails are counted for each hour', async () => {
  const { ledger, mailboxId } = await aLedger()
  await ledger.countMails(mailboxId, 3, T0)
  expect(await ledger.countMails(mailboxId, 5, T0)).toBe(8)
  expect(await ledger.countMails(mailboxId, -1, T0)).toBe(7)
  expect(await ledger.mailsOf(mailboxId, T0)).toEqual({ recipients: 7, isExhausted: false })
  expect(await ledger.mailsOf(mailboxId, T0 + 3_600_000)).toEqual({ recipients: 0, isExhausted: false })
})

test('that something waits is news once in an hour', async () => {
  const { ledger, mailboxId } = await aLedger()
  expect(await ledger.exhaustMails(mailboxId, T0)).toBe(true)
  expect(await ledger.exhaustMails(mailboxId, T0)).toBe(false)
  expect(await ledger.mailsOf(mailboxId, T0)).toEqual({ recipients: 0, isExhausted: true })
  expect(await ledger.exhaustMails(mailboxId, T0 + 3_600_000)).toBe(true)
})
