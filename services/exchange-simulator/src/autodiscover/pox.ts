import type { Mailbox } from '../store/mailbox.ts'
import { leaf, node, type Xml } from '../xml/build.ts'
import { child, childText, type Element } from '../xml/element.ts'
import { MalformedXmlError, parseXml } from '../xml/parse.ts'
import type { DiscoveryContext } from './discovery-context.ts'
import type { MailboxState } from '../mailbox-states.ts'
import { legacyDn, redirectTarget, urlsOf } from './settings.ts'

const schemas = 'http://schemas.microsoft.com/exchange/autodiscover'
const outer = `${schemas}/responseschema/2006`
const inner = `${schemas}/outlook/responseschema/2006a`

/** https://learn.microsoft.com/exchange/client-developer/web-service-reference/pox-autodiscover-response-for-exchange */
export function answerPox(text: string, { store, states, base }: DiscoveryContext): string {
  const request = child(readDocument(text), 'Request')
  const address = request && (childText(request, 'EMailAddress') ?? childText(request, 'LegacyDN'))
  if (!request || !address) return failure(600, 'Invalid Request')
  if (childText(request, 'AcceptableResponseSchema') !== inner) {
    return failure(601, 'Provider is not available')
  }
  const mailbox = store.mailbox(address)
  const redirect = redirectOf(states.of(address))
  if (redirect) return document(node('Response', redirect, { xmlns: inner }))
  if (!mailbox) return failure(500, "The email address can't be found.")
  return document(node('Response', userXml(mailbox) + accountXml(mailbox, base), { xmlns: inner }))
}

/** For mailboxes that live on another server, or in another organisation. */
function redirectOf(state: MailboxState | undefined): Xml | undefined {
  const to = redirectTarget(state)
  if (!to) return undefined
  const [action, name] = to.kind === 'url' ? ['redirectUrl', 'RedirectUrl'] : ['redirectAddr', 'RedirectAddr']
  return node('Account', [leaf('AccountType', 'email'), leaf('Action', action), leaf(name, to.target)])
}

function userXml({ address, name, guid }: Mailbox): Xml {
  return node('User', [
    leaf('DisplayName', name),
    leaf('LegacyDN', legacyDn(address)),
    leaf('AutoDiscoverSMTPAddress', address),
    leaf('DeploymentId', guid),
  ])
}

function accountXml({ address }: Mailbox, base: string): Xml {
  const { ews, oab, owa, host } = urlsOf(base)
  const protocol = (type: string): Xml =>
    node('Protocol', [
      leaf('Type', type),
      leaf('Server', host),
      ...(type === 'EXCH' ? [leaf('ServerDN', legacyDn(address)), leaf('ServerVersion', '73C28A02')] : []),
      leaf('ASUrl', ews),
      leaf('EwsUrl', ews),
      leaf('OOFUrl', ews),
      leaf('OABUrl', oab),
    ])
  const web = node('Protocol', [
    leaf('Type', 'WEB'),
    node('Internal', leaf('OWAUrl', owa, { AuthenticationMethod: 'Basic, Fba' })),
    node('External', leaf('OWAUrl', owa, { AuthenticationMethod: 'Fba' })),
  ])
  return node('Account', [
    leaf('AccountType', 'email'),
    leaf('Action', 'settings'),
    leaf('MicrosoftOnline', 'False'),
    protocol('EXCH'),
    protocol('EXPR'),
    web,
  ])
}

function failure(code: number, message: string): string {
  const now = new Date().toISOString().slice(11, 23)
  const error = node('Error', leaf('ErrorCode', code) + leaf('Message', message) + leaf('DebugData', ''), {
    Time: now,
    Id: '1442718305',
  })
  return document(node('Response', error))
}

function document(response: Xml): string {
  return `<?xml version="1.0" encoding="utf-8"?>${node('Autodiscover', response, { xmlns: outer })}`
}

function readDocument(text: string): Element {
  try {
    return parseXml(text)
  } catch (error) {
    if (!(error instanceof MalformedXmlError)) throw error
    return { name: '', uri: '', attributes: {}, children: [], text: '' }
  }
}
