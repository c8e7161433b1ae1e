import { z } from 'zod'
import { EwsError, nonExistentMailbox } from './soap/errors.ts'

/** What may be the matter with a mailbox. */
export const mailboxStateSchema = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('disabled') }),
  z.strictObject({ kind: z.literal('missing') }),
  z.strictObject({ kind: z.literal('full') }),
  z.strictObject({ kind: z.literal('moving') }),
  /** It lives on another server: callers are sent there, or told that this one is wrong. */
  z.strictObject({ kind: z.literal('moved'), to: z.url(), as: z.enum(['redirect', 'fault']) }),
  /** It lives in another organisation under this address; Autodiscover sends callers there. */
  z.strictObject({ kind: z.literal('elsewhere'), address: z.email() }),
])
export type MailboxState = z.infer<typeof mailboxStateSchema>

const growing = new Set(['CreateItem', 'UpdateItem', 'MoveItem', 'CopyItem', 'CreateFolder', 'CopyFolder'])

/** The mailboxes that are not simply there. */
export class MailboxStates {
  readonly #states = new Map<string, MailboxState>()

  get all(): ReadonlyMap<string, MailboxState> {
    return this.#states
  }

  of(address: string): MailboxState | undefined {
    return this.#states.get(address.toLowerCase())
  }

  /** `undefined` makes the mailbox an ordinary one again. */
  set(address: string, state: MailboxState | undefined): void {
    if (state) this.#states.set(address.toLowerCase(), state)
    else this.#states.delete(address.toLowerCase())
  }

  clear(): void {
    this.#states.clear()
  }

  /** Why nobody gets at the mailbox at all. */
  barrier(address: string): EwsError | undefined {
    const state = this.of(address)
    switch (state?.kind) {
      case 'disabled':
        return new EwsError('ErrorAccountDisabled', 'The account is disabled.')
      case 'missing':
      case 'elsewhere':
        return nonExistentMailbox()
      case 'moved':
        return new EwsError(
          'ErrorProxyRequestNotAllowed',
          'The mailbox is on another server, to which this one does not pass requests on.',
        )
      default:
        return undefined
    }
  }

  /** Why one thing that was asked of the mailbox fails. */
  errorFor(address: string, operation: string): EwsError | undefined {
    if (this.#states.size === 0) return undefined
    const kind = this.of(address)?.kind
    if (kind === 'moving') {
      return new EwsError(
        'ErrorMailboxMoveInProgress',
        'The mailbox is being moved to another server. Try again later.',
      )
    }
    if (kind === 'full' && growing.has(operation)) {
      return new EwsError('ErrorQuotaExceeded', 'The mailbox has exceeded its quota.')
    }
    return undefined
  }
}
