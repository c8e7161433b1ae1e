import { type Connection, fewMailboxes, type HearingKind, mailboxTesting } from '@lockstep/connections'
import { brokenOff, createPatience, type Examiner, testOne, type Verdict } from '@lockstep/exchange/doctor'
import { type Enabling, type EnablingEnd, LedgerUnavailableError } from '@lockstep/ledger'

type Deps = Pick<Connection, 'ledger' | 'log' | 'name' | 'others' | 'queues'> & {
  notifications: HearingKind
  /** Opened when there is something to test: it has connections of its own. */
  openExaminer: () => Examiner
}

export type EnablingOptions = {
  /** Mailboxes that are tested at a time. */
  readonly parallel: number
  /** How often is looked for those that are asked for. */
  readonly everyMs: number
  /** So long after a process died another one begins with what it had in hand. */
  readonly leaseMs: number
  /** How long each waits for its notification. */
  readonly waitMs: number
}

/** Tests that were begun and came to no end, before that is the answer. */
const mostAttempts = 3

/**
 * Tests the mailboxes that were asked for, and enables those that pass, beside the work on the others: each request is
 * in the hands of one process at a time. Only the worker holds what it takes to log on to Exchange.
 */
export function startEnabling(deps: Deps, { parallel, everyMs, leaseMs, waitMs }: EnablingOptions) {
  const { ledger, log, queues } = deps
  const inHand = new Map<string, Promise<void>>()
  const closing = new AbortController()
  const { signal } = closing
  let examiner: Examiner | undefined
  let patience = createPatience(waitMs)
  let timer: NodeJS.Timeout | undefined
  let filling: Promise<void> = Promise.resolve()

  async function test({ address, id, enables, attempts }: Enabling): Promise<Verdict> {
    if (attempts > mostAttempts) return brokenOff(address)
    examiner ??= deps.openExaminer()
    const testing = { ...deps, connection: deps.name, examiner }
    const { onPassed, ...others } = mailboxTesting(testing, {
      enables,
      isOneOfMany: inHand.size > fewMailboxes,
    })
    return testOne(address, {
      ...others,
      async onPassed(passed) {
        // It may be asked for no more, or be asked for anew.
        if ((await ledger.enabling(passed))?.id === id) await onPassed(passed)
      },
      patience,
      signal,
    })
  }

  async function handle(enabling: Enabling): Promise<void> {
    try {
      const verdict = await test(enabling)
      if (signal.aborted) return await ledger.giveBackEnabling(enabling, Date.now())
      if (await ledger.endEnabling(enabling, endOf(verdict, enabling))) await tell(verdict)
    } catch (error) {
      if (signal.aborted) await ledger.giveBackEnabling(enabling, Date.now()).catch(() => {})
      // While Redis is away that is told once, for everything.
      else if (!(error instanceof LedgerUnavailableError))
        log.error({ err: error }, 'testing a mailbox failed')
    }
  }

  async function tell({ address, outcome, reason }: Verdict): Promise<void> {
    if (outcome === 'failed') {
      log.warn(
        { step: reason?.name, code: reason?.code },
        'a mailbox that was asked for did not pass its test',
      )
      return
    }
    const mailbox = await ledger.find(address)
    if (!mailbox) return
    log.info({ mailboxId: mailbox.id }, 'mailbox enabled')
    await queues.inbound.wakeQuietly(mailbox.id)
  }

  async function fill(): Promise<void> {
    const free = parallel - inHand.size
    if (signal.aborted || free <= 0) return
    const taken = await ledger.takeEnablings({ limit: free, leaseMs, nowMs: Date.now() })
    // Whoever asks the next time may have mended the way in.
    if (inHand.size === 0) patience = createPatience(waitMs)
    for (const enabling of taken) {
      const handling = handle(enabling).finally(() => {
        inHand.delete(enabling.address)
        fillSoon()
      })
      inHand.set(enabling.address, handling)
    }
  }

  const fillSoon = () =>
    void (filling = filling.then(fill).catch((error: unknown) => {
      log.debug({ err: error }, 'mailboxes that are asked for could not be looked for')
    }))

  async function tick(): Promise<void> {
    if (inHand.size > 0) await ledger.renewEnablings([...inHand.keys()], Date.now() + leaseMs).catch(() => {})
    fillSoon()
    await filling
    if (!signal.aborted) timer = setTimeout(() => void (ticking = tick()), everyMs)
  }
  let ticking = tick()

  return {
    async close() {
      closing.abort()
      clearTimeout(timer)
      await ticking
      await Promise.all(inHand.values())
      await filling
      await examiner?.close()
    },
  }
}

function endOf({ outcome, steps }: Verdict, { enables }: Enabling): EnablingEnd {
  const passed = enables ? 'enabled' : 'passed'
  return { atMs: Date.now(), outcome: outcome === 'failed' ? 'failed' : passed, steps }
}
