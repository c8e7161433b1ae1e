import { defaultConnection, trialNotifications } from '@lockstep/connections'
import type { Step } from '@lockstep/exchange/doctor'
import type { Command } from 'commander'
import { createTeller, type Teller } from '../output/teller.ts'
import { examineRedis } from '../redis/examine-redis.ts'
import { examineSwitches } from '../redis/examine-switches.ts'
import { type Surroundings, withEachSurroundings } from '../surroundings.ts'
import { exitCodes, type Terminal } from '../terminal.ts'
import { jsonOption, type Run, waitOption } from './options.ts'

type Options = { mailbox?: string; outside?: string; wait: number; json?: true }

const help = `
Examples:
  lockstep doctor
  lockstep doctor --mailbox alice@contoso.example --outside ceo@contoso.example`

export function addDoctor(program: Command, run: Run): void {
  const command = program
    .command('doctor')
    .description('examine Redis, the way to Exchange, the account, and whether notifications arrive')
    .option('--mailbox <address>', 'the mailbox to try (default: the first one that is enabled)')
    .option('--outside <address>', 'a mailbox that the account must be denied')
    .addOption(waitOption('how long to wait for a notification'))
    .addOption(jsonOption())
    .addHelpText('after', help)
  command.action((options: Options) => run((terminal) => examineAll(options, terminal))())
}

async function examine(
  around: Surroundings,
  options: Options,
  teller: Teller,
  signal: AbortSignal,
): Promise<void> {
  if (around.connection !== defaultConnection) teller.heading(`Connection ${around.connection}`)
  teller.heading('Redis')
  await tellAll(examineRedis(around.redis, around.redisTrouble), teller)
  if (around.ledger) teller.step(await examineSwitches(around.ledger))
  teller.heading('Exchange')
  const stoppedBy = await tellAll(around.examiner.endpoint(), teller)
  teller.heading('A mailbox')
  await examineMailbox(around, options, { teller, stoppedBy, signal })
}

async function examineAll(options: Options, terminal: Terminal): Promise<number> {
  const teller = createTeller(terminal, options.json === true)
  await withEachSurroundings(terminal, (around) => examine(around, options, teller, terminal.signal))
  const { failed, warning } = teller.counts()
  const verdict = failed > 0 ? `${failed} to mend` : 'all is well'
  teller.fact(
    { ok: failed === 0, failed, warnings: warning },
    `\n${verdict}${warning > 0 ? `, ${warning} to look at` : ''}\n`,
  )
  return failed > 0 ? exitCodes.failed : exitCodes.ok
}

type Telling = { teller: Teller; stoppedBy: string | undefined; signal: AbortSignal }

async function examineMailbox(
  around: Surroundings,
  { mailbox, outside, wait }: Options,
  { teller, stoppedBy, signal }: Telling,
): Promise<void> {
  const { config, examiner, ledger } = around
  const skip = (name: string, says: string) => teller.step({ name, outcome: 'skipped', says })
  if (stoppedBy !== undefined) return skip('mailbox', `not examined: "${stoppedBy}" comes first`)

  const address = mailbox ?? (await ledger?.all())?.[0]?.address ?? config.mailboxes[0]
  if (address === undefined) skip('mailbox', 'none is enabled: name one with --mailbox')
  else {
    const notifications = trialNotifications({ ...around, notifications: config.notifications }, wait)
    await tellAll(examiner.mailbox(address, { notifications, signal }), teller)
  }
  if (outside === undefined) skip('scope', 'name a mailbox that must be denied with --outside')
  else teller.step(await examiner.scope(outside, signal))
}

/** Tells each step as soon as it is known. The name of the one that failed, if any did. */
async function tellAll(steps: AsyncIterable<Step>, teller: Teller): Promise<string | undefined> {
  let stoppedBy: string | undefined
  for await (const step of steps) {
    teller.step(step)
    if (step.outcome === 'failed') stoppedBy ??= step.name
  }
  return stoppedBy
}
