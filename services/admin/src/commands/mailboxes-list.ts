import type { Ledger, Mailbox, MailboxState } from '@lockstep/ledger'
import type { Command } from 'commander'
import { createTeller } from '../output/teller.ts'
import { ledgerOf, withSurroundings } from '../surroundings.ts'
import { exitCodes } from '../terminal.ts'
import { jsonOption, type Run } from './options.ts'

/** `mailboxes list` */
export function addList(mailboxes: Command, run: Run): void {
  const command = mailboxes
    .command('list')
    .description('list the enabled mailboxes and how fresh each is')
    .addOption(jsonOption())
  command.action((options: { json?: true }) =>
    run((terminal) =>
      withSurroundings(terminal, async (around) => {
        const teller = createTeller(terminal, options.json === true)
        const ledger = ledgerOf(around)
        const all = await ledger.all()
        if (all.length === 0) teller.heading('No mailbox is enabled: `lockstep mailboxes add` enables some.')
        for (const mailbox of all) await tell(mailbox, ledger, teller)
        return exitCodes.ok
      }),
    )(),
  )
}

const directions = ['outbound', 'inbound'] as const

async function tell(
  { id, address, enabledAtMs }: Mailbox,
  ledger: Ledger,
  teller: ReturnType<typeof createTeller>,
): Promise<void> {
  const [state, { connection, mailbox = {} }] = await Promise.all([
    ledger.mailboxState(id),
    ledger.settingsOf(id),
  ])
  const off = directions.filter((each) => connection[each] === 'off' || mailbox[each] === 'off')
  const { currentAtMs, subscription, refused } = state
  const fact = {
    mailbox: address,
    enabledAt: iso(enabledAtMs),
    ...(currentAtMs !== undefined && { currentAt: iso(currentAtMs) }),
    ...(subscription && { heardAt: iso(subscription.heardAtMs) }),
    ...(refused && { refused: refused.code }),
    ...(off.length > 0 && { off }),
  }
  teller.fact(
    fact,
    `${address.padEnd(40)} ${[wordsFor(state), ...off.map((each) => `${each} is off`)].join(', ')}\n`,
  )
}

function wordsFor({ currentAtMs, refused }: MailboxState): string {
  if (refused) return `refused by Exchange: ${refused.code}, since ${iso(refused.sinceMs)}`
  return currentAtMs === undefined ? 'not compared yet' : `current as of ${iso(currentAtMs)}`
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString()
}
