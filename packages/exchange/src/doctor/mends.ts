import { mendOf } from '../mend-of.ts'

const noImpersonation =
  'The account may not act for this mailbox: give it the role ApplicationImpersonation (in Exchange Online the application role), with a management scope that holds this mailbox. A change takes effect within some minutes.'
const noMailbox =
  'Exchange has no mailbox with this address: check the spelling, and that the mailbox is in this organisation.'
const elsewhere =
  'The mailbox is on another server, to which this one does not pass requests on: `lockstep discover <address>` finds its endpoint.'
const later = 'This passes by itself as a rule: try this mailbox again later.'

/** What can be done about what concerns one mailbox, or what only an examination finds. */
const mends: Readonly<Record<string, string>> = {
  INVALID_ADDRESS: 'Write the primary SMTP address, such as alice@contoso.example.',
  ENABLED_ELSEWHERE:
    'A mailbox belongs to one connection: have it forgotten there first (`lockstep --connection <name> mailboxes disable <address>`), or leave it where it is.',
  TEST_BROKEN_OFF:
    'Each time the process that tested it ended before the test did: see why inbound workers end, then ask again.',
  NOT_PRIMARY_ADDRESS:
    'Enable the mailbox by its primary address, and let the application use that in its events.',
  NOT_A_MAILBOX:
    'This is a distribution list, a contact or a public folder: only mailboxes of people, rooms and equipment have a calendar to keep in step.',
  AMBIGUOUS_ADDRESS: 'The directory knows several by this address: mend the directory.',
  NOTIFICATION_NOT_HEARD:
    'Exchange took the subscription and did not call: let it reach INGRESS_PUBLIC_URL (name, port, firewall), show it a certificate that its servers trust, and let the proxy pass /exchange/notifications/ to an ingress with this REDIS_URL and KEY_PREFIX. Until then mailboxes are compared every POLL_SECONDS.',
  STREAMING_NOT_HEARD:
    'The connection opens, and what Exchange writes into it does not arrive: let proxies pass answers on at once (no buffering) and keep connections open for 30 minutes. Until then mailboxes are compared every POLL_SECONDS.',
  SCOPE_COVERS_ALL:
    "The account may act for a mailbox that is none of Lockstep's business, perhaps for the whole organisation. Limit the role: New-ManagementScope, then New-ManagementRoleAssignment with -CustomRecipientWriteScope (in Exchange Online New-ManagementRoleAssignment -App with -CustomResourceScope).",
  SCOPE_NOT_PROVEN:
    'Name a mailbox with --outside that exists and lies outside of the scope: only a refusal of an existing one proves anything.',
  PLAIN_HTTP: 'Use https in EWS_URL: the password goes over the network with every call.',
  CLOCK_SKEW:
    'Synchronise both clocks (NTP): from 5 minutes on, logons are refused. Which of two edits is the newer one is corrected for the difference.',
  SERVER_TOO_OLD: 'Lockstep needs Exchange 2013 SP1 or newer.',
  SERVER_UNSUPPORTED:
    'Microsoft supports only Exchange Server Subscription Edition any more: plan the upgrade. Lockstep works with this one.',
  BUDGET_ABOVE_ADVICE:
    'Microsoft advises at most 10 calls at a time; Exchange refuses above 27 unless the throttling policy of the account says otherwise. Lower EWS_MAX_IN_FLIGHT, or give the account a policy of its own (New-ThrottlingPolicy -EWSMaxConcurrency).',
  BACK_OFF_IN_FORCE:
    'Exchange asked for quiet, and all processes obey. If that happens often, lower EWS_MAX_IN_FLIGHT or give the account a throttling policy of its own.',
  BACKING_OFF: 'Exchange asked for quiet for longer than EWS_WAIT_SECONDS: try again after that.',
  BUDGET_EXHAUSTED:
    'All calls of EWS_MAX_IN_FLIGHT are taken by the workers for longer than EWS_WAIT_SECONDS: try again, or raise one of the two.',
  DISCOVER_NOT_SECURE: 'Credentials go over https only: let Autodiscover point to an https address.',
  DISCOVER_UNCONFIRMED:
    'This host is outside of the domain, or was named by somebody who has not proven who he is. If it is yours, confirm it: --allow <host>.',
  DISCOVER_UNKNOWN_ADDRESS: 'Name a mailbox of this organisation: Autodiscover does not know this one.',
  DISCOVER_LOOP: 'Autodiscover points in a circle: mend it, or set EWS_URL by hand.',
  CERTIFICATE_EXPIRES: 'Renew it in time: when it has expired, nothing is synchronised any more.',
  SECRET_EXPIRES:
    'Make a new one in the application registration, and give it with its date (EWS_OAUTH_CLIENT_SECRET_EXPIRES): when it has expired, nothing is synchronised any more.',
  SECRET_DATE_PASSED:
    'If there is a new one already, give its date as EWS_OAUTH_CLIENT_SECRET_EXPIRES; if not, make one in the application registration.',
  CERTIFICATE_EXPIRED: 'Renew it: it is not accepted any more.',

  ErrorNonExistentMailbox: noMailbox,
  ErrorNameResolutionNoResults: noMailbox,
  ErrorNameResolutionNoMailbox: noMailbox,
  ErrorInvalidSmtpAddress: noMailbox,
  ErrorNonPrimarySmtpAddress:
    'Enable the mailbox by its primary address, and let the application use that in its events.',
  ErrorMissingEmailAddress: noMailbox,
  ErrorImpersonateUserDenied: noImpersonation,
  ErrorImpersonationDenied: noImpersonation,
  ErrorAccountDisabled: 'The account of this mailbox is disabled: enable it, or leave the mailbox out.',
  ErrorQuotaExceeded:
    'The mailbox is full: nothing can be written to it. Make room in it, or raise its quota.',
  ErrorCreateItemAccessDenied:
    'The calendar can be read and not written: look for a hold, a policy or a permission that makes it read-only.',
  ErrorAccessDenied:
    'Exchange does not let the account do this in the mailbox: check its rights there, and policies for the mailbox.',
  ErrorFolderNotFound: 'The mailbox has no default calendar: open it once in Outlook on the web.',
  ErrorInvalidLicense: 'The mailbox has no licence for this: assign one that includes Exchange.',
  ErrorMailboxMoveInProgress: later,
  ErrorMailboxStoreUnavailable: `The database of this mailbox is not mounted or is moving. ${later}`,
  ErrorMailboxFailover: later,
  ErrorProxyRequestNotAllowed: elsewhere,
  ErrorExceededSubscriptionCount:
    'The mailbox has as many subscriptions as the throttling policy allows (EWSMaxSubscriptions): other programs hold them, or former ones have not lapsed yet.',
  ErrorInvalidPushSubscriptionUrl:
    'Exchange does not accept INGRESS_PUBLIC_URL: use http or https, with a name that it can resolve.',
  ErrorPasswordExpired: "The account's password has expired: set a new one.",
  ErrorPasswordChangeRequired:
    "The account's password has to be changed at the first logon: set one that has not.",
}

/** What to do about a reason, in plain words; `undefined` if nothing more is known. */
export function mendFor(code: string): string | undefined {
  return mends[code] ?? mendOf(code)
}
