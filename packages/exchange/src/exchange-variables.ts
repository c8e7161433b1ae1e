import { z } from 'zod'

const seconds = z.coerce
  .number('expected a number of seconds')
  .positive()
  .transform((value) => value * 1_000)
  .meta({ unit: 'seconds' })
const count = z.coerce.number('expected a number').int().positive()
const path = z.string().min(1).optional()
const secret = z.string().min(1).meta({ secret: true }).optional()

/** The variables of a connection to Exchange. Spread them into a service's own schema. */
export const exchangeVariables = {
  EWS_URL: z
    .url({ protocol: /^https?$/, message: 'expected https://host/EWS/Exchange.asmx' })
    .describe('The EWS endpoint, such as `https://mail.example.com/EWS/Exchange.asmx`.'),
  EWS_AUTH: z
    .enum(['basic', 'ntlm', 'oauth'])
    .default('basic')
    .describe('How Lockstep proves who it is: see [connecting.md](connecting.md).'),
  EWS_USERNAME: z
    .string()
    .min(1)
    .optional()
    .describe(
      'The impersonation account, as Exchange knows it: `user@domain` or `DOMAIN\\user`. Not with `oauth`.',
    ),
  EWS_PASSWORD: secret.describe("The impersonation account's password. Not with `oauth`."),
  EWS_PASSWORD_FILE: path.describe(
    'The file with `EWS_PASSWORD`. A changed one is taken up without a restart.',
  ),
  EWS_ACCOUNTS: secret.describe(
    'Several impersonation accounts that share the load, as JSON: see [connecting.md](connecting.md#several-accounts).',
  ),
  EWS_ACCOUNT_MOVE_SECONDS: seconds
    .default(60_000)
    .describe(
      'An account of `EWS_ACCOUNTS` that has been refused or throttled for so long gives its mailboxes to the others, until it is well again.',
    ),
  EWS_CHANNEL_BINDING: z
    .enum(['auto', 'on', 'off'])
    .default('auto')
    .describe(
      'With `ntlm`: whether the logon is bound to the TLS connection, as Extended Protection demands. `auto` does without where something between ends TLS.',
    ),
  EWS_OAUTH_AUTHORITY: z
    .url({ protocol: /^https$/, message: 'expected https://login.microsoftonline.com/<tenant>' })
    .optional()
    .describe(
      'With `oauth`: who gives the tokens, with the tenant: `https://login.microsoftonline.com/<tenant>`. No other host is asked.',
    ),
  EWS_OAUTH_CLIENT_ID: z.string().min(1).optional().describe('With `oauth`: the id of the application.'),
  EWS_OAUTH_CLIENT_SECRET: secret.describe("With `oauth`: the application's secret, or a certificate:"),
  EWS_OAUTH_CLIENT_SECRET_FILE: path.describe(
    'The file with `EWS_OAUTH_CLIENT_SECRET`. A changed one is taken up without a restart.',
  ),
  EWS_OAUTH_CLIENT_SECRET_EXPIRES: z.iso
    .date('expected a date such as 2027-06-30')
    .optional()
    .describe(
      'When `EWS_OAUTH_CLIENT_SECRET` ends, as the application registration says: the secret itself does not tell. You are told 30, 7 and 1 days before. Change it together with the secret.',
    ),
  EWS_OAUTH_CERT_FILE: path.describe(
    "With `oauth`: the application's certificate with its private key, as PEM, PKCS#12 or Java keystore. A changed one is taken up without a restart.",
  ),
  EWS_OAUTH_CERT_PASSWORD: secret.describe('What opens `EWS_OAUTH_CERT_FILE`.'),
  EWS_OAUTH_SCOPE: z
    .string()
    .regex(/\/\.default$/, 'expected a resource and /.default')
    .default('https://outlook.office365.com/.default')
    .describe('With `oauth`: what the tokens are for. For an Exchange of your own, its address.'),
  EWS_CA_FILE: path.describe(
    "Certificates to trust instead of the system's: the company's authority, or the server's own. PEM (one or many), DER, Base-64, PKCS#12 or Java keystore. A changed file counts from the next connection.",
  ),
  EWS_CA_PASSWORD: secret.describe('What opens `EWS_CA_FILE`, if it is a keystore.'),
  EWS_CLIENT_CERT_FILE: path.describe(
    'A certificate with its private key to show to the server or proxy, as PEM, PKCS#12 or Java keystore.',
  ),
  EWS_CLIENT_CERT_PASSWORD: secret.describe('What opens `EWS_CLIENT_CERT_FILE`.'),
  EWS_PROXY_URL: z
    .url({ protocol: /^https?$/, message: 'expected http://proxy:3128' })
    .meta({ secret: true })
    .optional()
    .describe('A forward proxy, with its credentials if it wants some: `http://user:password@proxy:3128`.'),
  NO_PROXY: z
    .string()
    .optional()
    .describe('Hosts and domains that are reached without `EWS_PROXY_URL`, separated by commas.'),
  EWS_TIMEOUT_SECONDS: seconds
    .default(60_000)
    .describe('A call that takes longer is given up. Exchange itself gives up a batch after a minute.'),
  EWS_MAX_ANSWER_MB: z.coerce
    .number('expected a number of megabytes')
    .positive()
    .default(32)
    .transform((value) => Math.ceil(value * 1024 * 1024))
    .describe(
      'An answer that is larger is not read on. In megabytes. 50 items are read at a time, and each by itself if they are too large together.',
    ),
  EWS_MAX_IN_FLIGHT: count
    .default(10)
    .describe(
      'Calls in flight of an impersonation account, over all processes. Microsoft advises at most 10.',
    ),
  EWS_WAIT_SECONDS: seconds
    .default(30_000)
    .describe('A call whose turn has not come after this long is postponed.'),
  BREAKER_ERROR_PERCENTAGE: z.coerce
    .number('expected a percentage')
    .min(1)
    .max(100)
    .default(50)
    .describe('The circuit opens if more than this part of the calls fails because Exchange is away.'),
  BREAKER_MINIMUM_CALLS: count
    .default(3)
    .describe('Fewer calls than this within the window never open the circuit.'),
  BREAKER_WINDOW_SECONDS: seconds.default(10_000).describe('How far back calls count.'),
  BREAKER_PROBE_SECONDS: seconds
    .default(2_000)
    .describe('How often an endpoint whose circuit is open is probed.'),
}

export type ExchangeVariables = z.output<z.ZodObject<typeof exchangeVariables>>
