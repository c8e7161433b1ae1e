import { BasePropertySet, Folder, PropertySet, WellKnownFolderName } from 'ews-javascript-api'
import { isAnswer } from '../ews/failures.ts'
import { whenNobodyElseTries } from '../when-nobody-else-tries.ts'
import type { Line } from './line.ts'
import { failed, type Finding, ok, type Part, skipped, warning } from './step.ts'

type Version = { readonly major: number; readonly minor: number; readonly build: number }

/** What an answer may say of our own account that is more than "it has no mailbox". */
const faultsOfAccount = new Set([
  'ErrorPasswordExpired',
  'ErrorPasswordChangeRequired',
  'ErrorAccountDisabled',
])
const tellableSkewMs = 5_000

/** One call as each of our accounts: whether we are let in, what the clock says, which version answers. */
export function examineServer(lines: readonly Line[], auth: string): Part[] {
  const [first] = lines as readonly [Line]
  let version: Version | undefined
  return [
    ...lines.map((line) => ({
      name: line.account === '' ? 'logon' : `logon ${line.account}`,
      async examine() {
        version = await whenNobodyElseTries(() => askAsOurselves(line))
        return ok(`Exchange lets the account in (${auth})`)
      },
    })),
    { name: 'clock', examine: async () => verdictOnClock(first.skewMs()), isVital: false },
    { name: 'version', examine: async () => verdictOnVersion(version) },
  ]
}

/** The version comes with faults, too: our own account need not have a mailbox. */
async function askAsOurselves({ client }: Line): Promise<Version | undefined> {
  let version: Version | undefined
  try {
    await client.run({ operation: 'GetFolder' }, async (service) => {
      try {
        const idOnly = new PropertySet(BasePropertySet.IdOnly)
        await Folder.Bind(service, WellKnownFolderName.Calendar, idOnly)
      } finally {
        const { MajorVersion: major, MinorVersion: minor, MajorBuildNumber: build } = service.ServerInfo ?? {}
        if (major !== undefined) version = { major, minor: minor ?? 0, build: build ?? 0 }
      }
    })
  } catch (error) {
    if (!isAnswer(error) || faultsOfAccount.has((error as { code: string }).code)) throw error
  }
  return version
}

export function verdictOnClock(skewMs: number | undefined): Finding {
  if (skewMs === undefined) return skipped('the server does not tell its time')
  const away = `${(Math.abs(skewMs) / 1_000).toFixed(1)} s ${skewMs > 0 ? 'ahead of' : 'behind'} ours`
  if (Math.abs(skewMs) > tellableSkewMs) return warning('CLOCK_SKEW', `the server's clock is ${away}`)
  return ok("the server's clock agrees with ours")
}

/** Numbers: https://learn.microsoft.com/exchange/new-features/build-numbers-and-release-dates */
export function verdictOnVersion(version: Version | undefined): Finding {
  if (!version) return skipped('the server does not tell its version')
  const { major, minor, build } = version
  const number = `${major}.${minor}.${build}`
  if (major < 15 || (major === 15 && minor === 0 && build < 847))
    return failed('SERVER_TOO_OLD', `Exchange ${number}`)
  if (major > 15 || minor >= 20) return ok(`Exchange Online (${number})`)
  if (minor === 2 && build >= 2562) return ok(`Exchange Server Subscription Edition (${number})`)
  const year = ['2013', '2016', '2019'][minor] ?? ''
  return warning('SERVER_UNSUPPORTED', `Exchange Server ${year} (${number})`)
}
