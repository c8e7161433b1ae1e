import type { Appointment } from '../../appointment.ts'
import { type Field, fields, fingerprintsOf } from '../../field.ts'
import type { ConflictPolicy } from '../../merge.ts'
import type { LinkedItem } from '../../record.ts'
import { createApplicationModel } from './application-model.ts'
import { createExchangeModel } from './exchange-model.ts'
import { anAppointment, testDigest } from '../index.ts'
import { deliver, type DeliveryFault, sync } from './inbound-model.ts'
import { accept, createLockstepModel, isAtRest, remembersOnly } from './lockstep-model.ts'
import { type CallFault, settleWanted } from './outbound-model.ts'

export type Side = 'application' | 'exchange'

export const editedFields = ['subject', 'body', 'location', 'categories', 'attendees'] as const
export type EditedField = (typeof editedFields)[number]

type EditStep = {
  readonly do: 'edit'
  readonly side: Side
  readonly field: EditedField
  readonly isBack: boolean
}

/** What a user does besides: `hide` and `label` at Exchange, `conceal` in the application. */
type UserStep =
  | { readonly do: 'cancel' | 'restore'; readonly side: Side }
  | { readonly do: 'hide' | 'conceal'; readonly isPrivate: boolean }
  | { readonly do: 'label'; readonly isPersonal: boolean }
  | { readonly do: 'respond' }

/** What a user does, or what the world does with a message. Numbers pick one of several. */
export type Step =
  | EditStep
  | UserStep
  | { readonly do: 'sync' }
  | { readonly do: 'accept'; readonly pick: number; readonly again: boolean }
  | { readonly do: 'outbound'; readonly fault: CallFault }
  | { readonly do: 'deliver'; readonly fault: DeliveryFault; readonly refuses: boolean }
  | { readonly do: 'comeLate'; readonly pick: number }

export type Scene = {
  readonly bornAt: Side
  readonly policy: ConflictPolicy
  readonly sendsBasedOn: boolean
  /** At another organiser's item. Only for appointments born in Exchange. */
  readonly role: LinkedItem['role']
}

export type TwoSides = ReturnType<typeof createTwoSides>

/** An application and a calendar at Exchange that both hold one appointment, and Lockstep between them. */
export function createTwoSides({ bornAt, policy, sendsBasedOn, role }: Scene) {
  let nowMs = 1_000_000
  let serial = 0
  const former: Partial<Record<EditedField, Partial<Appointment>>> = {}
  const now = () => nowMs
  const exchange = createExchangeModel(now)
  const application = createApplicationModel(now, sendsBasedOn)
  const lockstep = createLockstepModel({ exchange, application, policy, now })

  /** Gives a field a new value, or at Exchange the one that it had before its last edit; says which. */
  function edit({ side, field, isBack }: Omit<EditStep, 'do'>): string {
    const value = `${side[0]}${++serial}`
    const item = exchange.only()
    if (side === 'application') application.edit(changeOf(field, value))
    else if (item && !item.isPrivate) {
      const changes = (isBack && former[field]) || changeOf(field, value)
      former[field] = { [field]: item.appointment[field] }
      exchange.edit(changes)
      return valueIn(fingerprintsOf(anAppointment(changes), testDigest)[field])
    }
    return value
  }

  function receive(pick: number, again: boolean): void {
    const { outbox } = application
    const index = pick % Math.max(1, outbox.length)
    const [event] = again ? outbox.slice(index, index + 1) : outbox.splice(index, 1)
    if (event) accept(lockstep, event)
  }

  function act(step: UserStep): void {
    switch (step.do) {
      case 'cancel':
        return step.side === 'application' ? application.hold(false) : exchange.remove()
      case 'restore':
        return step.side === 'application' ? application.hold(true) : exchange.restore()
      case 'hide':
        return exchange.hide(step.isPrivate)
      case 'conceal':
        return application.conceal(step.isPrivate)
      case 'label':
        return exchange.edit({ sensitivity: step.isPersonal ? 'personal' : 'normal' })
      case 'respond':
        return respond()
    }
  }

  function respond(): void {
    const attendees = exchange.only()?.appointment.attendees ?? []
    if (attendees.length === 0) return
    exchange.edit({ attendees: attendees.map((attendee) => ({ ...attendee, response: 'accepted' })) })
  }

  function comeLate(pick: number): void {
    const [happens] = lockstep.late.splice(pick % Math.max(1, lockstep.late.length), 1)
    happens?.()
  }

  function isQuiet(): boolean {
    return application.outbox.length === 0 && exchange.touched.size === 0 && isAtRest(lockstep)
  }

  function carryOn(): void {
    nowMs += 200_000
    receive(0, false)
    settleWanted(lockstep, 'none')
    sync(lockstep)
    deliver(lockstep, 'none', false)
  }

  if (bornAt === 'application') application.enter(anAppointment())
  else exchange.enter(anAppointment(), role)

  return {
    exchange,
    application,
    edit,
    remembersOnly: () => remembersOnly(lockstep),

    take(step: Exclude<Step, EditStep>): void {
      nowMs += 1_500
      switch (step.do) {
        case 'sync':
          return sync(lockstep)
        case 'accept':
          return receive(step.pick, step.again)
        case 'outbound':
          return settleWanted(lockstep, step.fault)
        case 'deliver':
          return deliver(lockstep, step.fault, step.refuses)
        case 'comeLate':
          return comeLate(step.pick)
        default:
          return act(step)
      }
    },

    /** Nobody edits any more and everything arrives. */
    comeToRest(): void {
      while (lockstep.late.length > 0) comeLate(0)
      for (let round = 0; round < 40 && !isQuiet(); round++) carryOn()
      if (!isQuiet()) throw new Error('The two sides do not come to rest')
    },
    /** The writes and deliveries that happen if everything is looked at once more. */
    echoes(): number {
      const before = exchange.writes() + application.received()
      for (const { itemId } of exchange.items()) exchange.touched.add(itemId)
      lockstep.isMarked = true
      for (let round = 0; round < 5; round++) carryOn()
      return exchange.writes() + application.received() - before
    },
    atExchange: () =>
      exchange
        .items()
        .filter(({ isPrivate }) => !isPrivate)
        .map(({ appointment }) => contentOf(appointment)),
    atApplication: () => [application.held()].flatMap((held) => (held ? [contentOf(held)] : [])),
  }
}

export type Content = Readonly<Record<Field, string>>

/** What a side holds, but for Exchange's rewriting. */
function contentOf(appointment: Appointment): Content {
  const content = appointment.body.content.replaceAll(/<[^>]*>/g, '')
  const prints = fingerprintsOf({ ...appointment, body: { contentType: 'text', content } }, testDigest)
  return Object.fromEntries(fields.map((field) => [field, prints[field]])) as Content
}

function changeOf(field: EditedField, value: string): Partial<Appointment> {
  switch (field) {
    case 'body':
      return { body: { contentType: 'text', content: value } }
    case 'categories':
      return { categories: [value] }
    case 'attendees':
      return {
        attendees: [
          { address: `${value}@x.example`, type: 'required' },
          { address: 'bob@x.example', type: 'required' },
        ],
      }
    default:
      return { [field]: value }
  }
}

/** The value that an edit gave to a field: one letter and a number; nothing if it is as it was entered. */
export function valueIn(print: string): string {
  return /\b[ae]\d+\b/.exec(print)?.[0] ?? ''
}
