import { createServer, type Server, type ServerOptions } from 'node:https'
import type { RequestListener } from 'node:http'
import type { TLSSocket } from 'node:tls'
import {
  type CertificateFile,
  type Fresh,
  type Identity,
  openCertificates,
  openIdentity,
} from '@lockstep/exchange'
import { createExpiryAlarm, type Logger } from '@lockstep/runtime'
import { Gauge, type GaugeConfiguration, type Registry } from 'prom-client'

export type TlsOptions = {
  /** Our certificate with its private key. */
  readonly identity: CertificateFile
  /** Whose certificates callers show, if they are asked for one. */
  readonly clients?: { readonly authorities: CertificateFile; readonly isRequired: boolean } | undefined
}

type Deps = { registry: Registry; log: Logger }

/** What Exchange's Windows, back to Server 2012 R2, and every proxy of today can do. All have forward secrecy. */
const modern = {
  minVersion: 'TLSv1.2',
  honorCipherOrder: true,
  ciphers: [
    'TLS_AES_256_GCM_SHA384',
    'TLS_CHACHA20_POLY1305_SHA256',
    'TLS_AES_128_GCM_SHA256',
    ...['ECDSA', 'RSA'].flatMap((key) => [
      `ECDHE-${key}-AES256-GCM-SHA384`,
      `ECDHE-${key}-CHACHA20-POLY1305`,
      `ECDHE-${key}-AES128-GCM-SHA256`,
      `ECDHE-${key}-AES256-SHA384`,
      `ECDHE-${key}-AES128-SHA256`,
    ]),
  ].join(':'),
} as const satisfies ServerOptions

/** Strangers get no time to waste. */
const patience = { handshakeTimeout: 10_000, headersTimeout: 10_000, requestTimeout: 30_000 }

/** An HTTPS server whose renewed certificate counts from the next connection. */
export function createTlsServer(
  handler: RequestListener,
  { identity, clients }: TlsOptions,
  deps: Deps,
): Server {
  const own = openIdentity(identity, (error) =>
    deps.log.error({ err: error }, 'certificate file is of no use'),
  )
  const authorities = clients && openCertificates(clients.authorities)
  const current = () => ({ own: own.current(), ca: authorities?.current() })
  let used = current()
  const alarm = expiryAlarm(deps.log)
  alarm.learn(used.own)
  const server = createServer(
    {
      ...modern,
      ...patience,
      ...contextOf(used),
      requestCert: clients !== undefined,
      rejectUnauthorized: clients?.isRequired ?? false,
    },
    handler,
  )

  server.prependListener('connection', () => {
    const newest = current()
    alarm.look()
    if (newest.own === used.own && newest.ca === used.ca) return
    used = newest
    alarm.learn(newest.own)
    server.setSecureContext({ ...modern, ...contextOf(newest) })
    deps.log.info({ validTo: newest.own.validTo }, 'certificate renewed')
  })
  if (clients) server.on('secureConnection', refuseStrangers)
  tellExpiry(deps.registry, own)
  return server
}

/** Exchange calls at least once in a while, so that the days are noticed as they pass. */
function expiryAlarm(log: Logger) {
  const alarm = createExpiryAlarm(log)
  return {
    look: () => alarm.look(Date.now()),
    learn({ thumbprintSha256: fingerprint, validTo }: Identity) {
      alarm.learn({ use: 'ingress', fingerprint, validToMs: validTo.getTime() }, Date.now())
    },
  }
}

function contextOf({ own, ca }: { own: Identity; ca: readonly string[] | undefined }) {
  const key = own.key.export({ type: 'pkcs8', format: 'pem' })
  return { cert: own.chain, key, ...(ca && { ca: [...ca] }) }
}

/** Where a certificate may be left out, one that is shown must still be one that we trust. */
function refuseStrangers(socket: TLSSocket): void {
  if (!socket.authorized && Object.keys(socket.getPeerCertificate()).length > 0) socket.destroy()
}

function tellExpiry(registry: Registry, own: Fresh<Identity>): void {
  const expiry: GaugeConfiguration<string> = {
    name: 'lockstep_ingress_certificate_expiry_timestamp_seconds',
    help: "When the ingress' own certificate expires, in seconds of Unix' time.",
    registers: [],
    collect() {
      this.set(own.current().validTo.getTime() / 1_000)
    },
  }
  registry.registerMetric(new Gauge(expiry))
}
