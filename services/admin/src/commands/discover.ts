import { resolveSrv } from 'node:dns/promises'
import { exchangeConfig, exchangeVariables } from '@lockstep/exchange'
import { type Discovered, discoverEndpoint } from '@lockstep/exchange/doctor'
import { parseConfig } from '@lockstep/runtime'
import type { Command } from 'commander'
import { z } from 'zod'
import { environmentOfConnection } from '../environment.ts'
import { createTeller, type Teller } from '../output/teller.ts'
import { CommandError, exitCodes, type Terminal } from '../terminal.ts'
import { jsonOption, type Run } from './options.ts'

type Options = { allow: readonly string[]; json?: true }

const help = `
Asks in the order that Microsoft gives: the domain, its host "autodiscover", where that redirects over http, and the SRV
record. Credentials (EWS_AUTH and what belongs to it) go over verified https only, to hosts within the domain of the
address or to those that you confirm. EWS_CA_FILE, EWS_PROXY_URL and NO_PROXY count; EWS_URL need not be set.

Examples:
  lockstep discover alice@contoso.example
  lockstep discover alice@contoso.example --allow autodiscover-s.outlook.com`

export function addDiscover(program: Command, run: Run): void {
  const command = program
    .command('discover')
    .description('find the EWS endpoint of a mailbox (Autodiscover)')
    .argument('<address>', 'primary SMTP address of a mailbox')
    .option('--allow <host>', 'credentials may go to this host', gathered, [])
    .addOption(jsonOption())
    .addHelpText('after', help)
  command.action((address: string, options: Options) =>
    run((terminal) => discover(address, options, terminal))(),
  )
}

/** Stands in for the endpoint that is not known yet; nothing is ever sent there. */
const unknownUrl = 'https://endpoint.invalid/EWS/Exchange.asmx'
const { EWS_URL, ...others } = exchangeVariables
const schema = z.object({ EWS_URL: EWS_URL.optional(), ...others }).transform((env, context) => ({
  url: env.EWS_URL,
  exchange: exchangeConfig({ ...env, EWS_URL: env.EWS_URL ?? unknownUrl }, context),
}))

async function discover(address: string, { allow, json }: Options, terminal: Terminal): Promise<number> {
  if (!/^[^\s@]+@[^\s@]+$/.test(address))
    throw new CommandError('Expected an address such as alice@contoso.example', exitCodes.usage)
  const { url, exchange } = parseConfig(schema, environmentOfConnection(terminal))
  const { auth, trust, waysOut, timeoutMs } = exchange
  const teller = createTeller(terminal, json === true)
  const steps = discoverEndpoint(address, {
    auth,
    trust,
    waysOut,
    timeoutMs: Math.min(timeoutMs, 15_000),
    confirm: (host) => confirm(host, allow, terminal),
    resolveSrv,
  })
  for (;;) {
    const { done, value } = await steps.next()
    if (done) return tell(value, url, teller)
    teller.step(value)
  }
}

async function confirm(host: string, allow: readonly string[], { ask }: Terminal): Promise<boolean> {
  if (allow.some((allowed) => allowed.toLowerCase() === host)) return true
  if (!ask) return false
  const answer = await ask(`Send the credentials of the account to ${host}? Type "yes" if it is yours: `)
  return answer.trim().toLowerCase() === 'yes'
}

function tell(found: Discovered | undefined, configured: string | undefined, teller: Teller): number {
  if (!found) {
    const mend =
      'Set EWS_URL by hand: mostly https://mail.<domain>/EWS/Exchange.asmx. Get-WebServicesVirtualDirectory | Format-List InternalUrl,ExternalUrl says it for sure.'
    teller.fact({ found: false, mend }, `\nNo endpoint was found. ${mend}\n`)
    return exitCodes.failed
  }
  const { internalUrl, externalUrl } = found
  const lines = [
    ...(internalUrl ? [`EWS_URL=${internalUrl}   from within the company's network`] : []),
    ...(externalUrl && externalUrl !== internalUrl ? [`EWS_URL=${externalUrl}   from outside`] : []),
  ]
  const isSet = configured !== undefined && [internalUrl, externalUrl].includes(configured)
  teller.fact({ found: true, ...found }, `\n${lines.join('\n')}\n${isSet ? 'It is set already.\n' : ''}`)
  return exitCodes.ok
}

function gathered(host: string, before: readonly string[]): readonly string[] {
  return [...before, host]
}
