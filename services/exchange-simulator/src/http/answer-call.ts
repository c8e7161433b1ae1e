import { setTimeout as wait } from 'node:timers/promises'
import type { AccountOptions } from '../accounts.ts'
import { type Occasion, wrapped } from '../faults.ts'
import { drawMs } from '../latency.ts'
import { readEnvelope, type RequestEnvelope } from '../soap/envelope.ts'
import { EwsError, serverBusy } from '../soap/errors.ts'
import type { Permit } from '../throttling/throttling.ts'
import type { EwsCall, EwsParts } from './ews-call.ts'
import { faultAnswer, itemIdsIn } from './ews-service.ts'
import { Reply } from './reply.ts'
import { judge, unavailable, type Verdict } from './sabotage.ts'

/** Operations whose connection stays open to carry events. */
const hanging = new Set(['GetStreamingEvents'])

/** Carries one SOAP request through the limits, the faults and the operation, to its answer. */
export async function answerCall(call: EwsCall, parts: EwsParts): Promise<void> {
  const { core } = parts
  const { text, account } = call
  const envelope = parse(text)
  if (envelope instanceof EwsError) {
    return new Reply(call, parts, 'Unreadable', '').send(faultAnswer(envelope))
  }
  const operation = envelope.operation.name
  const mailbox = envelope.impersonated ?? account.address
  core.traffic.count(operation)
  const end = core.traffic.beginOn(mailbox)
  const reply = new Reply(call, parts, operation, mailbox)
  const permit = core.throttling.ask({
    account: account.address,
    isImpersonating: envelope.impersonated !== undefined,
    isHanging: hanging.has(operation),
  })
  try {
    if (permit.kind !== 'granted') return refuse(permit, envelope, account, reply, parts)
    if (permit.delayMs > 0) await wait(permit.delayMs, undefined, { signal: parts.signal })
    await go(envelope, account, reply, parts)
  } finally {
    if (permit.kind === 'granted') permit.end()
    end()
  }
}

/** Answers a call that the throttling policy does not let through. */
function refuse(
  permit: Exclude<Permit, { kind: 'granted' }>,
  envelope: RequestEnvelope,
  account: AccountOptions,
  reply: Reply,
  { core }: EwsParts,
): void {
  if (permit.kind === 'excess') return reply.sendNow(faultAnswer(permit.error))
  const { form, backOffMs } = permit
  const busy = serverBusy(backOffMs)
  switch (form) {
    case 'fault':
      return reply.sendNow(faultAnswer(busy))
    case 'item':
      return reply.sendNow(core.service.perform(envelope, account, busy))
    case 'wrapped':
      return reply.sendNow(core.service.perform(envelope, account, wrapped(busy)))
    case 'unavailable':
      return reply.sendHttp(unavailable(backOffMs === undefined ? undefined : Math.ceil(backOffMs / 1_000)))
  }
}

async function go(
  envelope: RequestEnvelope,
  account: AccountOptions,
  reply: Reply,
  { core, signal }: EwsParts,
): Promise<void> {
  const mailbox = envelope.impersonated ?? account.address
  const occasion: Occasion = {
    operation: envelope.operation.name,
    mailbox,
    itemIds: core.faults.concernsItems ? itemIdsIn(envelope.operation) : [],
  }
  const latency = core.faults.strike(occasion, 'latency')
  if (latency) await wait(drawMs(latency.ms), undefined, { signal })
  const move = core.faults.strike(occasion, 'mailboxMove')
  if (move) core.moveMailbox(mailbox, move.awayMs)

  const elsewhere = core.states.of(mailbox)
  if (elsewhere?.kind === 'moved' && elsewhere.as === 'redirect') {
    return reply.sendHttp({ status: 302, headers: { location: elsewhere.to }, body: '' })
  }
  return carryOut(judge(core.faults, occasion), () => core.service.perform(envelope, account), reply, {
    restart: (downMs) => core.restart(downMs),
    wait: (ms) => wait(ms, undefined, { signal }),
  })
}

type Means = { restart: (downMs: number) => void; wait: (ms: number) => Promise<void> }

async function carryOut(
  verdict: Verdict,
  perform: () => ReturnType<EwsParts['core']['service']['perform']>,
  reply: Reply,
  means: Means,
): Promise<void> {
  switch (verdict.kind) {
    case 'perform':
      return reply.send(perform(), verdict.spoiled)
    case 'performAndDrop':
      perform()
      return reply.drop()
    case 'drop':
      reply.drop()
      if (verdict.performAfterMs === undefined) return
      await means.wait(verdict.performAfterMs)
      return void perform()
    case 'refuse':
      return reply.send(faultAnswer(verdict.error))
    case 'restart':
      reply.drop()
      return means.restart(verdict.downMs)
    default:
      return reply.sendHttp(verdict)
  }
}

function parse(text: string): RequestEnvelope | EwsError {
  try {
    return readEnvelope(text)
  } catch (error) {
    if (error instanceof EwsError) return error
    throw error
  }
}
