import { setTimeout as wait } from 'node:timers/promises'
import type { Command } from 'commander'
import type { DryRun, DryRunEntry, Ledger, Mailbox } from '@lockstep/ledger'
import type { Teller } from '../output/teller.ts'
import { CommandError, type Terminal } from '../terminal.ts'
import { forEachMailbox } from './for-each-mailbox.ts'
import type { Run } from './options.ts'

const help = `
The workers decide everything as if both directions were on, and do nothing of it. They have to be running.`

const lookEveryMs = 200
const atATime = 500

/** `dry-run` */
export function addDryRun(program: Command, run: Run): void {
  const command = program
    .command('dry-run')
    .description('say what would be written to Exchange and told to the application')
    .addHelpText('after', help)
  forEachMailbox(command, run, (address, { ledger, terminal, teller }) =>
    dryRunOf(ledger, address, terminal, teller),
  )
}

/** Says whether it came to its end. */
async function dryRunOf(
  ledger: Ledger,
  address: string,
  { signal }: Terminal,
  teller: Teller,
): Promise<boolean> {
  const mailbox = await ledger.find(address)
  if (!mailbox) {
    teller.fact({ mailbox: address, state: 'notEnabled' }, `${address} is not enabled\n`)
    return false
  }
  await ledger.startDryRun(mailbox.id, Date.now())
  await ledger.wakeInbound(mailbox.id, Date.now())
  const { code, counts } = await ended(ledger, mailbox, signal)
  const state = code === undefined ? 'done' : 'failed'
  const counted = Object.entries(counts).map(([name, count]) => `  ${name} ${count}\n`)
  const outcome = code === undefined ? '' : ` failed (${code})`
  teller.fact(
    { mailbox: address, state, ...(code && { code }), counts },
    `${address}${outcome}\n${counted.join('')}`,
  )
  for (let from = 0; ; from += atATime) {
    const entries = await ledger.dryRunEntries(mailbox.id, { from, limit: atATime })
    for (const entry of entries) teller.fact({ mailbox: address, ...entry }, lineOf(entry))
    if (entries.length < atATime) return code === undefined
  }
}

async function ended(ledger: Ledger, { id, address }: Mailbox, signal: AbortSignal): Promise<DryRun> {
  for (;;) {
    const run = await ledger.dryRun(id)
    if (!run) throw new CommandError(`${address} was forgotten meanwhile`)
    if (run.endedAtMs !== undefined) return run
    await wait(lookEveryMs, undefined, { signal })
  }
}

function lineOf({ direction, appointmentId, action, changed = [], reason, recipients }: DryRunEntry): string {
  const about = [changed.join(', '), reason, recipients && `mails ${recipients}`].filter(Boolean).join('; ')
  return `  ${direction} ${action} ${appointmentId}${about && ` (${about})`}\n`
}
