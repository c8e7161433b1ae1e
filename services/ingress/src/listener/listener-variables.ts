import { list, port, secret } from '@lockstep/runtime'
import { z } from 'zod'

const path = z.string().min(1).optional()

/** Who may notify us, for each connection. */
export const sourceVariables = {
  NOTIFICATION_SOURCES: list
    .default([])
    .describe(
      'Who may send notifications: addresses, CIDR ranges and domains (`*.office365.com`, by reverse DNS that leads back to the address), separated by commas. Everybody, if neither this nor `NOTIFICATION_ENDPOINTS_FILE` is set.',
    ),
  NOTIFICATION_ENDPOINTS_FILE: path.describe(
    "A file in the form of Microsoft's published list of endpoints, whose addresses and domains of Exchange count like those in `NOTIFICATION_SOURCES`. A changed file is taken up without a restart; one that is broken leaves the last good one.",
  ),
}

/** How the network reaches the ingress. */
export const listenerVariables = {
  INGRESS_TLS_PORT: port
    .default(8443)
    .describe('Where Exchange reaches the ingress over TLS. Open only with `INGRESS_TLS_CERT_FILE`.'),
  INGRESS_TLS_BIND_ADDRESS: z
    .string()
    .optional()
    .describe('The address that `INGRESS_TLS_PORT` listens on. `BIND_ADDRESS` if not set.'),
  INGRESS_TLS_CERT_FILE: path.describe(
    "The ingress' own certificate with those above it and its private key, as PEM, PKCS#12 or Java keystore. A renewed file counts from the next connection.",
  ),
  INGRESS_TLS_KEY_FILE: path.describe('The private key as PEM, where it has a file of its own.'),
  INGRESS_TLS_CERT_PASSWORD: secret()
    .optional()
    .describe('What opens `INGRESS_TLS_CERT_FILE` or `INGRESS_TLS_KEY_FILE`.'),
  INGRESS_TLS_CLIENT_CERTS: z
    .enum(['none', 'optional', 'required'])
    .default('none')
    .describe(
      'Whether callers of `INGRESS_TLS_PORT` show a certificate. Exchange itself has none to show: `required` is for a proxy in front.',
    ),
  INGRESS_TLS_CLIENT_CA_FILE: path.describe(
    "The authorities of callers' certificates, in any of these forms.",
  ),
  INGRESS_TLS_SERVES: z
    .enum(['notifications', 'everything'])
    .default('notifications')
    .describe('What `INGRESS_TLS_PORT` serves. `everything`: the API of applications too.'),
  INGRESS_TRUSTED_PROXIES: list
    .default([])
    .describe(
      'Addresses and CIDR ranges of the proxies whose `X-Forwarded-For` is believed, separated by commas.',
    ),
  INGRESS_PROXY_PROTOCOL_FROM: list
    .default([])
    .describe(
      'Addresses and CIDR ranges of proxies that begin each connection with a PROXY protocol header, version 1 or 2. Theirs must have one; nobody else is believed.',
    ),
  NOTIFICATION_DNS_SERVERS: list
    .default([])
    .describe('Name servers for the domains, as `address` or `address:port`. The system’s, if not set.'),
}

export type ListenerVariables = z.output<z.ZodObject<typeof listenerVariables>>
export type SourceVariables = z.output<z.ZodObject<typeof sourceVariables>>
