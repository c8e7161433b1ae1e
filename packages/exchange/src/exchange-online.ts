const online =
  /^(outlook\.office365\.com|outlook\.office\.com|outlook\.office365\.us|outlook-dod\.office365\.us|partner\.outlook\.cn)$/i

/** Whether an endpoint is Microsoft's own. */
export function isExchangeOnline(url: string): boolean {
  return URL.canParse(url) && online.test(new URL(url).hostname)
}

/** What to know before EWS in Exchange Online ends; `undefined` for an Exchange of one's own, which keeps it. */
export function exchangeOnlineWarning(url: string, clientId: string | undefined): string | undefined {
  if (!isExchangeOnline(url)) return undefined
  const id = clientId ?? '<client id>'
  return (
    'Exchange Online is turning EWS off: since 1 October 2026 only applications on the allow list of the tenant get in, ' +
    'and on 1 April 2027 EWS ends there for all, without exceptions. Until then an administrator allows this one with ' +
    `Set-OrganizationConfig -EwsEnabled $true -EwsAllowedAppIDs "${id}" (it replaces the list, so name the other ` +
    'applications too; it takes up to 24 hours), and mailboxes must not have EwsEnabled set to false. ' +
    'Exchange Server on premises keeps EWS.'
  )
}
