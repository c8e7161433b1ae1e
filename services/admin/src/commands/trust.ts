import { ExchangeError, exchangeVariables } from '@lockstep/exchange'
import { examineTrust, proveTrust, type ShownCertificate, type TrustWay } from '@lockstep/exchange/doctor'
import { parseConfig } from '@lockstep/runtime'
import type { Command } from 'commander'
import { existsSync } from 'node:fs'
import { z } from 'zod'
import { environmentOfConnection } from '../environment.ts'
import { createTeller } from '../output/teller.ts'
import { CommandError, exitCodes, type Terminal } from '../terminal.ts'
import { chooseCertificate } from '../trust/choose-certificate.ts'
import { storeCertificate } from '../trust/store-certificate.ts'
import { jsonOption, type Run } from './options.ts'

type Options = { fingerprint?: string; file?: string; json?: true }

const help = `
Fetches the certificates that the server shows, only to look at them, shows them, and stores the authority (or, where
there is none, the server's own certificate) once you have confirmed it. EWS_PROXY_URL and NO_PROXY count.

Examples:
  lockstep trust https://mail.contoso.example
  lockstep trust https://mail.contoso.example --fingerprint 3F:A1:… --file /etc/lockstep/exchange-ca.pem`

export function addTrust(program: Command, run: Run): void {
  const command = program
    .command('trust')
    .description("look at a server's certificate and trust it once confirmed")
    .argument('[url]', 'https address of the server (default: EWS_URL)')
    .option('--fingerprint <sha256>', 'confirms the certificate with this fingerprint')
    .option('--file <pem>', 'where to store it (default: EWS_CA_FILE)')
    .addOption(jsonOption())
    .addHelpText('after', help)
  command.action((url: string | undefined, options: Options) =>
    run((terminal) => trust(url, options, terminal))(),
  )
}

const { EWS_URL, EWS_CA_FILE, EWS_CA_PASSWORD, EWS_PROXY_URL, NO_PROXY } = exchangeVariables
/** No more than it takes: the rest of the configuration may come later. */
const schema = z.object({
  EWS_URL: EWS_URL.optional(),
  EWS_CA_FILE,
  EWS_CA_PASSWORD,
  EWS_PROXY_URL,
  NO_PROXY,
})
type Variables = z.output<typeof schema>

async function trust(given: string | undefined, options: Options, terminal: Terminal): Promise<number> {
  const env = parseConfig(schema, environmentOfConnection(terminal))
  const url = secureUrl(given ?? env.EWS_URL)
  const way = wayOf(env)
  const teller = createTeller(terminal, options.json === true)

  const { chain, trouble } = await lookAt(url, way)
  for (const [index, certificate] of chain.entries())
    teller.fact(factOf(certificate), textOf(certificate, index))
  if (!trouble) {
    teller.fact({ trusted: true }, 'It is trusted already: there is nothing to do.\n')
    return exitCodes.ok
  }
  const file = options.file ?? env.EWS_CA_FILE
  if (file === undefined)
    throw new CommandError('Say where to store it: --file, or EWS_CA_FILE', exitCodes.usage)

  const chosen = await chooseCertificate(chain, options.fingerprint, terminal)
  const remains = await proveTrust(url, chosen.pem, way)
  if (remains) {
    const mend = remains.mend ? ` ${remains.mend}` : ''
    throw new CommandError(`Trusting it would not help (${remains.code}), so nothing was stored.${mend}`)
  }
  const outcome = storeCertificate(file, chosen.pem, chosen.subject)
  teller.fact({ stored: file, outcome, fingerprint: chosen.fingerprint }, closingWords(file, env))
  return exitCodes.ok
}

/** What the way to a server says is about EWS_URL elsewhere; here any server may be meant. */
async function lookAt(url: string, way: TrustWay): ReturnType<typeof examineTrust> {
  try {
    return await examineTrust(url, way)
  } catch (error) {
    if (!(error instanceof ExchangeError)) throw error
    const { hostname, port } = new URL(url)
    const mend =
      mends[error.code] ?? error.mend ?? 'Something answers, but not with TLS: check host and port.'
    throw new CommandError(`${hostname}:${port || 443} shows no certificate (${error.code}). ${mend}`)
  }
}

const mends: Readonly<Record<string, string>> = {
  ENOTFOUND: 'The name is not known: check it, and the DNS.',
  ECONNREFUSED: 'Nobody listens there: check host and port, and the firewall.',
  ETIMEDOUT: 'Nobody answers: check host and port, the firewall, and EWS_PROXY_URL.',
}

function secureUrl(url: string | undefined): string {
  if (url === undefined) throw new CommandError('Name the server: lockstep trust https://…', exitCodes.usage)
  if (URL.canParse(url) && new URL(url).protocol === 'https:') return url
  throw new CommandError('Only a server with https shows a certificate: expected https://…', exitCodes.usage)
}

function wayOf({
  EWS_CA_FILE: file,
  EWS_CA_PASSWORD: password,
  EWS_PROXY_URL: proxyUrl,
  NO_PROXY: noProxy,
}: Variables): TrustWay {
  const isThere = file !== undefined && existsSync(file)
  return {
    timeoutMs: 10_000,
    ...(proxyUrl !== undefined && { waysOut: { proxyUrl, noProxy } }),
    ...(isThere && { trust: { authorities: { file, password } } }),
  }
}

function factOf({ validFromMs, validToMs, pem: _pem, ...certificate }: ShownCertificate) {
  return { certificate: { ...certificate, validFrom: iso(validFromMs), validTo: iso(validToMs) } }
}

function textOf(certificate: ShownCertificate, index: number): string {
  const { subject, issuer, fingerprint, validFromMs, validToMs, names, isAuthority } = certificate
  const what = index === 0 ? 'The server' : isAuthority ? 'An authority' : 'Another'
  const rows = [
    ['subject', subject],
    ['issued by', subject === issuer ? 'itself' : issuer],
    ['valid', `${iso(validFromMs)} to ${iso(validToMs)}${validToMs < Date.now() ? ' (expired)' : ''}`],
    ...(names.length > 0 ? [['names', names.join(', ')]] : []),
    ['SHA-256', fingerprint],
  ]
  return `${what}\n${rows.map(([name = '', value]) => `  ${name.padEnd(10)} ${value}\n`).join('')}`
}

function closingWords(file: string, { EWS_CA_FILE: configured }: Variables): string {
  const next =
    configured === file
      ? 'It counts from the next connection on.'
      : `Set EWS_CA_FILE=${file}: then what is in it is trusted, and nothing else.`
  return `Stored in ${file}. ${next}\n`
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString().slice(0, 10)
}
