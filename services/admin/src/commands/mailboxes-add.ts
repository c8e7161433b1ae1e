import { fewMailboxes, mailboxTesting } from '@lockstep/connections'
import { testMany } from '@lockstep/exchange/doctor'
import type { Command } from 'commander'
import { readAddresses } from '../mailboxes/read-addresses.ts'
import { openReport, writeReport } from '../mailboxes/report.ts'
import { createProgress } from '../output/progress.ts'
import { createTeller } from '../output/teller.ts'
import { ledgerOf, type Surroundings, withSurroundings } from '../surroundings.ts'
import { exitCodes, type Terminal } from '../terminal.ts'
import { count, csvOption, jsonOption, type Run, waitOption } from './options.ts'

type Options = {
  csv?: string
  outside?: string
  parallel: number
  wait: number
  report?: string
  json?: true
}
type Doing = { readonly addresses: readonly string[]; readonly options: Options; readonly enables: boolean }

const addHelp = `
Each mailbox is tested first, and enabled if it passes: resolve, impersonate, read, write and delete a hidden test
item, subscribe, receive a notification. Those that are enabled already are passed over, so a run that was broken off
goes on where it was. The column may also be called PrimarySmtpAddress, as Get-Mailbox | Export-Csv writes it.

Examples:
  lockstep mailboxes add alice@contoso.example bob@contoso.example
  lockstep mailboxes add --csv mailboxes.csv --report result.csv --outside ceo@contoso.example`

/** `mailboxes add`, and `mailboxes test`, which is the same without enabling. */
export function addAddTest(mailboxes: Command, run: Run): void {
  const commands = [
    { name: 'add', enables: true, what: 'test mailboxes and enable those that pass' },
    { name: 'test', enables: false, what: 'test mailboxes without enabling them' },
  ]
  for (const { name, enables, what } of commands) {
    const command = mailboxes
      .command(name)
      .description(what)
      .argument('[addresses...]', 'primary SMTP addresses')
      .addOption(csvOption())
      .option('--outside <address>', 'a mailbox that the account must be denied')
      .option('--parallel <n>', 'mailboxes at a time; calls stay within EWS_MAX_IN_FLIGHT', count, 40)
      .addOption(waitOption('how long each waits for its notification'))
      .option('--report <file>', 'write what came of each mailbox as CSV')
      .addOption(jsonOption())
    if (enables) command.addHelpText('after', addHelp)
    command.action((given: string[], options: Options) =>
      run((terminal) => {
        const addresses = readAddresses(given, options.csv)
        if (options.report !== undefined) openReport(options.report)
        return withSurroundings(terminal, (around) =>
          testAll(around, { addresses, options, enables }, terminal),
        )
      })(),
    )
  }
}

async function testAll(around: Surroundings, doing: Doing, terminal: Terminal): Promise<number> {
  const { addresses, options, enables } = doing
  const { examiner } = around
  const ledger = ledgerOf(around)
  const teller = createTeller(terminal, options.json === true)
  if (options.outside !== undefined) teller.step(await examiner.scope(options.outside, terminal.signal))

  const progress = createProgress(terminal, teller, { total: addresses.length, enables })
  const verdicts = await testMany(addresses, {
    ...mailboxTesting(
      { ...around, ledger, notifications: around.config.notifications },
      { enables, isOneOfMany: addresses.length > fewMailboxes },
    ),
    waitMs: options.wait,
    onVerdict: progress.tell,
    parallel: Math.min(options.parallel, addresses.length),
    signal: terminal.signal,
  })
  if (options.report !== undefined) writeReport(options.report, verdicts)
  progress.end(verdicts)
  const hasFailed = verdicts.some(({ outcome }) => outcome === 'failed') || teller.counts().failed > 0
  return hasFailed ? exitCodes.failed : exitCodes.ok
}
