import { expect, test } from 'vitest'
import type { MailboxState } from '../mailbox-states.ts'
import { alice, setUp } from '../testing/set-up.ts'
import { leaf, node, type Xml } from '../xml/build.ts'
import { child, childText, descend, type Element, namespaces } from '../xml/element.ts'
import { parseXml } from '../xml/parse.ts'

const outlook = 'http://schemas.microsoft.com/exchange/autodiscover/outlook'
const autodiscover = 'http://schemas.microsoft.com/exchange/2010/Autodiscover'

async function discover(
  path: string,
  document: string,
  state?: MailboxState,
): Promise<{ url: string; root: Element }> {
  const { simulator } = await setUp()
  simulator.states.set(alice, state)
  const basic = Buffer.from(`${alice}:lockstep`).toString('base64')
  const response = await fetch(new URL(path, simulator.url), {
    method: 'POST',
    headers: { authorization: `Basic ${basic}`, 'content-type': 'text/xml' },
    body: document,
  })
  return { url: simulator.url, root: parseXml(await response.text()) }
}

function poxRequest(address: string): string {
  const request = [
    leaf('EMailAddress', address),
    leaf('AcceptableResponseSchema', `${outlook}/responseschema/2006a`),
  ]
  return node('Autodiscover', node('Request', request), { xmlns: `${outlook}/requestschema/2006` })
}

function soapRequest(name: string, content: Xml): string {
  const message = node(`a:${name}RequestMessage`, node('a:Request', content))
  const attributes = { 'xmlns:s': namespaces.soap, 'xmlns:a': autodiscover }
  return node('s:Envelope', node('s:Body', message), attributes)
}

test('plain Autodiscover says where EWS is, for three ways to connect', async () => {
  const { url, root } = await discover('/autodiscover/autodiscover.xml', poxRequest(alice))
  const response = child(root, 'Response')
  const protocols = (response && child(response, 'Account')?.children) ?? []
  const types = protocols.filter(({ name }) => name === 'Protocol').map((one) => childText(one, 'Type'))
  expect(response?.uri).toBe(`${outlook}/responseschema/2006a`)
  expect(types).toEqual(['EXCH', 'EXPR', 'WEB'])
  expect(response && descend(response, 'Account', 'Protocol', 'EwsUrl')?.text).toBe(url)
})

test.each([
  ['an address that nobody has', poxRequest('nobody@contoso.example'), '500'],
  ['another schema', poxRequest(alice).replace('2006a', '2005'), '601'],
  ['nonsense', 'nonsense', '600'],
])('plain Autodiscover answers %s with an error', async (_what, document, code) => {
  const { root } = await discover('/Autodiscover/Autodiscover.xml', document)
  expect(descend(root, 'Response', 'Error', 'ErrorCode')?.text).toBe(code)
})

test('SOAP Autodiscover gives the settings of a user that it has, and says which it has not', async () => {
  const settings = ['UserDisplayName', 'ExternalEwsUrl', 'MobileMailboxPolicy'].map((name) =>
    leaf('a:Setting', name),
  )
  const users = [alice, 'nobody@contoso.example'].map((one) => node('a:User', leaf('a:Mailbox', one)))
  const request = node('a:Users', users) + node('a:RequestedSettings', settings)
  const { url, root } = await discover(
    '/autodiscover/autodiscover.svc',
    soapRequest('GetUserSettings', request),
  )
  const response = descend(root, 'Body', 'GetUserSettingsResponseMessage', 'Response')
  const [known, unknown] = (response && child(response, 'UserResponses')?.children) ?? []
  const found = (known && child(known, 'UserSettings')?.children) ?? []
  expect(found.map((one) => [childText(one, 'Name'), childText(one, 'Value')])).toEqual([
    ['UserDisplayName', 'Alice Adams'],
    ['ExternalEwsUrl', url],
  ])
  expect(known && descend(known, 'UserSettingErrors', 'UserSettingError', 'SettingName')?.text).toBe(
    'MobileMailboxPolicy',
  )
  expect(unknown && childText(unknown, 'ErrorCode')).toBe('InvalidUser')
})

test('SOAP Autodiscover knows its own domain only', async () => {
  const domains = ['contoso.example', 'fabrikam.example'].map((name) => leaf('a:Domain', name))
  const request =
    node('a:Domains', domains) + node('a:RequestedSettings', leaf('a:Setting', 'ExternalEwsUrl'))
  const { root } = await discover('/autodiscover/autodiscover.svc', soapRequest('GetDomainSettings', request))
  const path = ['Body', 'GetDomainSettingsResponseMessage', 'Response', 'DomainResponses']
  const codes = descend(root, ...path)?.children.map((one) => childText(one, 'ErrorCode'))
  expect(codes).toEqual(['NoError', 'InvalidDomain'])
})

test.each([
  [
    { kind: 'moved', to: 'https://other.example/EWS/Exchange.asmx', as: 'fault' },
    'Url',
    'https://other.example/autodiscover/autodiscover',
  ],
  [{ kind: 'elsewhere', address: 'alice@fabrikam.example' }, 'Addr', 'alice@fabrikam.example'],
] as const)('a mailbox that is not here is asked for elsewhere: %j', async (state, what, target) => {
  const pox = await discover('/autodiscover/autodiscover.xml', poxRequest(alice), state)
  const account = descend(pox.root, 'Response', 'Account')!
  expect(childText(account, 'Action')).toBe(`redirect${what}`)
  expect(childText(account, `Redirect${what}`)).toContain(target)

  const users = node('a:Users', node('a:User', leaf('a:Mailbox', alice)))
  const request = users + node('a:RequestedSettings', leaf('a:Setting', 'ExternalEwsUrl'))
  const soap = await discover(
    '/autodiscover/autodiscover.svc',
    soapRequest('GetUserSettings', request),
    state,
  )
  const path = ['Body', 'GetUserSettingsResponseMessage', 'Response', 'UserResponses', 'UserResponse']
  expect(childText(descend(soap.root, ...path)!, 'RedirectTarget')).toContain(target)
})
