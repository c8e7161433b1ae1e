import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startSimulator } from '../simulator.ts'
import { calendarItem, createItem, deleteItem, someTimes, syncFolderItems } from '../testing/requests.ts'
import { alice, setUp } from '../testing/set-up.ts'
import { itemsOf, soapClient } from '../testing/soap-client.ts'
import { refOf } from '../testing/requests.ts'
import { child, childText } from '../xml/element.ts'

function newDataDir(): string {
  const directory = mkdtempSync(join(tmpdir(), 'simulator-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  return directory
}

test('what was answered is there after a restart, under the same ids and for the same cursor', async () => {
  const dataDir = newDataDir()
  const before = await startSimulator({ dataDir })
  const [one, two] = itemsOf(
    await soapClient(before.url)(createItem([calendarItem(...someTimes), calendarItem(...someTimes)])),
  )
  const synced = await soapClient(before.url)(syncFolderItems())
  await soapClient(before.url)(deleteItem(refOf(one)))
  const calendar = before.calendarOf(alice)
  await before.close()

  const { simulator, call } = await setUp({ dataDir })
  expect(simulator.calendarOf(alice)).toEqual(calendar)
  const state = childText(synced.messages[0]!, 'SyncState')
  const changes = child((await call(syncFolderItems(state))).messages[0]!, 'Changes')?.children
  expect(changes?.map((change) => [change.name, refOf(change).Id])).toEqual([['Delete', refOf(one).Id]])
  const { Id } = refOf(itemsOf(await call(createItem(calendarItem(...someTimes))))[0])
  expect([refOf(one).Id, refOf(two).Id]).not.toContain(Id)
})

test('the seed is sown once', async () => {
  const dataDir = newDataDir()
  const before = await startSimulator({ dataDir, seed: true })
  const calendar = before.calendarOf(alice)
  await before.close()
  const { simulator } = await setUp({ dataDir, seed: true })
  expect(calendar.length).toBeGreaterThan(5)
  expect(simulator.calendarOf(alice)).toEqual(calendar)
})

test('the seed holds what may not cross, too', async () => {
  const { simulator } = await setUp({ seed: true })
  const calendar = simulator.calendarOf(alice)
  expect(new Set(calendar.map(({ sensitivity }) => sensitivity))).toEqual(
    new Set(['normal', 'private', 'confidential']),
  )
  expect(calendar.some(({ recurrence }) => recurrence)).toBe(true)
  expect(simulator.mails).toEqual([])
})
