/** What an administrator can do about a failure, in plain words. Only those have one that do not pass by themselves. */
const mends: Readonly<Record<string, string>> = {
  LOGON_REFUSED:
    'Exchange does not accept the user name and password: check EWS_USERNAME and EWS_PASSWORD, and that the endpoint offers this EWS_AUTH. Where both are right, the account may be locked or disabled: Exchange does not say which. Where NTLM is refused though both are right, see EWS_CHANNEL_BINDING. A changed password file is taken up at once; the same password is tried again only after a rest, so that the account is not locked.',
  LOGON_LAPSED:
    'Exchange accepted this account and password before and does not now: the account is locked or disabled, or its password was changed or has expired. Unlock it in the directory, or give the new password. The same password is tried again only after a rest.',
  NTLM_NOT_OFFERED:
    'The endpoint does not offer NTLM: switch on Windows authentication for its EWS directory, or set EWS_AUTH to what it offers.',
  NTLM_CONNECTION_CLOSED:
    'Something between Lockstep and Exchange closes connections in the middle of the NTLM handshake, which belongs to one connection: let the proxy or load balancer keep connections, or balance TCP instead of HTTP.',
  TOKEN_REFUSED:
    'Exchange refuses a fresh token: grant the application full_access_as_app with the consent of an administrator, check EWS_OAUTH_SCOPE, and in Exchange Online that EWS is enabled and the application is on its allow list (EwsAllowedAppIDs).',
  OAUTH_SECRET_WRONG:
    'The authority does not know this client secret: give the value of the secret (not its id) as EWS_OAUTH_CLIENT_SECRET.',
  OAUTH_SECRET_EXPIRED:
    'The client secret has expired: make a new one in the application registration and give it as EWS_OAUTH_CLIENT_SECRET. A changed file is taken up at once.',
  OAUTH_CERTIFICATE_UNKNOWN:
    'The authority does not accept the certificate of EWS_OAUTH_CERT_FILE: upload it to the application registration, or renew it if it has expired.',
  OAUTH_APPLICATION_UNKNOWN:
    'The tenant has no such application: check EWS_OAUTH_CLIENT_ID and the tenant in EWS_OAUTH_AUTHORITY.',
  OAUTH_APPLICATION_DISABLED: 'The application is disabled in the tenant: enable it for sign-in.',
  OAUTH_TENANT_UNKNOWN: 'There is no such tenant: check EWS_OAUTH_AUTHORITY.',
  OAUTH_LOCKED: 'The authority has locked the account for the moment: wait, or unlock it.',
  OAUTH_SCOPE_WRONG:
    'The authority gives no tokens for this resource: check EWS_OAUTH_SCOPE, which ends in /.default.',
  OAUTH_CONDITIONAL_ACCESS:
    'A rule of conditional access keeps the application out: exempt it, or allow the addresses that Lockstep calls from.',
  OAUTH_REFUSED: 'The authority gives the application no token: look into its sign-in log for the reason.',
  OAUTH_OTHER_HOST:
    'The authority refers to another host, which is not asked: set EWS_OAUTH_AUTHORITY to the host that gives the tokens.',
  OAUTH_UNAVAILABLE: 'The authority does not answer: check EWS_OAUTH_AUTHORITY, the proxy and the firewall.',
  TLS_UNKNOWN_AUTHORITY:
    "The server's certificate comes from an authority that is not trusted: give the company's authority, or the certificate itself, as EWS_CA_FILE.",
  TLS_WRONG_HOST:
    "The server's certificate is for another name: use the name in the certificate in EWS_URL, or give the server one with the right name.",
  TLS_EXPIRED: "The server's certificate has expired: renew it on the server.",
  TLS_NOT_YET_VALID: "The server's certificate is not valid yet: check the clocks of both machines.",
  TLS_WRONG_PURPOSE: "The server's certificate is not made for servers: give the server another one.",
  TLS_CLIENT_CERTIFICATE_WANTED:
    'The server wants a certificate of ours: give one with its private key as EWS_CLIENT_CERT_FILE.',
  TLS_HANDSHAKE_REFUSED:
    'The server breaks off the TLS handshake: it may want a certificate of ours (EWS_CLIENT_CERT_FILE), or offer only TLS 1.0 or 1.1.',
  PROXY_LOGON_REFUSED:
    'The proxy wants other credentials: write them into EWS_PROXY_URL, as in http://user:password@proxy:3128.',
  PROXY_REFUSED:
    'The proxy does not allow this connection: allow CONNECT to the host and port of EWS_URL there.',
  PROXY_FAILED: 'The proxy does not reach Exchange: check its way there, and the host in EWS_URL.',
  PROXY_UNREACHABLE: 'The proxy does not answer: check EWS_PROXY_URL, or exempt the host in NO_PROXY.',
  PROXY_TIMEOUT: 'The proxy does not answer in time: check EWS_PROXY_URL and its way to Exchange.',
  ENOTFOUND: 'The host of EWS_URL is not known: check the name and the DNS.',
  ECONNREFUSED: 'Nobody listens at EWS_URL: check the port, the firewall, and that Exchange runs.',
  HTTP_403:
    'Exchange forbids EWS to this account or application: check EwsEnabled and EwsApplicationAccessPolicy of the organisation and the mailbox, and rules of the proxy before it.',
  ANSWER_TOO_LARGE:
    'Exchange, or something before it, answers with more than EWS_MAX_ANSWER_MB. If it is a single appointment, take out of its body what makes it so large; else look what answers in the place of Exchange, or raise EWS_MAX_ANSWER_MB, which every call in flight may take of the memory.',
  HTTP_404: 'There is no EWS at this path: EWS_URL mostly ends in /EWS/Exchange.asmx.',
}

/** What to do about a failure with this code; `undefined` if waiting is enough, or nothing is known. */
export function mendOf(code: string): string | undefined {
  return mends[code]
}
