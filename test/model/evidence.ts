import type { Mail, PlainItem } from '@lockstep/exchange-simulator'
import type { ReceivedChange } from '../support/application.ts'
import type { Entry } from './application.ts'
import type { Memory } from './book.ts'
import type { Constellation } from './constellation.ts'
import { labelOf } from './content.ts'
import type { Stage } from './stage.ts'

/** All that the oracle looks at. */
export type Evidence = {
  /** In its calendar; attendees' copies are their own. */
  items(memory: Pick<Memory, 'label' | 'mailbox'>): readonly PlainItem[]
  entries(label: number): readonly Entry[]
  mails(label: number): readonly Mail[]
  /** Sent by a user's own doing. */
  isUsers(mail: Mail): boolean
  /** Since the last rest. */
  deliveries(appointmentId: string): readonly ReceivedChange[]
  /** An answer was lost since the last rest, or a process: what landed is a guess now and then. */
  readonly isLossy: boolean
}

type Since = {
  /** The deliveries made before the last rest. */
  readonly told: number
  readonly isLossy: boolean
}

/** Reads both calendars, the mails and the deliveries as they are now; each mail and each delivery only once. */
export function createWitness({ simulator, mailboxes, application }: Constellation, stage: Stage) {
  const mails = new Map<number, Mail[]>()
  let mailsRead = 0

  function readMails(): void {
    for (const mail of simulator.mails.slice(mailsRead)) into(mails, labelOf(mail.subject), mail)
    mailsRead = simulator.mails.length
  }

  return function evidence({ told, isLossy }: Since): Evidence {
    readMails()
    const calendars = new Map(
      mailboxes.map((mailbox) => {
        const own = simulator.calendarOf(mailbox).filter(({ isOrganizer }) => isOrganizer)
        return [mailbox, Map.groupBy(own, ({ subject }) => labelOf(subject))]
      }),
    )
    const entries = Map.groupBy(stage.application.entries, ({ label }) => label)
    const since = application.received.slice(told)
    const deliveries = Map.groupBy(since, ({ data }) => data.appointmentId)
    return {
      items: ({ mailbox, label }) => calendars.get(mailbox)?.get(label) ?? [],
      entries: (label) => entries.get(label) ?? [],
      mails: (label) => mails.get(label) ?? [],
      isUsers: (mail) => stage.usersMails.has(mail),
      deliveries: (appointmentId) => deliveries.get(appointmentId) ?? [],
      isLossy,
    }
  }
}

function into<Key, Value>(lists: Map<Key, Value[]>, key: Key, value: Value): void {
  const list = lists.get(key)
  if (list) list.push(value)
  else lists.set(key, [value])
}
