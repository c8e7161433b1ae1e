import { leaf, node, type Xml } from '../xml/build.ts'
import { child, childText, descend, type Element, namespaces } from '../xml/element.ts'
import { MalformedXmlError, parseXml } from '../xml/parse.ts'
import type { DiscoveryContext } from './discovery-context.ts'
import { domainSettings, redirectTarget, userSettings } from './settings.ts'

const autodiscover = 'http://schemas.microsoft.com/exchange/2010/Autodiscover'
const addressing = 'http://www.w3.org/2005/08/addressing'
const instance = 'http://www.w3.org/2001/XMLSchema-instance'

type Settings = Readonly<Record<string, string>>
type Answer = { name: string; content: Xml }

/**
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/getusersettings-operation-soap
 * https://learn.microsoft.com/exchange/client-developer/web-service-reference/getdomainsettings-operation-soap
 */
export function answerSoap(text: string, context: DiscoveryContext): string {
  const message = readMessage(text)
  switch (message?.name) {
    case 'GetUserSettingsRequestMessage':
      return document(getUserSettings(message, context))
    case 'GetDomainSettingsRequestMessage':
      return document(getDomainSettings(message, context))
    default:
      return fault('The request is not one of Autodiscover.')
  }
}

function getUserSettings(message: Element, { store, states, base }: DiscoveryContext): Answer {
  const request = child(message, 'Request')
  const users = (request && child(request, 'Users')?.children) ?? []
  const asked = askedFor(request)
  const responses = users.map((user) => {
    const address = childText(user, 'Mailbox') ?? ''
    const redirect = redirectTarget(states.of(address))
    if (redirect) return redirection(redirect)
    const mailbox = store.mailbox(address)
    return mailbox
      ? response('User', userSettings(mailbox, base), asked)
      : node('UserResponse', [
          leaf('ErrorCode', 'InvalidUser'),
          leaf('ErrorMessage', "The email address can't be found."),
          nil('RedirectTarget'),
          nil('UserSettingErrors'),
          nil('UserSettings'),
        ])
  })
  return {
    name: 'GetUserSettings',
    content: outcome(users.length > 0) + node('UserResponses', responses),
  }
}

function redirection({ kind, target }: { kind: 'url' | 'address'; target: string }): Xml {
  return node('UserResponse', [
    leaf('ErrorCode', kind === 'url' ? 'RedirectUrl' : 'RedirectAddress'),
    leaf('ErrorMessage', 'Ask there.'),
    leaf('RedirectTarget', target.replace(/\.xml$/, '.svc')),
    nil('UserSettingErrors'),
    nil('UserSettings'),
  ])
}

function getDomainSettings(message: Element, { store, base }: DiscoveryContext): Answer {
  const request = child(message, 'Request')
  const domains = (request && child(request, 'Domains')?.children) ?? []
  const asked = askedFor(request)
  const known = new Set(store.mailboxes.map(({ address }) => address.split('@')[1]))
  const responses = domains.map(({ text }) =>
    known.has(text.trim().toLowerCase())
      ? response('Domain', domainSettings(base), asked)
      : node('DomainResponse', [
          leaf('ErrorCode', 'InvalidDomain'),
          leaf('ErrorMessage', 'The domain is not valid.'),
          nil('DomainSettingErrors'),
          nil('DomainSettings'),
          nil('RedirectTarget'),
        ]),
  )
  return {
    name: 'GetDomainSettings',
    content: node('DomainResponses', responses) + outcome(domains.length > 0),
  }
}

/** What is known of the settings asked for, and which are not. Children come in the order of their names. */
function response(kind: 'User' | 'Domain', settings: Settings, asked: readonly string[]): Xml {
  const errors = asked
    .filter((name) => settings[name] === undefined)
    .map((name) =>
      node(`${kind}SettingError`, [
        leaf('ErrorCode', 'SettingIsNotAvailable'),
        leaf('ErrorMessage', `The setting '${name}' is not available.`),
        leaf('SettingName', name),
      ]),
    )
  const found = asked
    .filter((name) => settings[name] !== undefined)
    .map((name) =>
      node(`${kind}Setting`, leaf('Name', name) + leaf('Value', settings[name] ?? ''), {
        'i:type': kind === 'User' ? 'StringSetting' : 'DomainStringSetting',
      }),
    )
  const lists = [node(`${kind}SettingErrors`, errors), node(`${kind}Settings`, found)]
  const redirect = nil('RedirectTarget')
  return node(`${kind}Response`, [
    leaf('ErrorCode', 'NoError'),
    leaf('ErrorMessage', 'No error.'),
    ...(kind === 'User' ? [redirect, ...lists] : [...lists, redirect]),
  ])
}

function askedFor(request: Element | undefined): string[] {
  return (request && child(request, 'RequestedSettings')?.children.map(({ text }) => text.trim())) ?? []
}

function outcome(isValid: boolean): Xml {
  return isValid
    ? leaf('ErrorCode', 'NoError') + leaf('ErrorMessage', '')
    : leaf('ErrorCode', 'InvalidRequest') + leaf('ErrorMessage', 'The request names nobody.')
}

function nil(name: string): Xml {
  return node(name, '', { 'i:nil': true })
}

function document({ name, content }: Answer): string {
  const version = ['MajorVersion', 'MinorVersion', 'MajorBuildNumber', 'MinorBuildNumber']
  const numbers = [15, 2, 2562, 17]
  const info = node('h:ServerVersionInfo', [
    ...version.map((part, index) => leaf(`h:${part}`, numbers[index] ?? 0)),
    leaf('h:Version', 'Exchange2015'),
  ])
  const action = leaf('a:Action', `${autodiscover}/Autodiscover/${name}Response`, { 's:mustUnderstand': 1 })
  const body = node(`${name}ResponseMessage`, node('Response', content, { 'xmlns:i': instance }), {
    xmlns: autodiscover,
  })
  return (
    `<s:Envelope xmlns:s="${namespaces.soap}" xmlns:a="${addressing}" xmlns:h="${autodiscover}">` +
    `<s:Header>${action}${info}</s:Header><s:Body>${body}</s:Body></s:Envelope>`
  )
}

function fault(reason: string): string {
  const content = leaf('faultcode', 's:Client') + leaf('faultstring', reason, { 'xml:lang': 'en-US' })
  return `<s:Envelope xmlns:s="${namespaces.soap}"><s:Body>${node('s:Fault', content)}</s:Body></s:Envelope>`
}

function readMessage(text: string): Element | undefined {
  try {
    return descend(parseXml(text), 'Body')?.children[0]
  } catch (error) {
    if (error instanceof MalformedXmlError) return undefined
    throw error
  }
}
