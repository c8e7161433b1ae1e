import { describe, expect, test } from 'vitest'
import { settingsWhileOn } from './settings.ts'
import { aLedger, T0 } from './testing/a-ledger.ts'

const change = { by: 'Olga', nowMs: T0 }

describe('settings', () => {
  test('of the connection and of a mailbox are kept apart, and null takes one back', async () => {
    const { ledger, mailboxId } = await aLedger()
    expect(await ledger.settingsOf(mailboxId)).toEqual({ connection: {}, mailbox: {} })
    await ledger.changeSettings(undefined, { mute: true, conflictPolicy: 'latest' }, change)
    await ledger.changeSettings(mailboxId, { mute: false, outbound: 'off' }, change)
    expect(await ledger.settingsOf(mailboxId)).toEqual({
      connection: { mute: true, conflictPolicy: 'latest' },
      mailbox: { mute: false, outbound: 'off' },
    })
    await ledger.changeSettings(mailboxId, { mute: null }, change)
    expect((await ledger.settingsOf(mailboxId)).mailbox).toEqual({ outbound: 'off' })
  })

  test('tell who changed what, the newest first, and nothing of what was so already', async () => {
    const { ledger, mailboxId } = await aLedger()
    expect(await ledger.changeSettings(mailboxId, { mute: true, inbound: 'off' }, change)).toBe(true)
    expect(await ledger.changeSettings(mailboxId, { mute: true }, change)).toBe(false)
    await ledger.changeSettings(mailboxId, { mute: null, inbound: 'on' }, { by: 'Otto', nowMs: T0 + 1 })
    expect(await ledger.settingsChanges(mailboxId)).toEqual([
      {
        atMs: T0 + 1,
        by: 'Otto',
        changed: [
          { name: 'inbound', from: 'off', to: 'on' },
          { name: 'mute', from: 'true' },
        ],
      },
      {
        atMs: T0,
        by: 'Olga',
        changed: [
          { name: 'inbound', to: 'off' },
          { name: 'mute', to: 'true' },
        ],
      },
    ])
    expect(await ledger.settingsChanges()).toEqual([])
  })
})

describe('a direction that is off', () => {
  test.each(['outbound', 'deliveries', 'inbound'] as const)(
    'leaves a mailbox alone for a while, %s, and what is due in it stays due',
    async (work) => {
      const { ledger, mailboxId, accept, mark } = await aLedger()
      await accept(1)
      await mark()
      await ledger.wakeInbound(mailboxId, T0)
      const direction = work === 'outbound' ? 'outbound' : 'inbound'
      await ledger.changeSettings(undefined, { [direction]: 'off' }, change)
      expect(await settingsWhileOn(ledger, work, mailboxId, T0)).toBeUndefined()
      expect(await ledger.dueMailboxes(work, T0 + 60_000, 10)).toEqual([])
      expect(await ledger.dueMailboxes(work, T0 + 300_000, 10)).toEqual([mailboxId])

      await ledger.changeSettings(undefined, { [direction]: null }, change)
      expect(await settingsWhileOn(ledger, work, mailboxId, T0)).toEqual({ connection: {}, mailbox: {} })
    },
  )

  test('has forgotten nothing of what was due once it is on', async () => {
    const { ledger, mailboxId, accept } = await aLedger()
    await accept(1)
    await ledger.changeSettings(mailboxId, { outbound: 'off' }, change)
    await settingsWhileOn(ledger, 'outbound', mailboxId, T0)
    expect(await ledger.rest('outbound', mailboxId, T0)).toBe('more')
    expect(await ledger.dueMailboxes('outbound', T0, 10)).toEqual([mailboxId])
  })

  test('does nothing to the other one', async () => {
    const { ledger, mailboxId, accept } = await aLedger()
    await accept(1)
    await ledger.changeSettings(mailboxId, { inbound: 'off' }, change)
    expect(await settingsWhileOn(ledger, 'outbound', mailboxId, T0)).toBeDefined()
    expect(await ledger.dueMailboxes('outbound', T0, 10)).toEqual([mailboxId])
  })

  test('that is switched on while the mailbox is put to rest goes on at once', async () => {
    const { ledger, mailboxId } = await aLedger()
    await ledger.changeSettings(undefined, { outbound: 'off' }, change)
    const lease: typeof ledger.lease = async (...args) => {
      await ledger.changeSettings(undefined, { outbound: 'on' }, change)
      await ledger.lease(...args)
    }
    expect(await settingsWhileOn({ ...ledger, lease }, 'outbound', mailboxId, T0)).toBeDefined()
  })
})
