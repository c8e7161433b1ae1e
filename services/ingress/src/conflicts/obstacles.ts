import {
  type AppointmentRecord,
  directionInForce,
  type Field,
  propertiesOf,
  reversalsOf,
  type SettingLayers,
} from '@lockstep/domain'
import type { AppointmentState } from '@lockstep/ledger'
import { ProblemError } from '@lockstep/runtime'
import type { KnownConflict } from './contested.ts'
import type { Live } from './look.ts'

const refused = (detail: string, mend: string) => new ProblemError({ status: 409, detail, mend })
const gone = (detail: string, mend: string) => new ProblemError({ status: 410, detail, mend })

const makeAnew = 'Make the change anew, in the application or in Outlook.'

/** What stands in the way of a reversal, as far as the ledger says it. */
export function obstacle(
  { record, outbound }: AppointmentState,
  { version, contested }: KnownConflict,
  layers: SettingLayers,
  expected: number | undefined,
): ProblemError | undefined {
  const known = record.link.conflicts.some((conflict) => conflict.version === version)
  if (!known) {
    return new ProblemError({
      status: 404,
      detail: 'No conflict with this version is known.',
      mend: 'Take a version that GET …/conflicts lists. The newest eight conflicts are known.',
    })
  }
  if (contested.length === 0) {
    return refused(
      'The appointment was cancelled in Exchange while the application changed it: there is no item to write to.',
      'Send a newer version of it, based on the newest revision: it is created anew.',
    )
  }
  const reversals = reversalsOf(record, version).length
  if (expected !== undefined && expected !== reversals) {
    return refused(
      `The conflict was reversed ${reversals} times, not ${expected}.`,
      'Read it again, and decide anew.',
    )
  }
  if (directionInForce('outbound', layers).value === 'off') {
    return refused(
      'Writing to Exchange is switched off.',
      'Switch outbound on, for the connection or the mailbox.',
    )
  }
  return busy(record, outbound)
}

function busy(
  { frozen }: AppointmentRecord,
  outbound: AppointmentState['outbound'],
): ProblemError | undefined {
  if (frozen) {
    return refused('The appointment flips between the sides and is frozen.', 'Replay it first.')
  }
  if (outbound) {
    return refused(
      'A version of the appointment is not settled yet.',
      'Come again when it is. If it is parked, replay it, or send a newer version.',
    )
  }
  return undefined
}

/** It is not there to be written, or may not be. */
export function notThere(live: Exclude<Live, { kind: 'item' }>): ProblemError {
  if (live.kind === 'gone')
    return gone('Exchange holds the appointment no more.', 'There is nothing to choose.')
  return gone(
    `The item may not cross (${live.reason}), so what was in conflict is not kept.`,
    'There is nothing to choose, unless it may cross again.',
  )
}

/** Nobody holds what lost. */
export function notKept(): ProblemError {
  return gone('What lost the conflict is not kept any more, or was never.', makeAnew)
}

export function changedSince(fields: readonly Field[]): ProblemError {
  return refused(`Changed since the decision: ${named(fields)}.`, makeAnew)
}

export function foreign(fields: readonly Field[]): ProblemError {
  return refused(
    `The meeting is another organiser's, who alone can change: ${named(fields)}.`,
    'Have the organiser change it.',
  )
}

export function changedMeanwhile(): ProblemError {
  return refused('The item was changed in this very moment.', 'Read the conflict again, and decide anew.')
}

function named(fields: readonly Field[]): string {
  return fields.flatMap(propertiesOf).join(', ')
}
