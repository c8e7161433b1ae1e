import { type AccountOptions, mayActFor } from '../accounts.ts'
import { windowsZone } from '../calendar/zones.ts'
import type { Faults } from '../faults.ts'
import type { MailboxStates } from '../mailbox-states.ts'
import type { Meetings } from '../meetings.ts'
import type { Subscriptions } from '../notifications/subscriptions.ts'
import type { Context } from '../operations/context.ts'
import { operations } from '../operations/operations.ts'
import type { Quirks } from '../quirks.ts'
import { type RequestEnvelope, writeEnvelope, writeFault } from '../soap/envelope.ts'
import { EwsError, nonExistentMailbox, schemaViolation, SoapFaultError } from '../soap/errors.ts'
import type { Mailbox } from '../store/mailbox.ts'
import type { Store } from '../store/store.ts'
import type { Element } from '../xml/element.ts'
import type { SoapAnswer } from './soap-answer.ts'

/** `stream` goes out instead of `body` where the answer goes on for a while. */

type ServiceParts = {
  store: Store
  meetings: Meetings
  subscriptions: Subscriptions
  faults: Faults
  quirks: Quirks
  states: MailboxStates
}

/** EWS without HTTP: carries out a parsed request and says what to answer. */
export class EwsService {
  readonly #store: Store
  readonly #meetings: Meetings
  readonly #subscriptions: Subscriptions
  readonly #faults: Faults
  readonly #quirks: Quirks
  readonly #states: MailboxStates

  constructor(parts: ServiceParts) {
    this.#quirks = parts.quirks
    this.#store = parts.store
    this.#meetings = parts.meetings
    this.#subscriptions = parts.subscriptions
    this.#faults = parts.faults
    this.#states = parts.states
  }

  /** `refusal` is what each thing that was asked for gets instead of happening. */
  perform(envelope: RequestEnvelope, account: AccountOptions, refusal?: EwsError): SoapAnswer {
    try {
      const operation = operations.get(envelope.operation.name)
      if (!operation) throw schemaViolation(`the operation ${envelope.operation.name} is not known`)
      const context = this.#contextOf(envelope, account, refusal)
      const answer = this.#store.together(() => operation(envelope.operation, context))
      const { headers } = context
      return typeof answer === 'function'
        ? { status: 200, headers, stream: answer }
        : { status: 200, body: writeEnvelope(answer), headers }
    } catch (error) {
      if (error instanceof EwsError) return faultAnswer(error)
      throw error
    }
  }

  #contextOf(envelope: RequestEnvelope, account: AccountOptions, refusal: EwsError | undefined): Context {
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
      errorOf: ({ address }) => this.#states.barrier(address) ?? this.#states.errorFor(address, operation),
      faultFor: (itemId) =>
        refusal ??
        this.#states.errorFor(mailbox.address, operation) ??
        this.#faults.errorFor({ operation, mailbox: mailbox.address, ...(itemId && { itemIds: [itemId] }) }),
      lies: (how) => this.#faults.strike({ operation, mailbox: mailbox.address }, how) !== undefined,
    }
  }

  #mailboxFor(account: AccountOptions, impersonated: string | undefined): Mailbox {
    if (account.application && impersonated === undefined) {
      throw new EwsError(
        'ErrorInvalidExchangeImpersonationHeaderData',
        'ExchangeImpersonation SOAP header must be present for this type of OAuth token.',
      )
    }
    const mailbox = this.#store.mailbox(impersonated ?? account.address)
    if (!mailbox) throw nonExistentMailbox()
    if (impersonated && !mayActFor(account, mailbox.address)) {
      throw new EwsError(
        'ErrorImpersonateUserDenied',
        'The account does not have permission to impersonate the requested user.',
      )
    }
    const barrier = this.#states.barrier(mailbox.address)
    if (barrier) throw barrier
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
