import { type AccountOptions, mayActFor } from '../accounts.ts'
import { windowsZone } from '../calendar/zones.ts'
import type { Faults } from '../faults.ts'
import type { Meetings } from '../meetings.ts'
import type { Subscriptions } from '../notifications/subscriptions.ts'
import type { Context } from '../operations/context.ts'
import { operations } from '../operations/operations.ts'
import type { Quirks } from '../quirks.ts'
import { type RequestEnvelope, writeEnvelope, writeFault } from '../soap/envelope.ts'
import { EwsError, nonExistentMailbox, schemaViolation, SoapFaultError } from '../soap/errors.ts'
import type { AnswerStream } from '../soap/stream.ts'
import type { Mailbox } from '../store/mailbox.ts'
import type { Store } from '../store/store.ts'
import type { Element } from '../xml/element.ts'

/** `stream` goes out instead of `body` where the answer goes on for a while. */
export type SoapAnswer = {
  status: 200 | 500
  body: string
  headers?: Record<string, string>
  stream?: AnswerStream
}

type ServiceParts = {
  store: Store
  meetings: Meetings
  subscriptions: Subscriptions
  faults: Faults
  quirks: Quirks
}

/** EWS without HTTP: carries out a parsed request and says what to answer. */
export class EwsService {
  readonly #store: Store
  readonly #meetings: Meetings
  readonly #subscriptions: Subscriptions
  readonly #faults: Faults
  readonly #quirks: Quirks

  constructor(parts: ServiceParts) {
    this.#quirks = parts.quirks
    this.#store = parts.store
    this.#meetings = parts.meetings
    this.#subscriptions = parts.subscriptions
    this.#faults = parts.faults
  }

  perform(envelope: RequestEnvelope, account: AccountOptions): SoapAnswer {
    try {
      const operation = operations.get(envelope.operation.name)
      if (!operation) throw schemaViolation(`the operation ${envelope.operation.name} is not known`)
      const context = this.#contextOf(envelope, account)
      const answer = this.#store.together(() => operation(envelope.operation, context))
      const { headers } = context
      return typeof answer === 'function'
        ? { status: 200, body: '', headers, stream: answer }
        : { status: 200, body: writeEnvelope(answer), headers }
    } catch (error) {
      if (error instanceof EwsError) return faultAnswer(error)
      throw error
    }
  }

  #contextOf(envelope: RequestEnvelope, account: AccountOptions): Context {
    const mailbox = this.#mailboxFor(account, envelope.impersonated)
    const operation = envelope.operation.name
    return {
      store: this.#store,
      meetings: this.#meetings,
      subscriptions: this.#subscriptions,
      account,
      mailbox,
      headers: {},
      quirks: this.#quirks,
      isImpersonating: envelope.impersonated !== undefined,
      zone: envelope.timeZoneId === undefined ? undefined : windowsZone(envelope.timeZoneId),
      faultFor: (itemId) =>
        this.#faults.errorFor({ operation, mailbox: mailbox.address, ...(itemId && { itemIds: [itemId] }) }),
    }
  }

  #mailboxFor(account: AccountOptions, impersonated: string | undefined): Mailbox {
    const mailbox = this.#store.mailbox(impersonated ?? account.address)
    if (!mailbox) throw nonExistentMailbox()
    if (impersonated && !mayActFor(account, mailbox.address)) {
      throw new EwsError(
        'ErrorImpersonateUserDenied',
        'The account does not have permission to impersonate the requested user.',
      )
    }
    return mailbox
  }
}

export function faultAnswer(error: EwsError): SoapAnswer {
  return { status: 500, body: writeFault(new SoapFaultError(error.code, error.message, error.details)) }
}

/** All item ids that a request names: for faults that wait for one of them. */
export function itemIdsIn(element: Element): string[] {
  const own = element.name === 'ItemId' && element.attributes['Id'] ? [element.attributes['Id']] : []
  return [...own, ...element.children.flatMap(itemIdsIn)]
}
