import type { Ledger, Mailbox, SettingsPatch } from '@lockstep/ledger'
import { Argument, type Command } from 'commander'
import { createTeller, type Teller } from '../output/teller.ts'
import { ledgerOf, type Surroundings, withEachSurroundings, withSurroundings } from '../surroundings.ts'
import { CommandError, exitCodes } from '../terminal.ts'
import { jsonOption, type Run } from './options.ts'

const help = `
Without addresses it counts for everything: for every connection, or for the one that --connection names. What is off for
a connection is off for all its mailboxes. Nothing is lost meanwhile; switched on, it catches up by itself. \`default\`
takes back what was said.

  lockstep switch outbound off
  lockstep switch both on alice@contoso.example`

type Direction = 'outbound' | 'inbound' | 'both'
type State = 'on' | 'off' | 'default'

/** `switch` */
export function addSwitch(program: Command, run: Run): void {
  program
    .command('switch')
    .description('switch a direction on or off, while everything runs')
    .addArgument(
      new Argument('<direction>', 'to Exchange, or from it').choices(['outbound', 'inbound', 'both']),
    )
    .addArgument(new Argument('<state>').choices(['on', 'off', 'default']))
    .argument('[addresses...]', 'mailboxes; everything without them')
    .addOption(jsonOption())
    .addHelpText('after', help)
    .action((direction: Direction, state: State, addresses: string[], options: { json?: true }) =>
      run(async (terminal) => {
        const teller = createTeller(terminal, options.json === true)
        const patch = patchOf(direction, state)
        const switching = async (around: Surroundings) => switchAll(around, patch, addresses, teller)
        if (addresses.length > 0) await withSurroundings(terminal, switching)
        else await withEachSurroundings(terminal, switching)
        return exitCodes.ok
      })(),
    )
}

function patchOf(direction: Direction, state: State): SettingsPatch {
  const value = state === 'default' ? null : state
  return {
    ...(direction !== 'inbound' && { outbound: value }),
    ...(direction !== 'outbound' && { inbound: value }),
  }
}

async function switchAll(
  around: Surroundings,
  patch: SettingsPatch,
  addresses: readonly string[],
  teller: Teller,
): Promise<void> {
  const ledger = ledgerOf(around)
  const change = { by: 'the lockstep command', nowMs: Date.now() }
  const mailboxes = await Promise.all(addresses.map((address) => enabled(ledger, address)))
  const connection = mailboxes.length === 0
  if (connection) await ledger.changeSettings(undefined, patch, change)
  for (const { id } of mailboxes) await ledger.changeSettings(id, patch, change)
  for (const { id } of connection ? await ledger.all() : mailboxes) await makeDue(ledger, id)

  const about = Object.entries(patch).map(([direction, value]) => `${direction} is ${value ?? 'as the rest'}`)
  const names = connection ? [`connection ${around.connection}`] : mailboxes.map(({ address }) => address)
  for (const name of names) teller.fact({ for: name, ...patch }, `${name}: ${about.join(', ')}\n`)
}

async function enabled(ledger: Ledger, address: string): Promise<Mailbox> {
  const mailbox = await ledger.find(address)
  if (mailbox) return mailbox
  throw new CommandError(`${address} is not enabled. \`lockstep mailboxes list\` names those that are.`)
}

/** What waited for the switch is found by the sweep. */
async function makeDue(ledger: Ledger, mailboxId: string): Promise<void> {
  const nowMs = Date.now()
  await ledger.wakeInbound(mailboxId, nowMs)
  await ledger.rest('outbound', mailboxId, nowMs)
  await ledger.rest('deliveries', mailboxId, nowMs)
}
