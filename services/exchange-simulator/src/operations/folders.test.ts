import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { startSimulator } from '../simulator.ts'
import { isEqualTo, refOf, shape, stamp, stampUri } from '../testing/requests.ts'
import { calendarItem, someTimes } from '../testing/requests.ts'
import { alice, newRecording, setUp, testRecording, type TestBed } from '../testing/set-up.ts'
import { codesOf, type SoapReply } from '../testing/soap-client.ts'
import { leaf, node, type Xml } from '../xml/build.ts'
import { childText, descend, type Element } from '../xml/element.ts'

const recordDir = newRecording()
const distinguished = (id: string): Xml => node('t:DistinguishedFolderId', '', { Id: id })

function findFolder(traversal: string): Xml {
  const parents = node('m:ParentFolderIds', distinguished('msgfolderroot'))
  return node('m:FindFolder', node('m:FolderShape', leaf('t:BaseShape', 'Default')) + parents, {
    Traversal: traversal,
  })
}

function foldersIn({ messages: [message] }: SoapReply): readonly Element[] {
  return (message && descend(message, 'RootFolder', 'Folders')?.children) ?? []
}

function named(folders: readonly Element[], name: string): Element | undefined {
  return folders.find((folder) => childText(folder, 'DisplayName') === name)
}

describe('folders that a user makes', () => {
  test('are found deep below others, also after a restart', async () => {
    const dataDir = mkdtempSync(join(tmpdir(), 'simulator-'))
    onTestFinished(() => rmSync(dataDir, { recursive: true }))
    const before = await startSimulator({ dataDir })
    const projects = before.userAddsFolder(alice, { displayName: 'Projects', parent: 'inbox' })
    const calendar = { displayName: 'Holidays', folderClass: 'IPF.Appointment', parent: projects }
    const holidays = before.userAddsFolder(alice, calendar)
    const { itemId } = before.userCreates(alice, {
      subject: 'Away',
      start: { dateTime: '2027-06-14T12:00:00', timeZone: 'Europe/Berlin' },
      end: { dateTime: '2027-06-14T13:00:00', timeZone: 'Europe/Berlin' },
    })
    before.userMoves(alice, itemId, holidays)
    await before.close()

    const { call } = await setUp({ recordDir, dataDir })
    const deep = foldersIn(await call(findFolder('Deep')))
    expect(named(deep, 'Projects')?.name).toBe('Folder')
    expect(named(deep, 'Holidays')?.name).toBe('CalendarFolder')
    expect(childText(named(deep, 'Holidays')!, 'TotalCount')).toBe('1')
    expect(childText(named(deep, 'Inbox')!, 'ChildFolderCount')).toBe('1')
    expect(named(foldersIn(await call(findFolder('Shallow'))), 'Projects')).toBeUndefined()
  })
})

describe('FindItem in several folders', () => {
  const find = (folders: readonly Xml[], page: Record<string, number> = {}): Xml => {
    const view = node('m:IndexedPageItemView', '', {
      MaxEntriesReturned: 100,
      Offset: 0,
      BasePoint: 'Beginning',
      ...page,
    })
    const restriction = node('m:Restriction', isEqualTo(stampUri, 'a'))
    return node('m:FindItem', shape() + view + restriction + node('m:ParentFolderIds', folders), {
      Traversal: 'Shallow',
    })
  }
  const create = async ({ create: createOne }: TestBed) =>
    (await createOne(calendarItem(stamp('A'), ...someTimes))).Id
  const pagesIn = ({ messages }: SoapReply) =>
    messages.map((message) => {
      const root = descend(message, 'RootFolder')
      return {
        ids: (root && descend(root, 'Items')?.children.map((item) => refOf(item).Id)) ?? [],
        total: root?.attributes['TotalItemsInView'],
        isLast: root?.attributes['IncludesLastItemInRange'],
      }
    })

  test('answers for each by itself, in the order of the request', async () => {
    const bed = await setUp({ recordDir })
    const holidays = bed.simulator.userAddsFolder(alice, { displayName: 'Holidays' })
    const stays = await create(bed)
    const moved = bed.simulator.userMoves(alice, await create(bed), holidays).itemId
    const folder = descend(named(foldersIn(await bed.call(findFolder('Deep'))), 'Holidays')!, 'FolderId')!
    const folderId = node('t:FolderId', '', folder.attributes)
    const nowhere = folderId.replace(
      folder.attributes['Id']!,
      folder.attributes['Id']!.replace(/....$/, 'AAAA'),
    )
    const reply = await bed.call(find([folderId, nowhere, distinguished('inbox'), distinguished('calendar')]))
    expect(codesOf(reply)).toEqual(['NoError', 'ErrorFolderNotFound', 'NoError', 'NoError'])
    expect(pagesIn(reply).map(({ ids }) => ids)).toEqual([[moved], [], [], [stays]])
  })

  test('counts the page in each by itself', async () => {
    const bed = await setUp({ recordDir })
    for (const folder of ['inbox', 'inbox', 'archive'] as const)
      bed.simulator.userMoves(alice, await create(bed), folder)
    const folders = [distinguished('inbox'), distinguished('archive')]
    const pages = [0, 1].map(async (Offset) =>
      pagesIn(await bed.call(find(folders, { MaxEntriesReturned: 1, Offset }))),
    )
    expect(await Promise.all(pages)).toMatchObject([
      [
        { ids: { length: 1 }, total: '2', isLast: 'false' },
        { ids: { length: 1 }, total: '1', isLast: 'true' },
      ],
      [
        { ids: { length: 1 }, isLast: 'true' },
        { ids: { length: 0 }, isLast: 'true' },
      ],
    ])
  })
})

testRecording(recordDir)
