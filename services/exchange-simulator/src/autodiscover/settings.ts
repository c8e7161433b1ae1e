import type { MailboxState } from '../mailbox-states.ts'
import type { Mailbox } from '../store/mailbox.ts'

type Urls = { ews: string; oab: string; owa: string; host: string }

export function urlsOf(base: string): Urls {
  return {
    ews: `${base}/EWS/Exchange.asmx`,
    oab: `${base}/OAB/`,
    owa: `${base}/owa/`,
    host: new URL(base).hostname,
  }
}

export function legacyDn(address: string): string {
  const alias = address.split('@')[0] ?? address
  return `/o=Contoso/ou=Exchange Administrative Group (FYDIBOHF23SPDLT)/cn=Recipients/cn=${alias}`
}

/** The settings of a mailbox by the names that SOAP Autodiscover gives them. */
export function userSettings(mailbox: Mailbox, base: string): Readonly<Record<string, string>> {
  const { ews, oab, owa, host } = urlsOf(base)
  return {
    UserDisplayName: mailbox.name,
    UserDN: legacyDn(mailbox.address),
    UserDeploymentId: mailbox.guid,
    AutoDiscoverSMTPAddress: mailbox.address,
    InternalMailboxServer: host,
    InternalMailboxServerDN: legacyDn(mailbox.address),
    InternalEwsUrl: ews,
    ExternalEwsUrl: ews,
    InternalOABUrl: oab,
    ExternalOABUrl: oab,
    InternalWebClientUrls: owa,
    EwsSupportedSchemas:
      'Exchange2007, Exchange2007_SP1, Exchange2010, Exchange2010_SP1, Exchange2010_SP2, Exchange2013, Exchange2013_SP1, Exchange2016',
    CasVersion: '15.02.2562.017',
    ActiveDirectoryServer: host,
    GroupingInformation: 'Default-First-Site-Name',
  }
}

/** The settings of a mail domain. */
export function domainSettings(base: string): Readonly<Record<string, string>> {
  const { ews } = urlsOf(base)
  return { ExternalEwsUrl: ews, ExternalEwsVersion: '15.02.2562.017' }
}

/** Where clients are to ask on about a mailbox that is not here. */
export function redirectTarget(
  state: MailboxState | undefined,
): { kind: 'url' | 'address'; target: string } | undefined {
  if (state?.kind === 'elsewhere') return { kind: 'address', target: state.address }
  if (state?.kind !== 'moved') return undefined
  return { kind: 'url', target: new URL('/autodiscover/autodiscover.xml', state.to).href }
}
