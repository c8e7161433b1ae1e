import { describe, expect, test } from 'vitest'
import { calendarItem, createItem, someTimes } from '../testing/requests.ts'
import { alice, bob, newRecording, setUp, testRecording } from '../testing/set-up.ts'
import { codeOf, itemsOf, post } from '../testing/soap-client.ts'
import { leaf, node } from '../xml/build.ts'
import { descend } from '../xml/element.ts'
import { parseXml } from '../xml/parse.ts'

const recordDir = newRecording()
const service = 'svc-lockstep@contoso.example'

function getFolder(mailbox?: string) {
  const address = mailbox ? node('t:Mailbox', leaf('t:EmailAddress', mailbox)) : ''
  const folder = node('t:DistinguishedFolderId', address, { Id: 'calendar' })
  return node(
    'm:GetFolder',
    node('m:FolderShape', leaf('t:BaseShape', 'Default')) + node('m:FolderIds', folder),
  )
}

describe('the endpoint', () => {
  test('finds its path in any case and answers with the exact content type', async () => {
    const { simulator } = await setUp()
    const response = await post(
      simulator.url.replace('/EWS/Exchange.asmx', '/ews/exchange.ASMX'),
      '<nonsense/>',
    )
    expect([response.status, response.headers.get('content-type')]).toEqual([500, 'text/xml; charset=utf-8'])
  })

  test('says its version in every header, in that of a fault too', async () => {
    const { call } = await setUp()
    for (const request of [getFolder(), '<m:Nothing/>']) {
      const version = descend(parseXml((await call(request)).text), 'Header', 'ServerVersionInfo')
      expect(version?.attributes).toMatchObject({ MajorVersion: '15' })
    }
  })

  test.each(['no credentials', 'a wrong password', 'an unknown user'])(
    'asks for credentials, given %s',
    async (given) => {
      const { simulator } = await setUp()
      const user = given === 'an unknown user' ? 'nobody@contoso.example' : alice
      const response =
        given === 'no credentials'
          ? await fetch(simulator.url, { method: 'POST', body: 'x' })
          : await post(simulator.url, '<x/>', {
              user,
              password: given === 'a wrong password' ? 'wrong' : 'lockstep',
            })
      expect(response.status).toBe(401)
      expect(response.headers.get('www-authenticate')).toMatch(/^NTLM, Basic realm="exchange", Bearer /)
    },
  )

  test('knows a user by address, by name, and by domain and name', async () => {
    const { call } = await setUp({ recordDir })
    for (const user of [service.toUpperCase(), 'svc-lockstep', 'CONTOSO\\svc-lockstep']) {
      expect(codeOf(await call(getFolder(), { user }))).toBe('NoError')
    }
  })

  test('a port in use is an error that names the port', async () => {
    const { simulator } = await setUp()
    const port = Number(new URL(simulator.url).port)
    await expect(setUp({ port })).rejects.toThrow(`Port ${port} is in use. Set SIMULATOR_PORT`)
  })

  test('refuses XML that declares a document type', async () => {
    const { simulator } = await setUp()
    const response = await post(simulator.url, '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>')
    expect([response.status, (await response.text()).includes('ErrorSchemaValidation')]).toEqual([500, true])
  })
})

describe('who may', () => {
  test.each([
    { user: service, impersonate: alice, code: 'NoError' },
    { user: service, impersonate: 'nobody@contoso.example', code: 'ErrorNonExistentMailbox' },
    { user: alice, impersonate: bob, code: 'ErrorImpersonateUserDenied' },
    { user: alice, impersonate: null, code: 'NoError' },
  ])('$user acting as $impersonate: $code', async ({ user, impersonate, code }) => {
    const { call } = await setUp({ recordDir })
    expect(codeOf(await call(getFolder(), { user, impersonate }))).toBe(code)
  })

  test.each([
    { user: service, impersonate: null, mailbox: bob, code: 'NoError' },
    { user: service, impersonate: null, mailbox: 'nobody@contoso.example', code: 'ErrorNonExistentMailbox' },
    { user: alice, impersonate: null, mailbox: bob, code: 'ErrorFolderNotFound' },
    { user: service, impersonate: alice, mailbox: bob, code: 'ErrorFolderNotFound' },
  ])(
    '$user as $impersonate opening the calendar of $mailbox: $code',
    async ({ user, impersonate, mailbox, code }) => {
      const { call } = await setUp({ recordDir })
      expect(codeOf(await call(getFolder(mailbox), { user, impersonate }))).toBe(code)
    },
  )

  test('a role for some mailboxes is none for the others', async () => {
    const { call, simulator } = await setUp({ recordDir })
    simulator.addAccount({ address: 'scoped@contoso.example', password: 'lockstep', impersonates: [alice] })
    const user = 'scoped@contoso.example'
    expect(codeOf(await call(getFolder(), { user, impersonate: alice }))).toBe('NoError')
    expect(codeOf(await call(getFolder(), { user, impersonate: bob }))).toBe('ErrorImpersonateUserDenied')
  })

  test("an item of somebody else's mailbox is out of reach", async () => {
    const { call, create } = await setUp({ recordDir })
    const ref = await create(calendarItem(...someTimes))
    const request = node(
      'm:GetItem',
      node('m:ItemShape', leaf('t:BaseShape', 'IdOnly')) + node('m:ItemIds', leaf('t:ItemId', '', ref)),
    )
    expect(codeOf(await call(request, { impersonate: bob }))).toBe('ErrorAccessDenied')
  })

  test('a delegate writes into the folder that it names', async () => {
    const { call, simulator } = await setUp({ recordDir })
    const folder = node('t:DistinguishedFolderId', node('t:Mailbox', leaf('t:EmailAddress', bob)), {
      Id: 'calendar',
    })
    const request = createItem(calendarItem(...someTimes)).replace(
      '<m:Items>',
      `${node('m:SavedItemFolderId', folder)}<m:Items>`,
    )
    expect(itemsOf(await call(request, { impersonate: null }))).toHaveLength(1)
    expect([simulator.calendarOf(bob).length, simulator.calendarOf(alice).length]).toEqual([1, 0])
  })
})

testRecording(recordDir)
