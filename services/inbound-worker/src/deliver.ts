import {
  type DeliveryPlan,
  instantOf,
  isMoot,
  isOverAfterLoss,
  planDelivery,
  propertiesOf,
  takesAway,
} from '@lockstep/domain'
import type { Ledger, Mailbox, Postponement, TrailStep, UntoldAttempt } from '@lockstep/ledger'
import type { ChangeFacts } from '@lockstep/producer'
import type { WakeQueue } from '@lockstep/queue'
import type { Logger } from '@lockstep/runtime'
import type { Application, Reception } from './application.ts'
import { claimCopies } from './claim-copies.ts'
import { spendAttempt } from './give-up.ts'
import type { Looked } from './look.ts'
import { crossingOf } from './oscillation.ts'

type Deps = {
  ledger: Ledger
  application: Application
  outbound: Pick<WakeQueue, 'wakeQuietly'>
  log: Logger
  options: {
    /** Appointments that were over so long before their mailbox was enabled are not told. */
    backfillMs: number
    /** How long a newer version is waited for, once the application has said that it is on its way. */
    newerVersionMs: number
  }
}

const arrivalMs = 1_000

type Tell = Extract<DeliveryPlan, { action: 'tell' }>

/** Tells the application about one appointment. Resolves with whether there is nothing left to tell. */
export type Deliver = (
  mailbox: Mailbox,
  attempt: UntoldAttempt,
  looked: Looked,
  signal: AbortSignal,
) => Promise<boolean>

export function createDeliver(deps: Deps): Deliver {
  const { ledger, application, log, options } = deps

  return async function deliver(mailbox, attempt, looked, signal) {
    const plan = planDelivery(attempt.record, looked.look)
    await note(mailbox, attempt, 'read')
    // Before anything is told, which may have to wait.
    if (looked.look.kind !== 'present')
      await ledger.dropConflictValues(mailbox.id, attempt.record.appointmentId)
    if (plan.action === 'remember') {
      await note(mailbox, attempt, looked.look.kind === 'refused' ? 'refused' : 'echo')
      return remember(mailbox, attempt, plan.link)
    }
    if (isMoot(attempt.record, plan.kind)) {
      await ledger.postponeDelivery(mailbox.id, attempt, ...untilSettled(attempt))
      return false
    }
    if (plan.kind === 'created') await claimCopies(ledger, mailbox, looked)
    if (isBeforeBackfill(mailbox, plan, looked)) {
      const { link } = attempt.record
      return remember(mailbox, attempt, { ...plan.linkOnceTold(link.told.revision), told: link.told })
    }

    const offer = {
      atMs: looked.lastModifiedMs ?? Date.now(),
      kind: plan.kind,
      fingerprints: plan.fingerprints,
    }
    const revision = plan.offeredAs ?? (await ledger.offer(mailbox.id, attempt, offer, Date.now()))
    if (revision === 'moved') return false
    const say = (told: Tell) => application.tell(changeOf(mailbox, attempt, told, looked, revision), signal)
    const reception = await say(plan)
    const comesNothing = reception.kind === 'newerVersion' && isOver(attempt, looked)
    const concluding = comesNothing
      ? await say({ ...plan, applicationVersion: reception.version })
      : reception
    return conclude(mailbox, attempt, plan, revision, concluding)
  }

  function isOver({ record, mark }: UntoldAttempt, { look }: Looked): boolean {
    const { newerVersionMs } = options
    return isOverAfterLoss(record, look, { awaitedMs: Date.now() - mark.sinceMs, newerVersionMs })
  }

  async function remember(mailbox: Mailbox, attempt: UntoldAttempt, link: UntoldAttempt['record']['link']) {
    const wasAsleep = attempt.record.link.asleep !== undefined && link.asleep === undefined
    const result = await ledger.tell(mailbox.id, attempt, { link }, Date.now())
    if (wasAsleep && result === 'told') await wakeUp(mailbox, attempt)
    return result === 'told'
  }

  async function conclude(
    mailbox: Mailbox,
    attempt: UntoldAttempt,
    plan: Tell,
    revision: number,
    reception: Reception,
  ) {
    const { appointmentId } = attempt.record
    const facts = { mailboxId: mailbox.id, appointmentId, revision, kind: plan.kind }
    switch (reception.kind) {
      case 'acknowledged': {
        const result = await acknowledged(mailbox, attempt, plan, revision, reception)
        log.info({ ...facts, result }, 'delivered')
        return result === 'told'
      }
      case 'newerVersion': {
        log.info({ ...facts, version: reception.version }, 'the application has a newer version on the way')
        await ledger.postponeDelivery(mailbox.id, attempt, ...untilMerged(attempt, plan, reception.version))
        return false
      }
      case 'unavailable':
        log.info({ ...facts, code: reception.code }, 'the application is unavailable')
        await ledger.postponeDelivery(mailbox.id, attempt, Date.now() + reception.retryAfterMs, {
          code: reception.code,
          costsAttempt: false,
        })
        return false
      case 'rejected':
        await spendAttempt(ledger, mailbox, attempt, reception.code, log)
        return false
    }
  }

  async function acknowledged(
    mailbox: Mailbox,
    attempt: UntoldAttempt,
    plan: Tell,
    revision: number,
    reception: Extract<Reception, { kind: 'acknowledged' }>,
  ) {
    const { appointmentId } = attempt.record
    const link = plan.linkOnceTold(revision)
    const renamedTo = plan.kind === 'created' ? reception.appointmentId : undefined
    const told = { link, ...(renamedTo && renamedTo !== appointmentId && { renamedTo }) }
    const result = await ledger.tell(mailbox.id, attempt, told, Date.now())
    const crossing = result === 'told' && crossingOf(plan)
    if (crossing) await ledger.noteCrossing(mailbox.id, appointmentId, crossing)
    await note(mailbox, attempt, plan.kind === 'withdrawn' ? 'withdrawn' : 'delivered', revision)
    if (attempt.record.link.asleep && !link.asleep && result === 'told') await wakeUp(mailbox, attempt)
    return result
  }

  /** Into what is gone or asleep nothing is merged: that the version has arrived is enough, and nothing tells of that. */
  function untilMerged(
    { record }: UntoldAttempt,
    { kind }: Tell,
    awaitVersion: number,
  ): [dueMs: number, postponement: Postponement] {
    const nothingToMerge = takesAway(kind) || record.link.asleep !== undefined
    if (nothingToMerge) return [Date.now() + arrivalMs, { costsAttempt: false }]
    return [Date.now() + options.newerVersionMs, { costsAttempt: false, awaitVersion }]
  }

  function untilSettled({ record }: UntoldAttempt): [dueMs: number, postponement: Postponement] {
    const awaitVersion = record.wanted!.version
    return [Date.now() + options.newerVersionMs, { costsAttempt: false, awaitVersion }]
  }

  /** It was withdrawn, and the application's events about it were only remembered: now they count. */
  async function wakeUp(mailbox: Mailbox, { record }: UntoldAttempt): Promise<void> {
    await ledger.replay(mailbox.id, record.appointmentId, Date.now())
    await deps.outbound.wakeQuietly(mailbox.id)
  }

  function isBeforeBackfill(
    { enabledAtMs }: Mailbox,
    plan: Tell,
    { appointment, lastModifiedMs }: Looked,
  ): boolean {
    if (plan.kind !== 'created' || !appointment || (lastModifiedMs ?? 0) >= enabledAtMs) return false
    return instantOf(appointment.end) < enabledAtMs - options.backfillMs
  }

  async function note(
    mailbox: Mailbox,
    { record }: UntoldAttempt,
    step: TrailStep,
    revision?: number,
  ): Promise<void> {
    const { appointmentId } = record
    const entry = { appointmentId, direction: 'inbound' as const, step, atMs: Date.now() }
    await ledger.note(mailbox.id, [{ ...entry, ...(revision !== undefined && { revision }) }])
  }
}

function changeOf(
  mailbox: Mailbox,
  { record }: UntoldAttempt,
  plan: Tell,
  { appointment, lastModifiedMs }: Looked,
  revision: number,
): ChangeFacts {
  const { appointmentId } = record
  const isContentTold = plan.kind === 'created' || plan.kind === 'updated'
  return {
    kind: plan.kind,
    atMs: lastModifiedMs ?? Date.now(),
    mailbox: mailbox.address,
    appointmentId,
    revision,
    applicationVersion: plan.applicationVersion,
    changed: [...new Set(plan.changed.flatMap(propertiesOf))],
    ...(isContentTold && appointment && { appointment }),
    ...(plan.hides && { hides: plan.hides }),
    ...(plan.reason && { reason: plan.reason }),
  }
}
